/** Why a GPU is or is not used, and what to do. Pure. */
import type { CandidateName } from './candidates';
import type { NvidiaFacts } from './nvidia';

export interface GpuFacts {
  readonly nvidia: NvidiaFacts;
  readonly usesGpu: boolean;
  /** undefined: no engine is provisioned */
  readonly engine?: CandidateName;
  /** of TensorFlow: 'CPU only', 'CUDA 12.5.1', 'unknown' */
  readonly build?: string;
  /** lines of TensorFlow's own log */
  readonly gpuNotes: readonly string[];
  /** CUDA_VISIBLE_DEVICES */
  readonly visibleDevices?: string;
}

/** `code` is stable; `remedy` is empty when nothing is to do. */
export interface GpuAdvice {
  readonly code:
    | 'used'
    | 'no-gpu'
    | 'no-driver'
    | 'driver-fails'
    | 'hidden'
    | 'no-engine'
    | 'javascript'
    | 'cpu-build'
    | 'cuda-11'
    | 'driver-too-old'
    | 'cuda-libraries'
    | 'unknown';
  readonly reason: string;
  readonly remedy: string;
}

const CUDA_BUILD_REMEDY =
  "Install the CUDA build (python3 -m pip install 'tensorflow[and-cuda]'), then: DIFF_SVC_ENGINE=python npm run setup";

/** The first thing in the way, from the hardware up to the libraries. */
export function adviseOnGpu(facts: GpuFacts): GpuAdvice {
  const { nvidia } = facts;
  const name = nvidia.gpus[0]?.name ?? 'the NVIDIA GPU';
  if (facts.usesGpu) return { code: 'used', reason: `TensorFlow computes on ${name}.`, remedy: '' };
  return adviseOnDriver(facts) ?? adviseOnBuild(facts, name) ?? adviseOnLibraries(facts, name);
}

function adviseOnDriver({ nvidia, visibleDevices }: GpuFacts): GpuAdvice | undefined {
  if (nvidia.smi === 'fails') {
    return {
      code: 'driver-fails',
      reason: `nvidia-smi fails: ${nvidia.smiError}`,
      remedy:
        'Reinstall the NVIDIA driver or restart the machine; on Colab: Runtime > Disconnect and delete runtime.',
    };
  }
  if (nvidia.gpus.length === 0 && nvidia.onPciBus) {
    return {
      code: 'no-driver',
      reason: 'There is an NVIDIA GPU, but no driver for it (nvidia-smi is missing).',
      remedy: 'Install the NVIDIA driver; in a container, start it with --gpus all.',
    };
  }
  if (nvidia.gpus.length === 0) {
    return {
      code: 'no-gpu',
      reason: 'This machine has no NVIDIA GPU.',
      remedy: 'Nothing is wrong: the CPU is used. On Colab: Runtime > Change runtime type > GPU.',
    };
  }
  if (visibleDevices !== undefined && /^(-1.*|\s*)$/.test(visibleDevices)) {
    return {
      code: 'hidden',
      reason: `CUDA_VISIBLE_DEVICES=${visibleDevices} hides the GPU.`,
      remedy: 'Unset CUDA_VISIBLE_DEVICES.',
    };
  }
  return undefined;
}

function adviseOnBuild({ engine, build }: GpuFacts, name: string): GpuAdvice | undefined {
  if (engine === undefined) {
    return { code: 'no-engine', reason: 'No engine is set up yet.', remedy: 'Run npm run setup.' };
  }
  if (engine === 'js') {
    return {
      code: 'javascript',
      reason: `The JavaScript engine cannot use ${name}.`,
      remedy: CUDA_BUILD_REMEDY,
    };
  }
  if (build === 'CPU only') {
    return {
      code: 'cpu-build',
      reason: `This TensorFlow is a CPU-only build, so ${name} is not used.`,
      remedy: CUDA_BUILD_REMEDY,
    };
  }
  if (build?.startsWith('CUDA 11')) {
    return {
      code: 'cuda-11',
      reason: `This TensorFlow wants ${build} and its cuDNN, which this machine does not have.`,
      remedy: CUDA_BUILD_REMEDY,
    };
  }
  return undefined;
}

function adviseOnLibraries({ nvidia, build, gpuNotes }: GpuFacts, name: string): GpuAdvice {
  const notes = gpuNotes.join(' ');
  const wanted = Number(/^CUDA (\d+)/.exec(build ?? '')?.[1]);
  const supported = Number(nvidia.driverCuda?.split('.')[0]);
  if (supported < wanted || /driver version is insufficient/i.test(notes)) {
    return {
      code: 'driver-too-old',
      reason: `Driver ${nvidia.driver} supports CUDA ${nvidia.driverCuda}, this TensorFlow is built for ${build}.`,
      remedy: 'Update the NVIDIA driver, or install a TensorFlow for the older CUDA.',
    };
  }
  if (/dlopen|could not load|could not find cuda|libcu/i.test(notes)) {
    return {
      code: 'cuda-libraries',
      reason: `TensorFlow cannot load the CUDA libraries for ${name}: ${notes}`,
      remedy:
        "Install them beside it (python3 -m pip install 'tensorflow[and-cuda]'), or put their folder in LD_LIBRARY_PATH.",
    };
  }
  return {
    code: 'unknown',
    reason: `TensorFlow (${build}) does not use ${name}${notes ? `: ${notes}` : ' and gives no reason'}`,
    remedy: 'Run with DIFF_SVC_DEBUG=1 to see all of its messages.',
  };
}
