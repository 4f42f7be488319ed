/**
 * Questions to the front end: `input_request`, and Colab's own requests, whose answers come as input replies too.
 * Sources: Jupyter messaging protocol, "Messages on the stdin channel"; google/colab/_message.py of colabtools.
 */
import { UserError } from '../config/errors';
import { type ActiveCell, currentCell, KeyboardInterrupt } from './cell';
import { clearTimeout, setTimeout } from './plain-timers';
import type { Publisher } from './publisher';
import type { Sockets } from './sockets';
import type { Message } from './wire';

const COLAB_TIMEOUT_MS = 120_000;

/** See `createFrontEndRequests`. */
export interface FrontEndRequests {
  input(prompt: string, password: boolean): Promise<string>;
  colabRequest(type: string, request: unknown, timeoutMs?: number): Promise<unknown>;
  /** A message on the stdin channel. */
  onReply(message: Message): void;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What `input_reply` carries for Colab's requests. */
interface ColabReply {
  readonly type: 'colab_reply';
  readonly colab_msg_id: number;
  readonly data?: unknown;
  readonly error?: unknown;
}

/** One input at a time, as front ends have one field; several Colab requests. */
export function createFrontEndRequests(
  sockets: Pick<Sockets, 'send'>,
  publisher: Publisher,
): FrontEndRequests {
  let inputWaiting: Waiting | null = null;
  let inputs: Promise<unknown> = Promise.resolve();
  const colabWaiting = new Map<number, Waiting>();
  let colabRequests = 0;

  const ask = (cell: ActiveCell, prompt: string, password: boolean): Promise<string> =>
    withSignal(cell, (waiting) => {
      inputWaiting = waiting;
      publisher.flush();
      const { identities, header } = cell.request;
      sockets.send('stdin', {
        identities,
        type: 'input_request',
        content: { prompt, password },
        parent: header,
      });
    }) as Promise<string>;

  return {
    input: (prompt, password) => {
      const cell = currentCell();
      if (!cell?.allowsInput) return Promise.reject(noInput());
      const answer = inputs.then(() => ask(cell, prompt, password));
      inputs = answer.catch(() => undefined);
      return answer;
    },
    colabRequest: (type, request, timeoutMs = COLAB_TIMEOUT_MS) => {
      const id = ++colabRequests;
      const cell = currentCell();
      const timeout = setTimeout(() => colabWaiting.get(id)?.reject(noAnswer(type, timeoutMs)), timeoutMs);
      return withSignal(cell, (waiting) => {
        colabWaiting.set(id, waiting);
        const metadata = { colab_request_type: type, colab_msg_id: id };
        publisher.output('colab_request', { request }, cell, { metadata });
      }).finally(() => {
        clearTimeout(timeout);
        colabWaiting.delete(id);
      });
    },
    onReply: ({ content: { value } }) => {
      if (isColabReply(value)) {
        const waiting = colabWaiting.get(value.colab_msg_id);
        if (value.error === undefined || value.error === null) waiting?.resolve(value.data);
        else waiting?.reject(refused(value.error));
        return;
      }
      const waiting = inputWaiting;
      inputWaiting = null;
      waiting?.resolve(typeof value === 'string' ? value : '');
    },
  };
}

/** Waits for an answer; an interrupt of the cell ends the waiting. */
function withSignal(cell: ActiveCell | null, start: (waiting: Waiting) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { signal } = cell?.controller ?? new AbortController();
    const interrupted = (): void => reject(new KeyboardInterrupt());
    if (signal.aborted) return interrupted();
    const done =
      <T>(settle: (value: T) => void) =>
      (value: T): void => {
        signal.removeEventListener('abort', interrupted);
        settle(value);
      };
    signal.addEventListener('abort', interrupted);
    start({ resolve: done(resolve), reject: done(reject) });
  });
}

function isColabReply(value: unknown): value is ColabReply {
  return typeof value === 'object' && value !== null && (value as ColabReply).type === 'colab_reply';
}

function noInput(): UserError {
  return new UserError(
    'no-input',
    'Expected a front end that answers questions, this one takes no input',
    'Run the cell in JupyterLab, Notebook or VS Code, or write the answer into the cell.',
  );
}

function noAnswer(type: string, timeoutMs: number): UserError {
  return new UserError(
    'colab-no-answer',
    `Expected Colab to answer the request ${type} within ${timeoutMs / 1000} s`,
    'Look whether Colab shows a question, answer it, and run the cell again.',
  );
}

function refused(error: unknown): UserError {
  const text = typeof error === 'string' ? error : JSON.stringify(error);
  return new UserError(
    'colab-refused',
    `Expected Colab to grant the request, got ${text}`,
    'Run the cell again and allow it.',
  );
}
