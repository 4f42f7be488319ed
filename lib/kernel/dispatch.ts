/** Requests of the front end, other than execute, and their replies. Source: Jupyter messaging protocol 5.4. */
import type { KernelComms } from './comms';
import type { ExecuteQueue } from './execute-queue';
import type { FrontEndRequests } from './front-end-requests';
import type { History } from './history';
import type { Language } from './language';
import type { Publisher } from './publisher';
import { complete, inspectAt, isComplete } from './questions';
import { errorContent } from './results';
import { protectedFromInterrupt } from './shared-flags';
import type { Sockets } from './sockets';
import type { Channel } from './thread-messages';
import type { Message } from './wire';

/** What requests are answered from. */
export interface DispatchParts {
  readonly sockets: Sockets;
  readonly publisher: Publisher;
  readonly queue: ExecuteQueue;
  readonly requests: FrontEndRequests;
  readonly comms: KernelComms;
  readonly history: History;
  readonly language: Language;
  readonly flags: Int32Array;
  /** ends the kernel; resolves when the process may go */
  shutDown(): Promise<void>;
}

/** Content of a reply; null: this message has none. */
type Answer = (message: Message) => object | null;

/** Handles a message from any channel; never throws. */
export function createDispatcher(parts: DispatchParts): (channel: Channel, message: Message) => void {
  const answers = createAnswers(parts);
  const { publisher, sockets, queue } = parts;
  return (channel, message) => {
    const type = message.header.msg_type;
    if (channel === 'stdin') return parts.requests.onReply(message);
    if (type === 'execute_request') return queue.add(message);
    const status = (state: string): void =>
      publisher.publish('status', { execution_state: state }, message.header);
    status('busy');
    const reply = answer(answers[type], message);
    if (reply) {
      const { identities, header } = message;
      sockets.send(channel, {
        identities,
        type: type.replace(/_request$/, '_reply'),
        content: reply,
        parent: header,
      });
    }
    status('idle');
    // Front ends show the last status that they heard, and a cell goes on.
    if (queue.current) publisher.publish('status', { execution_state: 'busy' }, queue.current.header);
    if (type === 'shutdown_request') void parts.shutDown();
  };
}

/** A request of an unknown type gets no reply, as the protocol asks. */
function answer(make: Answer | undefined, message: Message): object | null {
  try {
    return make ? make(message) : null;
  } catch (error) {
    return { status: 'error', ...errorContent(error) };
  }
}

function createAnswers({ comms, history, language, flags }: DispatchParts): Readonly<Record<string, Answer>> {
  const ok = (content: object): object => ({ status: 'ok', ...content });
  const asked = <T>(work: () => T): T => protectedFromInterrupt(flags, work);
  return {
    __proto__: null as never,
    is_complete_request: ({ content }) => isComplete(text(content.code)),
    complete_request: ({ content }) =>
      ok(asked(() => complete(language, text(content.code), position(content), process.cwd()))),
    inspect_request: ({ content }) => {
      const data = asked(() => inspectAt(language, text(content.code), position(content), process.cwd()));
      return ok({ found: data !== null, data: data ?? {}, metadata: {} });
    },
    history_request: ({ content }) => ok({ history: history.rows(content) }),
    comm_info_request: ({ content }) => {
      const target = typeof content.target_name === 'string' ? content.target_name : null;
      return ok({ comms: comms.info(target) });
    },
    comm_open: silently(comms.onOpen),
    comm_msg: silently(comms.onMessage),
    comm_close: silently(comms.onClose),
    shutdown_request: ({ content }) => ok({ restart: content.restart === true }),
  };
}

/** Messages of comms have no reply. */
function silently(handle: (message: Message) => void): Answer {
  return (message) => {
    handle(message);
    return null;
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function position(content: Readonly<Record<string, unknown>>): number {
  const { cursor_pos, code } = content;
  return typeof cursor_pos === 'number' && cursor_pos >= 0 ? cursor_pos : text(code).length;
}
