/** Collects what `diff-svc doctor` reports. Changes nothing. */
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { isUserError } from '../config/errors';
import type { Attempt, CandidateName } from './candidates';
import { freeBytes } from './disk';
import { adviseOnGpu, type GpuAdvice } from './gpu-advice';
import { type NvidiaFacts, readNvidia } from './nvidia';
import { ADDONS, addonFolder, type Places } from './places';
import { type Proof, proveBinding } from './prove';
import { type EngineRecord, readRecord } from './record';

/** The report; its JSON form is stable for programs. */
export interface DoctorReport {
  /** everything needed for work at full speed is there */
  readonly ok: boolean;
  readonly engine: {
    readonly chosen: CandidateName | 'none';
    readonly why: string;
    readonly tried: readonly Attempt[];
    readonly tensorflow?: string;
    readonly folder?: string;
    readonly build?: string;
    readonly devices: readonly string[];
    /** why the engine does not run although it is provisioned, or is not provisioned; with the remedy */
    readonly problem?: string;
  };
  readonly gpu: NvidiaFacts & { readonly used: boolean; readonly advice: GpuAdvice };
  readonly machine: {
    readonly node: string;
    readonly platform: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly freeMemoryBytes: number;
  };
  readonly disk: readonly { readonly folder: string; readonly use: string; readonly freeBytes: number }[];
}

/** Loads the installed engine in a child process, asks nvidia-smi, looks at the machine. */
export async function diagnose(places: Places, env: NodeJS.ProcessEnv, cwd: string): Promise<DoctorReport> {
  const record = readRecord(places.cache);
  const [engine, nvidia] = await Promise.all([tryEngine(places, record, env), readNvidia(env)]);
  const { proof, problem } = engine;
  const build = record?.tensorflow?.build;
  const advice = adviseOnGpu({
    nvidia,
    usesGpu: proof?.usesGpu ?? false,
    gpuNotes: proof?.gpuNotes ?? [],
    ...(record && { engine: record.chosen }),
    ...(build && { build }),
    ...(env.CUDA_VISIBLE_DEVICES !== undefined && { visibleDevices: env.CUDA_VISIBLE_DEVICES }),
  });
  return {
    ok: proof !== undefined,
    engine: {
      chosen: record?.chosen ?? 'none',
      why: record?.why ?? 'The set-up has not run with this cache folder.',
      tried: record?.tried ?? [],
      devices: proof?.devices ?? [],
      ...(proof && { tensorflow: proof.version }),
      ...(record?.tensorflow && { folder: record.tensorflow.libraryFolder }),
      ...(build && { build }),
      ...(problem && { problem }),
    },
    gpu: { ...nvidia, used: proof?.usesGpu ?? false, advice },
    machine: {
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      cores: os.availableParallelism(),
      memoryBytes: os.totalmem(),
      freeMemoryBytes: os.freemem(),
    },
    disk: [
      { folder: places.cache, use: 'cache', freeBytes: freeBytes(places.cache) },
      { folder: cwd, use: 'this folder', freeBytes: freeBytes(cwd) },
    ],
  };
}

async function tryEngine(
  places: Places,
  record: EngineRecord | undefined,
  env: NodeJS.ProcessEnv,
): Promise<{ proof?: Proof; problem?: string }> {
  const binding = path.join(addonFolder(places.bindingPackage), ADDONS[0]);
  if (!fs.existsSync(binding)) {
    const js = record?.chosen === 'js';
    const what = js ? 'The JavaScript engine runs, a thousand times slower or more' : 'No engine is set up';
    return { problem: `${what}. Run npm run setup${js ? ' after one of the remedies above' : ''}.` };
  }
  try {
    return { proof: await proveBinding(places.probe, binding, env) };
  } catch (error) {
    if (!isUserError(error)) throw error;
    return { problem: `${error.message}. Run npm run setup. ${error.remedy}` };
  }
}
