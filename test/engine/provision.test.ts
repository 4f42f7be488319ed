import * as fs from 'node:fs';
import { homedir } from 'node:os';
import * as path from 'node:path';
import { describe, expect, test } from 'vitest';
import { requireFree } from '../../lib/engine/disk';
import { addonFolder, installedPlaces } from '../../lib/engine/places';
import { readRecord } from '../../lib/engine/record';
import { wheelPin } from '../../lib/engine/wheel';
import { createHollowTensorFlow, createSandbox } from './sandbox';

const WHEEL = { DIFF_SVC_ENGINE: 'wheel' };
const NO_PIP = 'echo "/usr/bin/python3: No module named pip" >&2; exit 1';
// The compiler's last job is to make the file after -o.
const COMPILES_NOISE = 'while [ $# -gt 1 ]; do shift; done; echo noise > "$1"';

describe('a step that fails names the remedy', () => {
  test('no python3', async () => {
    await expect(createSandbox().provision(WHEEL)).rejects.toMatchObject({
      code: 'python-missing',
      remedy: expect.stringContaining('apt-get install python3 python3-pip'),
    });
  });

  test('python3 without pip', async () => {
    const box = createSandbox();
    box.stub('python3', NO_PIP);
    await expect(box.provision(WHEEL)).rejects.toMatchObject({
      code: 'pip-missing',
      remedy: expect.stringContaining('apt-get install python3-pip'),
    });
  });

  test('pip finds no wheel: its own last words are in the message', async () => {
    const box = createSandbox();
    box.stub('python3', 'echo "ERROR: No matching distribution found" >&2; exit 1');
    await expect(box.provision(WHEEL)).rejects.toMatchObject({
      code: 'pip-failed',
      message: expect.stringContaining('No matching distribution found'),
      remedy: expect.stringContaining('network'),
    });
  });

  test('a wheel with another hash is refused, and nothing of it stays', async () => {
    const box = createSandbox();
    box.stub(
      'python3',
      `while [ $# -gt 0 ]; do [ "$1" = --dest ] && echo evil > "$2/${wheelPin.file}"; shift; done; exit 0`,
    );
    await expect(box.provision(WHEEL)).rejects.toMatchObject({
      code: 'wheel-hash',
      message: expect.stringContaining(wheelPin.sha256),
      remedy: expect.stringContaining('run the set-up again'),
    });
    expect(fs.readdirSync(box.places.cache)).toEqual([]);
  });

  test('a disk that is too small: how much is needed, how much is there', () => {
    expect(() => requireFree(1e9, 1.4e9, '/small')).toThrow(
      expect.objectContaining({
        code: 'disk-full',
        message: 'Expected 1.40 GB free on the disk of /small, found 1.00 GB',
        remedy: expect.stringContaining('DIFF_SVC_CACHE'),
      }),
    );
    expect(() => requireFree(1.4e9, 1.4e9, '/small')).not.toThrow();
  });

  test('no g++', async () => {
    const box = createSandbox();
    const DIFF_SVC_TENSORFLOW = createHollowTensorFlow(box.folder);
    await expect(box.provision({ DIFF_SVC_TENSORFLOW })).rejects.toMatchObject({
      code: 'compiler-missing',
      remedy: expect.stringContaining('apt-get install g++'),
    });
  });

  test('a compiler that fails: its last lines', async () => {
    const box = createSandbox();
    box.stub('g++', 'echo "error: unrecognized option -std=c++17" >&2; exit 1');
    const DIFF_SVC_TENSORFLOW = createHollowTensorFlow(box.folder);
    await expect(box.provision({ DIFF_SVC_TENSORFLOW })).rejects.toMatchObject({
      code: 'compile-failed',
      message: expect.stringContaining('unrecognized option'),
    });
  });

  test('a binding that does not load is found in a child process', async () => {
    const box = createSandbox();
    box.stub('g++', COMPILES_NOISE);
    const DIFF_SVC_TENSORFLOW = createHollowTensorFlow(box.folder);
    await expect(box.provision({ DIFF_SVC_TENSORFLOW })).rejects.toMatchObject({ code: 'engine-broken' });
    expect(fs.existsSync(addonFolder(box.places.bindingPackage))).toBe(false);
  });

  test('a folder that is no TensorFlow', async () => {
    const box = createSandbox();
    await expect(box.provision({ DIFF_SVC_TENSORFLOW: box.folder })).rejects.toMatchObject({
      code: 'tensorflow-incomplete',
      message: expect.stringContaining('libtensorflow_cc.so.2'),
    });
  });
});

describe('nothing forced', () => {
  test('each candidate falls through to the next, its reason is kept, JavaScript is the last', async () => {
    const box = createSandbox();
    const tensorflow = createHollowTensorFlow(box.folder);
    box.stub('g++', COMPILES_NOISE);
    // The look-up is `-c`, pip is `-m`. The package's install script is not in the sandbox: no network.
    box.stub('python3', `if [ "$1" = -c ]; then echo '["${tensorflow}"]'; else ${NO_PIP}; fi`);
    const record = await box.provision();
    expect(record.chosen).toBe('js');
    expect(record.tried.map((attempt) => attempt.candidate)).toEqual(['python', 'wheel', 'package']);
    expect(record.tried[0]!.reason).toMatch(/binding failed/);
    expect(record.tried[1]!.reason).toMatch(/no pip.*apt-get install python3-pip/);
    expect(readRecord(box.places.cache)).toEqual(record);
  });

  test('JavaScript is not kept: the next set-up tries again', async () => {
    const box = createSandbox();
    const first = await box.provision();
    box.stub('python3', NO_PIP);
    const second = await box.provision();
    expect(first.tried[1]!.reason).toMatch(/python3 is not installed/);
    expect(second.tried[1]!.reason).toMatch(/no pip/);
  });
});

describe('a TensorFlow that works', () => {
  const real = readRecord(installedPlaces(process.env, homedir()).cache);

  test.skipIf(!real?.tensorflow)(
    'is compiled once; then only copied, even where no tool is left',
    async () => {
      const box = createSandbox();
      const DIFF_SVC_TENSORFLOW = real!.tensorflow!.libraryFolder;
      const first = await box.provision({ DIFF_SVC_TENSORFLOW, PATH: process.env.PATH });
      expect(first).toMatchObject({ chosen: 'python', proof: { version: real!.proof!.version } });

      const installed = addonFolder(box.places.bindingPackage);
      expect(fs.readdirSync(installed).sort()).toEqual(['process.node', 'tfjs_binding.node']);
      fs.rmSync(installed, { recursive: true }); // as `npm ci` does
      const second = await box.provision();
      expect(second).toEqual(first);
      expect(fs.readdirSync(installed).sort()).toEqual(['process.node', 'tfjs_binding.node']);

      const binding = path.join(installed, 'tfjs_binding.node');
      const { mtimeMs } = fs.statSync(binding);
      await box.provision();
      expect(fs.statSync(binding).mtimeMs).toBe(mtimeMs);
    },
  );
});
