import { lookup } from 'node:dns';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, expect, it, vi } from 'vitest';

// the guard itself is a setup file of every test (vitest.config.ts)
describe('the network guard', () => {
  it('refuses hosts that are not this machine, by name and by address', async () => {
    const silent = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    try {
      for (const url of [
        'http://www.googleapis.com/',
        'https://oauth2.googleapis.com/',
        'http://192.0.2.1/',
      ]) {
        const error = await fetch(url).catch((caught: Error) => caught);
        expect(String((error as Error).cause)).toMatch(/Tests reach loopback only/);
      }
      const byPort = await new Promise((resolve) => connect(80, '192.0.2.1').on('error', resolve));
      expect(String(byPort)).toMatch(/loopback only/);
      const looked = await new Promise((resolve) => lookup('www.googleapis.com', (error) => resolve(error)));
      expect(String(looked)).toMatch(/loopback only/);
    } finally {
      silent.mockRestore();
    }
  });

  it('lets this machine through', async () => {
    const server = createServer((socket) => socket.end('here'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    for (const host of ['127.0.0.1', 'localhost']) {
      const socket = connect({ port, host, family: 4 });
      const text = await new Promise((resolve) => socket.on('data', (data) => resolve(data.toString())));
      expect(text).toBe('here');
    }
    server.close();
  });
});
