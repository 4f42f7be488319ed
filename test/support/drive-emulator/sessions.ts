/** Resumable upload sessions: what has arrived, in blocks of 256 KiB. */
import { randomBytes } from 'node:crypto';
import type { EmulatorClock } from './clock';
import type { Content, ContentWriter } from './contents';
import type { CreationContext } from './create-item';
import type { Metadata } from './metadata';

/** The unit in which an interrupted piece is kept, and of which pieces must be multiples [doc]. */
export const BLOCK_BYTES = 256 * 1024;
/** "Google claims 7 days" (hassio-google-drive-backup). */
const LIFE_MS = 7 * 24 * 3600 * 1000;

/** One upload on its way. */
export interface Session {
  readonly id: string;
  readonly context: CreationContext;
  readonly metadata: Metadata;
  /** file to get new bytes; null = a new file */
  readonly target: string | null;
  /** stated when it began, or by a Content-Range; null = not yet known */
  totalBytes: number | null;
  readonly startedMs: number;
  readonly writer: ContentWriter;
  /** id of the finished file */
  finished: string | null;
  /** a request is writing into it */
  busy: boolean;
}

export class Sessions {
  private readonly sessions = new Map<string, Session>();

  constructor(private readonly clock: EmulatorClock) {}

  start(begun: Pick<Session, 'context' | 'metadata' | 'target' | 'totalBytes' | 'writer'>): Session {
    const session: Session = {
      ...begun,
      id: `AHm${randomBytes(20).toString('base64url')}`,
      startedMs: this.clock.now(),
      finished: null,
      busy: false,
    };
    this.sessions.set(session.id, session);
    return session;
  }

  find(id: string): Session | undefined {
    const session = this.sessions.get(id);
    if (!session || this.clock.now() - session.startedMs <= LIFE_MS) return session;
    this.forget(id);
    return undefined;
  }

  forget(id: string): void {
    const session = this.sessions.get(id);
    if (session && session.finished === null) session.writer.discard();
    this.sessions.delete(id);
  }

  /** Number of sessions without a finished file. */
  open(): number {
    return [...this.sessions.values()].filter((session) => session.finished === null).length;
  }
}

/** The bytes of a session that has everything. */
export function finishContent(session: Session): Content {
  return session.writer.finish();
}
