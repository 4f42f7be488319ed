import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Source of the process that runs flite. Plain text for `node -e`, so that it needs no build step and works from
 * TypeScript sources and from dist alike. Per call that succeeded it leaves `<n>.wav` and, as the last thing, `<n>.txt`.
 */
const childSource = `
const fs = require('node:fs');
const path = require('node:path');
const { WASI } = require('node:wasi');
const { wasm, folder, calls } = JSON.parse(fs.readFileSync(0, 'utf8'));
const compiled = new WebAssembly.Module(fs.readFileSync(wasm));
calls.forEach((args, n) => {
  const printed = path.join(folder, n + '.printed');
  const stdout = fs.openSync(printed, 'w');
  const wasi = new WASI({
    version: 'preview1', args: ['flite', ...args, '-o', '/out/' + n + '.wav'], env: {},
    preopens: { '/out': folder }, stdout, returnOnExit: true,
  });
  const status = wasi.start(new WebAssembly.Instance(compiled, wasi.getImportObject()));
  fs.closeSync(stdout);
  if (status !== 0) { console.error('flite ended with status ' + status); process.exit(1); }
  fs.renameSync(printed, path.join(folder, n + '.txt'));
});
`;

const TIMEOUT_MS = 60_000;

/** What one call of flite left: the text that it printed and the wav file that it wrote. */
export interface FliteOutput {
  readonly printed: string;
  readonly wav: Buffer;
}

/**
 * Runs flite once per command line, one after the other in one child process that works in `folder`. Resolves when the
 * child has ended, however that came: Node's WASI crashes now and then.
 * @param calls flite's arguments without the output file
 * @returns per call its output, null where it said nothing or the child did not get there, and how the child ended
 */
export async function runFlite(
  wasm: string,
  folder: string,
  calls: readonly (readonly string[])[],
): Promise<{ outputs: (FliteOutput | null)[]; ending: string }> {
  const ending = await runChild(JSON.stringify({ wasm, folder, calls }));
  const outputs = await Promise.all(
    calls.map(async (_, n) => {
      const printed = await readFile(join(folder, `${n}.txt`), 'utf8').catch(() => null);
      // flite's status is 0 even when it said nothing
      const wav = await readFile(join(folder, `${n}.wav`)).catch(() => null);
      return printed === null || wav === null ? null : { printed, wav };
    }),
  );
  return { outputs, ending };
}

/** Runs `childSource` with `input` on its stdin; resolves to the end of its stderr and its exit code or signal. */
function runChild(input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    // Loaders of the parent (tsx, coverage) have nothing to do in the child and would slow it down.
    const { NODE_OPTIONS: _, ...env } = process.env;
    const child = spawn(process.execPath, ['--no-warnings', '-e', childSource], {
      stdio: ['pipe', 'ignore', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
      env,
    });
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => {
      said = (said + bytes.toString()).slice(-500);
    });
    // A child that crashed at once closes its stdin; its exit tells more than the broken pipe.
    child.stdin.on('error', () => {});
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(`${said.trim()} (${signal ?? `exit ${code}`})`.trim()));
    child.stdin.end(input);
  });
}
