/**
 * Runs scripts in V8's REPL mode through the inspector: `let` and classes may be declared again, `await` stands at the
 * top level, what was declared before a throw stays.
 */
import { type Runtime, Session } from 'node:inspector';

/** Where a thrown value comes out of the inspector as itself. */
const TAKE = Symbol.for('diff-svc.take');
const GROUP = 'cell';

/** See `createRepl`. */
export interface Repl {
  /**
   * Runs a script to its end.
   * @throws what the script throws. A script that V8 broke off after an await never settles.
   */
  run(code: string): Promise<void>;
  /** Asks V8 to break off what runs now. */
  terminate(): void;
  close(): void;
}

/** A REPL on this thread's global scope. */
export function createRepl(): Repl {
  const session = new Session();
  session.connect();
  let taken: unknown;
  Object.defineProperty(globalThis, TAKE, { value: (value: unknown) => (taken = value), enumerable: false });
  const thrown = (details: Runtime.ExceptionDetails): unknown => {
    const { exception } = details;
    if (!exception) return new Error(details.text);
    if (exception.objectId === undefined) return primitive(exception);
    taken = undefined;
    session.post('Runtime.callFunctionOn', {
      functionDeclaration: `function () { globalThis[Symbol.for('${TAKE.description}')](this); }`,
      objectId: exception.objectId,
      returnByValue: true,
    });
    return taken;
  };
  const run = (code: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const options = { expression: code, replMode: true, awaitPromise: true, objectGroup: GROUP };
      session.post('Runtime.evaluate', options, (error, answer) => {
        const outcome = answer as Runtime.EvaluateReturnType | undefined;
        if (error || !outcome) reject(error);
        else if (outcome.exceptionDetails) reject(thrown(outcome.exceptionDetails));
        else resolve();
        // else every value that a cell threw or left would be kept for ever
        session.post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
      });
    });
  return {
    run,
    terminate: () => session.post('Runtime.terminateExecution'),
    close: () => session.disconnect(),
  };
}

function primitive(value: Runtime.RemoteObject): unknown {
  if (value.unserializableValue === undefined) return value.value;
  return value.type === 'bigint'
    ? BigInt(value.unserializableValue.replace(/n$/, ''))
    : Number(value.unserializableValue);
}
