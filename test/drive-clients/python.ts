/** google-api-python-client, unchanged, with its discovery document pointed at the emulator. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DriveEmulator } from '../support/drive-emulator/emulator';
import { programFolder } from './program-folder';
import { check, NotHere, runProgram } from './report';

const PACKAGES = ['google-api-python-client==2.202.0'];

/** @throws CheckFailed; NotHere without Python or pip */
export async function testPythonClient(): Promise<void> {
  const python = await provide();
  const emulator = await DriveEmulator.start();
  try {
    const piece = (block: number) => `^bytes ${block * 256 * 1024}-`;
    emulator.faults.add({ contentRange: piece(1), action: { kind: 'keep', bytes: 1, end: 'answer' } });
    emulator.faults.add({ contentRange: piece(3), action: { kind: 'keep', bytes: 0, end: 'answer' } });
    const { accessToken } = emulator.accounts.grant({ scopes: ['drive'] });
    const script = join(__dirname, 'google_client.py');
    const { code, output } = await runProgram(python, [script, emulator.url, accessToken]);
    console.log(output.trimEnd());
    check('the whole Python script', code === 0, output);
  } finally {
    await emulator.stop();
  }
}

/** A virtual environment of our own. */
async function provide(): Promise<string> {
  const folder = programFolder('google-api-python-client-2.202.0');
  const python = join(folder, 'bin/python');
  const ready = (await runProgram(python, ['-c', 'import googleapiclient.discovery'])).code === 0;
  if (existsSync(python) && ready) return python;
  const made = await runProgram('python3', ['-m', 'venv', folder]);
  if (made.code !== 0) throw new NotHere(`python3 -m venv: ${made.output}`);
  const installed = await runProgram(python, ['-m', 'pip', 'install', '--quiet', ...PACKAGES]);
  if (installed.code !== 0) throw new NotHere(`pip install: ${installed.output}`);
  return python;
}
