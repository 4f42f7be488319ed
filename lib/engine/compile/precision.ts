/** Which precision suits the device that computes. */
import { readFileSync } from 'node:fs';
import type { Precision } from '../../tensor/program';
import { runCommand } from '../run-command';

/** What decides. */
export interface DeviceFacts {
  readonly usesGpu: boolean;
  /** of the first GPU, e.g. 7.5; null if unknown */
  readonly computeCapability: number | null;
  /** words of the processor's flags */
  readonly cpuFlags: readonly string[];
}

/** NVIDIA GPUs from this compute capability on (Ampere) multiply bfloat16. */
const ampere = 8;

/** From this one on (Volta) they multiply float16 on tensor cores; a T4 is 7.5. */
const volta = 7;

/** bfloat16 wherever the hardware multiplies it, float16 on older GPUs that multiply that, else float32. */
export function precisionFor({ usesGpu, computeCapability, cpuFlags }: DeviceFacts): Precision {
  if (!usesGpu) return cpuFlags.some((flag) => /^(avx512_bf16|amx_bf16)$/.test(flag)) ? 'bf16' : 'f32';
  if (computeCapability === null) return 'f32';
  return computeCapability >= ampere ? 'bf16' : computeCapability >= volta ? 'f16' : 'f32';
}

/** Asks the machine. @param usesGpu as `loadEngine` found */
export async function deviceFacts(usesGpu: boolean, env: NodeJS.ProcessEnv): Promise<DeviceFacts> {
  return { usesGpu, computeCapability: usesGpu ? await computeCapability(env) : null, cpuFlags: cpuFlags() };
}

const smiTimeoutMs = 20_000;

async function computeCapability(env: NodeJS.ProcessEnv): Promise<number | null> {
  const args = ['--query-gpu=compute_cap', '--format=csv,noheader'];
  const { code, stdout } = await runCommand('nvidia-smi', args, { timeoutMs: smiTimeoutMs, env });
  const capability = Number.parseFloat(stdout);
  return code === 0 && capability > 0 ? capability : null;
}

/** Empty where the system does not say (only Linux does). */
function cpuFlags(): string[] {
  try {
    return (/^flags\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '').split(' ');
  } catch {
    return [];
  }
}
