/**
 * Loads TensorFlow: the only importer of tfjs-node-gpu. Model code imports `@tensorflow/tfjs` and never asks which
 * backend runs it; whoever starts a program (cli, notebook, a test) calls `loadEngine` first.
 */
import * as util from 'node:util';

/** Which engine runs and how it was found. */
export interface Engine {
  readonly backend: 'tensorflow' | 'cpu';
  /** version of libtensorflow, or of tfjs for the JavaScript backend */
  readonly version: string;
}

let loaded: Promise<Engine> | undefined;

/** Loads the engine once per process. Falls back to the JavaScript backend, with a warning on stderr. */
export function loadEngine(): Promise<Engine> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Engine> {
  restoreRemovedUtil();
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  const tf = await import('@tensorflow/tfjs-node-gpu');
  const binding = (tf.backend() as unknown as { binding: { TF_Version: string } }).binding;
  return { backend: 'tensorflow', version: binding.TF_Version };
}

/** tfjs-node 4.22 calls two functions of node:util that Node 23 removed. */
function restoreRemovedUtil(): void {
  const target = util as unknown as Record<string, unknown>;
  const mutable = (target['default'] ?? target) as Record<string, unknown>;
  mutable['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  mutable['isArray'] ??= Array.isArray;
}
