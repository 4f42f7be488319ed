/**
 * Loads TensorFlow: the only importer of tfjs-node-gpu. Model code imports `@tensorflow/tfjs` and never asks which
 * backend runs it; whoever starts a program (cli, notebook, a test) calls `loadEngine` first.
 */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
// The default import is node:util's own object, also in ES modules: what is put on it, tfjs-node sees.
import util from 'node:util';
import { hideStderr } from './process-addon';

/** Which engine runs. */
export interface Engine {
  readonly backend: 'tensorflow' | 'cpu';
  /** version of libtensorflow, or of tfjs for the JavaScript backend */
  readonly version: string;
  /** whether TensorFlow computes on a GPU */
  readonly usesGpu: boolean;
  /** operations of a compiled graph that are meant to run side by side; 1: one after the other, each on all threads */
  readonly lanes: number;
  /** operations of one graph that the engine runs at the same time */
  readonly operationsAtOnce: number;
}

export interface EngineOptions {
  /** threads of one operation; default: `DIFF_SVC_THREADS`, else all cores. Only the first call of a process counts. */
  readonly threads?: number;
  /**
   * Shares the threads of a CPU among operations that run side by side instead of giving all to one after the other: for
   * processes that do nothing but train compiled. Single operations, as the eager path runs them, get slower.
   */
  readonly sideBySide?: boolean;
}

type TfjsNode = typeof import('@tensorflow/tfjs-node-gpu');
type Tfjs = typeof import('@tensorflow/tfjs');

const maxLanes = 4;

const requireModule = createRequire(__filename);
let loaded: Promise<Engine> | undefined;

/** Loads the engine once per process. Falls back to the JavaScript backend, with a warning on stderr. */
export function loadEngine(options: EngineOptions = {}): Promise<Engine> {
  loaded ??= load(options);
  return loaded;
}

async function load(options: EngineOptions): Promise<Engine> {
  if (process.env.DIFF_SVC_ENGINE === 'js') return loadJavaScript('DIFF_SVC_ENGINE=js asks for it.');
  restoreRemovedUtil();
  setEnvironment(options);
  try {
    const tf = hideStderr(() => requireModule('@tensorflow/tfjs-node-gpu') as TfjsNode);
    await tf.ready();
    const { binding } = tf.backend() as unknown as {
      binding: { TF_Version: string; isUsingGpuDevice(): boolean };
    };
    const usesGpu = binding.isUsingGpuDevice();
    const lanes = options.sideBySide && !usesGpu ? lanesOf(options) : 1;
    const operationsAtOnce = usesGpu
      ? 1
      : Number(process.env.TF_NUM_INTEROP_THREADS ?? availableParallelism());
    return { backend: 'tensorflow', version: binding.TF_Version, usesGpu, lanes, operationsAtOnce };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return loadJavaScript(`${reason.split('\n')[0]}\nRun \`npm run setup\` in the project's folder.`);
  }
}

async function loadJavaScript(reason: string): Promise<Engine> {
  const rule = '='.repeat(80);
  process.stderr.write(
    `${rule}\nWARNING: TensorFlow is not used. The JavaScript engine runs instead: the same results within rounding,\n` +
      `but a thousand times slower or more; training is not practical. Why:\n${reason}\n${rule}\n`,
  );
  const tf = requireModule('@tensorflow/tfjs') as Tfjs;
  await tf.setBackend('cpu');
  // The backend's own advice at the first tensor is to install another package, which is not the remedy here.
  (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
  return { backend: 'cpu', version: tf.version.tfjs, usesGpu: false, lanes: 1, operationsAtOnce: 1 };
}

function threadsOf({ threads }: EngineOptions): number {
  return threads ?? Number(process.env.DIFF_SVC_THREADS ?? availableParallelism());
}

/** Every lane is a part of the graph of its own, so there are few. */
function lanesOf(options: EngineOptions): number {
  return Math.min(maxLanes, threadsOf(options));
}

/** Settings that TensorFlow reads from the environment while it loads. What the user has set stays. */
function setEnvironment(options: EngineOptions): void {
  const { env } = process;
  if (options.sideBySide) {
    const lanes = lanesOf(options);
    env.TF_NUM_INTRAOP_THREADS = String(Math.max(1, Math.floor(threadsOf(options) / lanes)));
    env.TF_NUM_INTEROP_THREADS = String(lanes);
  } else if ((options.threads ?? env.DIFF_SVC_THREADS) !== undefined) {
    env.TF_NUM_INTRAOP_THREADS = String(threadsOf(options));
    env.TF_NUM_INTEROP_THREADS = '1';
  }
  if (!env.DIFF_SVC_DEBUG) env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  // Without it TensorFlow takes all memory of a GPU at once, and a second process (doctor) gets none.
  env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true';
}

/**
 * tfjs-node 4.22 calls two functions of node:util that Node 23 removed (isNullOrUndefined) or deprecated (isArray).
 * Replaced on every version, since those that still have them print a deprecation warning.
 */
function restoreRemovedUtil(): void {
  const target = util as unknown as Record<string, unknown>;
  target.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  target.isArray = Array.isArray;
}
