/** Execute requests, one after the other; after an error those that wait are answered `aborted`. */
import { ActiveCell, setLatestCell } from './cell';
import type { Ended, Executor } from './executor';
import type { History } from './history';
import type { Publisher } from './publisher';
import { errorContent, resultBundle } from './results';
import type { Sockets } from './sockets';
import type { Message } from './wire';

/** What the queue works with. */
export interface QueueParts {
  readonly sockets: Pick<Sockets, 'send' | 'settled'>;
  readonly publisher: Publisher;
  readonly executor: Executor;
  readonly history: History;
  /** value of an expression of `user_expressions` */
  evaluate(expression: string): Promise<unknown>;
}

/** See the top of this file. */
export class ExecuteQueue {
  private waiting: Message[] = [];
  private working = false;
  private count = 0;
  /** sent before the front end could see an error */
  private readonly toAbort = new Set<Message>();
  /** the request that runs now */
  current: Message | null = null;

  constructor(private readonly parts: QueueParts) {}

  add(request: Message): void {
    this.waiting.push(request);
    if (!this.working) void this.work();
  }

  private async work(): Promise<void> {
    this.working = true;
    for (let request = this.waiting.shift(); request; request = this.waiting.shift()) {
      this.current = request;
      this.status(request, 'busy');
      const reply = this.toAbort.delete(request) ? this.aborted() : await this.execute(request);
      if (reply.status === 'error' && request.content.stop_on_error !== false) await this.abortWaiting();
      this.parts.publisher.flush();
      const { identities, header } = request;
      this.parts.sockets.send('shell', { identities, type: 'execute_reply', content: reply, parent: header });
      this.current = null;
      this.status(request, 'idle');
    }
    this.working = false;
  }

  /** Before the error goes out: all that has come in by now was sent without knowing of it. */
  private async abortWaiting(): Promise<void> {
    await this.parts.sockets.settled();
    for (const request of this.waiting) this.toAbort.add(request);
  }

  private aborted(): { status: string } {
    return { status: 'aborted', ...this.common() };
  }

  private common(payload: object[] = []): object {
    return { execution_count: this.count, payload, user_expressions: {} };
  }

  private async execute(request: Message): Promise<{ status: string }> {
    const { publisher, executor, history } = this.parts;
    const { code, silent, store_history } = request.content;
    const source = typeof code === 'string' ? code : '';
    const stored = silent !== true && store_history !== false;
    if (stored) history.add(++this.count, source);
    const cell = new ActiveCell(request, source, this.count, silent === true);
    setLatestCell(cell);
    if (!cell.silent) {
      publisher.publish('execute_input', { code: source, execution_count: this.count }, request.header);
    }
    const ended = await executor.run(cell);
    const result = await this.showValue(cell, ended, stored);
    const payload =
      cell.nextInput === null ? [] : [{ source: 'set_next_input', text: cell.nextInput, replace: true }];
    if (result.outcome !== 'ok') {
      const error = errorContent(result.error);
      if (!cell.silent) publisher.output('error', error, cell);
      return { status: 'error', ...error, ...this.common(payload) };
    }
    const user_expressions = await this.userExpressions(request.content.user_expressions);
    return { status: 'ok', ...this.common(payload), user_expressions } as { status: string };
  }

  /** Shows the value of a cell that ended well; showing may fail, which is then the cell's error. */
  private async showValue(cell: ActiveCell, ended: Ended, stored: boolean): Promise<Ended> {
    if (ended.outcome !== 'ok' || cell.silent) return ended;
    try {
      const data = await resultBundle(ended.value);
      if (data) {
        const content = { execution_count: this.count, data, metadata: {} };
        this.parts.publisher.output('execute_result', content, cell);
        if (stored) this.parts.history.setOutput(String(data['text/plain'] ?? ''));
      }
      return ended;
    } catch (error) {
      return { outcome: 'error', error };
    }
  }

  private async userExpressions(expressions: unknown): Promise<object> {
    if (typeof expressions !== 'object' || expressions === null) return {};
    const answers = Object.entries(expressions).map(async ([name, expression]) => {
      try {
        const data = await resultBundle(await this.parts.evaluate(String(expression)));
        return [name, { status: 'ok', data: data ?? { 'text/plain': 'undefined' }, metadata: {} }] as const;
      } catch (error) {
        return [name, { status: 'error', ...errorContent(error) }] as const;
      }
    });
    return Object.fromEntries(await Promise.all(answers));
  }

  private status(request: Message, state: 'busy' | 'idle'): void {
    this.parts.publisher.publish('status', { execution_state: state }, request.header);
  }
}
