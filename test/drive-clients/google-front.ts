/**
 * Makes an emulator look like Google to a program whose hosts are fixed: a proxy whose CONNECT leads to a TLS port with a
 * certificate for Google's names, signed by an authority made a moment ago. Nobody trusts it but who is told to.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { DriveEmulator } from '../support/drive-emulator/emulator';
import { handle } from '../support/drive-emulator/server';
import { NotHere, runProgram } from './report';

const HOSTS = ['www.googleapis.com', 'oauth2.googleapis.com', 'accounts.google.com'];

/** The proxy; `refused` are hosts that it did not let through. */
export interface GoogleFront {
  readonly proxyUrl: string;
  readonly authority: string;
  readonly refused: readonly string[];
  stop(): Promise<void>;
}

/** @param folder for the certificates. @throws NotHere without openssl */
export async function startGoogleFront(emulator: DriveEmulator, folder: string): Promise<GoogleFront> {
  await makeCertificates(folder);
  const read = (name: string): Buffer => readFileSync(join(folder, name));
  const tls = createTlsServer({ key: read('host.key'), cert: read('host.crt') }, (request, response) => {
    void handle(emulator.parts, request, response);
  });
  const tlsPort = await listen(tls);
  const refused: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = createHttpServer((_, response) => void response.writeHead(405).end());
  proxy.on('connect', (request, socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (!HOSTS.some((host) => request.url === `${host}:443`)) {
      refused.push(request.url ?? '');
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const inner = connect(tlsPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(inner).pipe(socket);
    });
    inner.on('error', () => socket.destroy());
  });
  const proxyPort = await listen(proxy);
  return {
    proxyUrl: `http://127.0.0.1:${proxyPort}`,
    authority: join(folder, 'authority.crt'),
    refused,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      tls.closeAllConnections();
      await Promise.all([close(tls), close(proxy)]);
    },
  };
}

async function makeCertificates(folder: string): Promise<void> {
  const names = HOSTS.map((host) => `DNS:${host}`).join(',');
  writeFileSync(join(folder, 'host.ext'), `subjectAltName=${names}\nextendedKeyUsage=serverAuth\n`);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const commands = [
    [
      'req',
      '-x509',
      ...key,
      '-days',
      '2',
      '-subj',
      '/CN=Test authority',
      '-keyout',
      'authority.key',
      '-out',
      'authority.crt',
    ],
    ['req', ...key, '-subj', `/CN=${HOSTS[0]}`, '-keyout', 'host.key', '-out', 'host.csr'],
    [
      'x509',
      '-req',
      '-in',
      'host.csr',
      '-CA',
      'authority.crt',
      '-CAkey',
      'authority.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      'host.ext',
      '-out',
      'host.crt',
    ],
  ];
  for (const args of commands) {
    const { code, output } = await runProgram('openssl', args, { cwd: folder });
    if (code !== 0) throw new NotHere(`openssl ${args[0]}: ${output}`);
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
