/** All kernels of the graph backend. */
import { registerDenseGelu } from './dense-gelu';
import { registerDilatedConv } from './dilated-conv';
import { registerElementwise } from './elementwise';
import { registerGradients } from './gradients';
import { registerLinalg } from './linalg';
import { registerRandom } from './random';
import { registerReduce } from './reduce';
import { supportedKernels } from './register';
import { registerShape } from './shape';

let done = false;

/** Registers every kernel once per process. */
export function registerKernels(): void {
  if (done) return;
  done = true;
  registerElementwise();
  registerGradients();
  registerShape();
  registerReduce();
  registerRandom();
  registerLinalg();
  registerDilatedConv();
  registerDenseGelu();
}

/** Names of the tfjs ops that can be compiled, sorted. */
export function supportedOps(): string[] {
  return [...supportedKernels].sort();
}
