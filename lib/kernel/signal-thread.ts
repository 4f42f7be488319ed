/**
 * Sees SIGINT even when the main thread is busy. Node hands signals to the main thread's event loop, which does not run
 * then; only `breakOnSigint` of node:vm has a thread of its own for it, so this worker waits inside such a script for
 * ever and is woken by the signal. Started by `sockets.ts`.
 */
import { runInThisContext } from 'node:vm';
import { type MessagePort, workerData } from 'node:worker_threads';

const port = workerData as MessagePort;

const never = new Int32Array(new SharedArrayBuffer(4));
const scope = globalThis as unknown as { waitForSignal: () => void; waitAgain: () => void };
scope.waitForSignal = () => void Atomics.wait(never, 0, 0);
scope.waitAgain = () => forEver('waitForSignal()');

function forEver(script: string): void {
  for (;;) {
    try {
      runInThisContext(script, { breakOnSigint: true });
    } catch {
      port.postMessage('SIGINT');
    }
  }
}

// Two deep: while the inner script is started again after a signal, the outer one still keeps the handler in place;
// without any, a second signal would end the process.
forEver('waitAgain()');
