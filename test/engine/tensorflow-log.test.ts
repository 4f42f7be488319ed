import { describe, expect, test } from 'vitest';
import { readProof } from '../../lib/engine/prove';
import { describeBuild } from '../../lib/engine/tensorflow-folder';

const product = [19, 22, 43, 50];
const answer = (fields: object) => JSON.stringify({ version: '2.19.0', gpu: false, product, ...fields });

describe('readProof', () => {
  test('devices and memory from the line that TensorFlow writes for each GPU', () => {
    const log =
      'I0000 00:00:1 10 gpu_device.cc:2019] Created device /job:localhost/replica:0/task:0/device:GPU:0 with 13775 MB ' +
      'memory:  -> device: 0, name: Tesla T4, pci bus id: 0000:00:04.0, compute capability: 7.5\n';
    expect(readProof(answer({ gpu: true }), log)).toEqual({
      version: '2.19.0',
      usesGpu: true,
      devices: ['CPU:0', 'GPU:0 (Tesla T4, 13775 MB)'],
      gpuNotes: [],
    });
  });

  test('warnings about CUDA are kept, in both log formats; information is not', () => {
    const log = [
      '2026-01-01 00:00:00.0: W tensorflow/core/common_runtime/gpu/gpu_device.cc:2343] Cannot dlopen some GPU libraries.',
      'W0000 00:00:1 10 gpu_device.cc:2433] cuDNN is too old.',
      'I0000 00:00:1 10 port.cc:153] oneDNN custom operations are on.',
    ].join('\n');
    expect(readProof(answer({}), log)?.gpuNotes).toEqual([
      'Cannot dlopen some GPU libraries.',
      'cuDNN is too old.',
    ]);
  });

  test('a wrong product proves nothing', () => {
    expect(readProof(answer({ product: [19, 22, 43, 51] }), '')).toBeUndefined();
  });
});

test.each([
  ["[('is_cuda_build', False), ('is_rocm_build', False)]", 'CPU only'],
  ["[('cuda_version', '12.5.1'), ('cudnn_version', '9'), ('is_cuda_build', True)]", 'CUDA 12.5.1'],
  ["[('is_cuda_build', False), ('is_rocm_build', True)]", 'ROCm'],
  ['', 'unknown'],
])('build_info.py %s is %s', (text, build) => {
  expect(describeBuild(text)).toBe(build);
});
