/** Kernels behind `../gradients.ts`: TensorFlow's own gradient operations, which take (y, dy). */
import { gradientKernels } from '../gradients';
import { kernel, typeOf } from './register';

/** Registers all kernels of this file. */
export function registerGradients(): void {
  for (const name of [gradientKernels.sigmoid, gradientKernels.tanh]) {
    kernel(name, ({ y, dy }, _, c) =>
      c.output(c.graph.node(name, [c.ref(y!), c.ref(dy!)], typeOf(y!)), y!.shape, y!.dtype),
    );
  }
  // ReluGrad takes the gradient first, and is as happy with the output of Relu as with its input.
  kernel(gradientKernels.relu, ({ y, dy }, _, c) =>
    c.output(c.graph.node('ReluGrad', [c.ref(dy!), c.ref(y!)], typeOf(y!)), y!.shape, y!.dtype),
  );
}
