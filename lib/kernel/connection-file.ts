/** Reads the connection file that a front end gives a kernel. Jupyter docs, "Making kernels for Jupyter". */
import { readFileSync } from 'node:fs';
import { UserError } from '../config/errors';
import type { Connection } from './wire';

const PORTS = ['shell_port', 'control_port', 'stdin_port', 'iopub_port', 'hb_port'] as const;

/** @throws UserError `bad-connection-file` */
export function readConnection(path: string): Connection {
  const refuse = (why: string): never => {
    throw new UserError(
      'bad-connection-file',
      `Expected ${path} to be a connection file of Jupyter: ${why}`,
      'Kernels are started by Jupyter; `diff-svc kernel install` registers this one.',
    );
  };
  let read: Partial<Connection> = {};
  try {
    read = JSON.parse(readFileSync(path, 'utf8')) as Partial<Connection>;
  } catch (error) {
    refuse((error as Error).message);
  }
  for (const name of PORTS) if (!Number.isInteger(read?.[name])) refuse(`${name} is not a number`);
  if (typeof read.ip !== 'string') refuse('there is no ip');
  const { signature_scheme: scheme = 'hmac-sha256' } = read;
  if (!/^hmac-sha(256|384|512)$/.test(scheme)) refuse(`signature scheme ${scheme} is not known`);
  return { ...(read as Connection), transport: read.transport ?? 'tcp', key: read.key ?? '' };
}
