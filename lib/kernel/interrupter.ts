/**
 * Interrupts, from the socket thread. First the main thread is told; cells look for it at every loop iteration and
 * await. Where it is stuck in code that does not look (a compiled library), V8 breaks that code off.
 */
import { type Runtime, Session } from 'node:inspector';
import { interruptChildren } from './child-processes';
import { flag, pollFor } from './shared-flags';
import type { FromSockets } from './thread-messages';

/** After so many, a millisecond apart, the code is broken off inside a function of Node's too. */
const PATIENT_TRIES = 30;
/** A main thread that lives has seen the interrupt by then. */
const SEEN_WITHIN_MS = 30;
/** How long a cell that stops by itself may take, for instance to save. */
export const COOPERATIVE_GRACE_MS = 10_000;
/** Name of the symbol under which the main thread keeps the function that breaks its running code off (`breakOff`). */
export const BREAK_OFF = 'diff-svc.breakOff';

/** See `createInterrupter`. */
export interface Interrupter {
  interrupt(): void;
  close(): void;
}

/** @param tell hears `interrupt` at once, and `terminated` if the main thread had to be broken off */
export function createInterrupter(flags: Int32Array, tell: (message: FromSockets) => void): Interrupter {
  let session: Session | null = null;
  let timer: NodeJS.Timeout | null = null;
  let asked = false;
  let tries = 0;
  const isStuck = (): boolean => flags[flag.seen]! < flags[flag.requested]!;
  const terminate = (): void => {
    if (!isStuck()) return;
    if (Atomics.load(flags, flag.protected) > 0) {
      timer = setTimeout(terminate, 10);
      return;
    }
    session ??= connect();
    // Carried out inside the running loop.
    const expression = `globalThis[Symbol.for('${BREAK_OFF}')](${tries++ > PATIENT_TRIES})`;
    session.post('Runtime.evaluate', { expression, returnByValue: true }, (_, answer) => {
      const done = (answer as Runtime.EvaluateReturnType | undefined)?.result.value === true;
      if (done) tell({ kind: 'terminated' });
      else timer = setTimeout(terminate, 1);
    });
    // It may wait for a program (execSync): no JavaScript runs then, but the program can be asked to end.
    if (!asked) setTimeout(() => isStuck() && interruptChildren(), SEEN_WITHIN_MS);
    asked = true;
  };
  return {
    interrupt: () => {
      const impatient = isStuck();
      Atomics.add(flags, flag.requested, 1);
      Atomics.or(flags, flag.poll, pollFor.interrupt);
      tell({ kind: 'interrupt' });
      if (timer) clearTimeout(timer);
      asked = false;
      tries = 0;
      const cooperative = Atomics.load(flags, flag.cooperative) === 1 && !impatient;
      timer = setTimeout(terminate, cooperative ? COOPERATIVE_GRACE_MS : SEEN_WITHIN_MS);
    },
    close: () => {
      if (timer) clearTimeout(timer);
      session?.disconnect();
    },
  };
}

function connect(): Session {
  const session = new Session();
  session.connectToMainThread();
  return session;
}
