import { describe, expect, test } from 'vitest';
import { adviseOnGpu, type GpuFacts } from '../../lib/engine/gpu-advice';
import { parseSmi } from '../../lib/engine/nvidia';

const t4: GpuFacts = {
  nvidia: {
    smi: 'works',
    onPciBus: true,
    gpus: [{ name: 'Tesla T4', memoryMb: 15360 }],
    driver: '550.54.15',
    driverCuda: '12.4',
  },
  usesGpu: false,
  engine: 'python',
  build: 'CUDA 12.5.1',
  gpuNotes: [],
};

const none = { smi: 'missing', onPciBus: false, gpus: [] } as const;

describe('adviseOnGpu', () => {
  const cases: [string, GpuFacts, string, RegExp][] = [
    ['a GPU that is used', { ...t4, usesGpu: true }, 'used', /^$/],
    ['no GPU', { ...t4, nvidia: none, build: 'CPU only' }, 'no-gpu', /Colab.*Change runtime type/],
    [
      'a GPU without a driver',
      { ...t4, nvidia: { ...none, onPciBus: true } },
      'no-driver',
      /Install the NVIDIA driver/,
    ],
    [
      'a driver that does not answer',
      { ...t4, nvidia: { ...none, smi: 'fails', smiError: 'Driver/library version mismatch' } },
      'driver-fails',
      /restart/,
    ],
    [
      'a T4 and a CPU-only TensorFlow',
      { ...t4, engine: 'wheel', build: 'CPU only' },
      'cpu-build',
      /tensorflow\[and-cuda\]/,
    ],
    [
      'a T4 and libtensorflow 2.9.1',
      { ...t4, engine: 'package', build: 'CUDA 11.2' },
      'cuda-11',
      /DIFF_SVC_ENGINE=python/,
    ],
    [
      'a T4 and the JavaScript engine',
      { ...t4, engine: 'js', build: 'CPU only' },
      'javascript',
      /npm run setup/,
    ],
    ['a GPU that is hidden', { ...t4, visibleDevices: '-1' }, 'hidden', /Unset CUDA_VISIBLE_DEVICES/],
    ['a GPU that is hidden by an empty list', { ...t4, visibleDevices: '' }, 'hidden', /Unset/],
    [
      'a driver of CUDA 11 under a build for CUDA 12',
      { ...t4, nvidia: { ...t4.nvidia, driverCuda: '11.4' } },
      'driver-too-old',
      /Update the NVIDIA driver/,
    ],
    [
      'CUDA libraries that are not found',
      { ...t4, gpuNotes: ['Cannot dlopen some GPU libraries. Skipping registering GPU devices...'] },
      'cuda-libraries',
      /LD_LIBRARY_PATH/,
    ],
    ['no reason known', t4, 'unknown', /DIFF_SVC_DEBUG=1/],
  ];
  test.each(cases)('%s', (_, facts, code, remedy) => {
    const advice = adviseOnGpu(facts);
    expect(advice.code).toBe(code);
    expect(advice.remedy).toMatch(remedy);
  });

  test('before the set-up has run', () => {
    const { engine: _, build: __, ...facts } = t4;
    expect(adviseOnGpu(facts)).toMatchObject({ code: 'no-engine', remedy: 'Run npm run setup.' });
  });

  test('the visible GPU of a list is not hidden', () => {
    expect(adviseOnGpu({ ...t4, visibleDevices: '0' }).code).toBe('unknown');
  });
});

test('nvidia-smi in CSV', () => {
  expect(parseSmi('Tesla T4, 15360, 550.54.15\nTesla T4, 15360, 550.54.15\n')).toEqual({
    gpus: [
      { name: 'Tesla T4', memoryMb: 15360 },
      { name: 'Tesla T4', memoryMb: 15360 },
    ],
    driver: '550.54.15',
  });
  expect(parseSmi('')).toEqual({ gpus: [] });
});
