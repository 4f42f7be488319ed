/**
 * Refuses every connection that leaves this machine; a setup file of vitest, and imported first by child programs of
 * tests. A client that is pointed at an emulator by an option could otherwise quietly ask the real service.
 */
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const LOOPBACK = /^(127(\.\d+){3}|::1|localhost)$/;

/** Whether a host is this machine; undefined is Node's default, localhost. */
function isLoopback(host: string | undefined): boolean {
  return host === undefined || host === '' || LOOPBACK.test(host);
}

function refusal(host: string): Error {
  return Object.assign(new Error(`Tests reach loopback only, not ${host}`), { code: 'NOT_LOOPBACK' });
}

const connect = net.Socket.prototype.connect as (...args: unknown[]) => net.Socket;
net.Socket.prototype.connect = function guarded(this: net.Socket, ...args: unknown[]): net.Socket {
  // net.connect passes its normalised arguments as one array
  const [first, second] = (Array.isArray(args[0]) ? args[0] : args) as [unknown, unknown];
  const options = typeof first === 'object' && first !== null ? (first as { host?: string }) : null;
  const host = options ? options.host : typeof second === 'string' ? second : undefined;
  if (isLoopback(host)) return connect.apply(this, args);
  console.error(refusal(host!).message);
  process.nextTick(() => this.destroy(refusal(host!)));
  return this;
} as typeof net.Socket.prototype.connect;

const lookup = dns.lookup as (...args: unknown[]) => void;
Object.assign(dns, {
  lookup: (host: string, ...rest: unknown[]): void => {
    const callback = rest.at(-1) as (error: Error) => void;
    if (isLoopback(host)) lookup(host, ...rest);
    else process.nextTick(() => callback(refusal(host)));
  },
});
// named imports of ES modules see the change, too
syncBuiltinESMExports();
