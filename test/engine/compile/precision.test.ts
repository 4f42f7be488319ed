import { describe, expect, it } from 'vitest';
import { deviceFacts, precisionFor } from '../../../lib/engine/compile/precision';

const cpu = { usesGpu: false, computeCapability: null, cpuFlags: ['avx2', 'avx512f'] };

describe('precisionFor', () => {
  it.each([
    ['a CPU without bfloat16', cpu, 'f32'],
    ['a CPU with AVX-512 bfloat16', { ...cpu, cpuFlags: ['avx512_bf16'] }, 'bf16'],
    ['a CPU with AMX', { ...cpu, cpuFlags: ['amx_bf16'] }, 'bf16'],
    ['an H100', { ...cpu, usesGpu: true, computeCapability: 9 }, 'bf16'],
    ['an A100', { ...cpu, usesGpu: true, computeCapability: 8 }, 'bf16'],
    ['a T4', { ...cpu, usesGpu: true, computeCapability: 7.5 }, 'f16'],
    ['a P100', { ...cpu, usesGpu: true, computeCapability: 6 }, 'f32'],
    ['a GPU that does not say', { ...cpu, usesGpu: true }, 'f32'],
  ] as const)('of %s', (_name, facts, expected) => {
    expect(precisionFor(facts)).toBe(expected);
  });

  it('asks the machine without failing', async () => {
    expect((await deviceFacts(false, process.env)).usesGpu).toBe(false);
    expect(await deviceFacts(true, { PATH: '' })).toMatchObject({ usesGpu: true, computeCapability: null });
  });
});
