import * as fs from 'node:fs';
import { homedir } from 'node:os';
import * as path from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeReport } from '../../lib/cli/doctor';
import { type DoctorReport, diagnose } from '../../lib/engine/doctor';
import { installedPlaces } from '../../lib/engine/places';
import { root } from './children';
import { createSandbox } from './sandbox';

const report: DoctorReport = {
  ok: true,
  engine: {
    chosen: 'wheel',
    why: 'python3 has no usable TensorFlow; the pinned wheel works.',
    tried: [{ candidate: 'python', reason: 'python3 has no tensorflow package.' }],
    tensorflow: '2.21.0',
    folder: '/cache/tensorflow',
    build: 'CPU only',
    devices: ['CPU:0'],
  },
  gpu: {
    smi: 'works',
    onPciBus: true,
    gpus: [{ name: 'Tesla T4', memoryMb: 15360 }],
    driver: '550.54.15',
    driverCuda: '12.4',
    used: false,
    advice: { code: 'cpu-build', reason: 'A CPU-only build.', remedy: 'Install the CUDA build.' },
  },
  machine: { node: 'v22.1.0', platform: 'linux x64', cores: 2, memoryBytes: 13e9, freeMemoryBytes: 9e9 },
  disk: [{ folder: '/cache', use: 'cache', freeBytes: 70e9 }],
};

describe('describeReport', () => {
  test('everything that a person needs, the remedy last', () => {
    const text = describeReport(report);
    for (const fact of [
      'TensorFlow 2.21.0, CPU only (wheel)',
      'not python:',
      'CPU:0',
      'Tesla T4, 16.1 GB VRAM',
    ]) {
      expect(text).toContain(fact);
    }
    for (const fact of [
      '550.54.15, CUDA up to 12.4',
      '2 cores, 13.0 GB RAM',
      'Node 22.1.0',
      '70.0 GB free',
    ]) {
      expect(text).toContain(fact);
    }
    expect(text.endsWith('GPU: A CPU-only build.\nInstall the CUDA build.')).toBe(true);
  });

  test('no remedy for a GPU that is used', () => {
    const advice = { code: 'used', reason: 'TensorFlow computes on Tesla T4.', remedy: '' } as const;
    expect(describeReport({ ...report, gpu: { ...report.gpu, used: true, advice } })).not.toContain(
      'Install',
    );
  });
});

describe('diagnose', () => {
  test('this machine: the engine of the set-up works', async () => {
    const found = await diagnose(installedPlaces(process.env, homedir()), process.env, root);
    expect(found).toMatchObject({ ok: true, machine: { node: process.version } });
    expect(found.engine.tensorflow).toMatch(/^\d+\.\d+\.\d+/);
    expect(found.engine.devices).toContain('CPU:0');
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  });

  test('a machine with a T4 and a CPU-only TensorFlow, by a stub of nvidia-smi', async () => {
    const box = createSandbox();
    box.stub(
      'nvidia-smi',
      'if [ $# = 0 ]; then echo "| Driver Version: 550.54.15  CUDA Version: 12.4 |"; else echo "Tesla T4, 15360, 550.54.15"; fi',
    );
    const places = installedPlaces(process.env, homedir());
    const found = await diagnose(places, { ...process.env, PATH: path.join(box.folder, 'bin') }, root);
    expect(found.gpu).toMatchObject({ gpus: [{ name: 'Tesla T4' }], driverCuda: '12.4', used: false });
    if (found.engine.build === 'CPU only') expect(found.gpu.advice.code).toBe('cpu-build');
  });

  test('nothing is set up', async () => {
    const found = await diagnose(createSandbox().places, {}, root);
    expect(found).toMatchObject({
      ok: false,
      engine: { chosen: 'none', problem: expect.stringMatching(/npm run setup/) },
    });
  });

  test('a binding that lost its TensorFlow', async () => {
    const box = createSandbox();
    const folder = path.join(box.places.bindingPackage, 'lib', 'napi-v8');
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'tfjs_binding.node'), 'noise');
    const found = await diagnose(box.places, {}, root);
    expect(found).toMatchObject({
      ok: false,
      engine: { problem: expect.stringMatching(/failed: .*npm run setup/) },
    });
  });
});
