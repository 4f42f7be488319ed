/**
 * Gradients that TensorFlow has as one operation and tfjs composes of several. They stand in for tfjs's own while a
 * program is traced.
 */
import * as tf from '@tensorflow/tfjs';

/** Names of the kernels that compute them (`kernels/gradients.ts`). */
export const gradientKernels = { sigmoid: 'SigmoidGrad', tanh: 'TanhGrad', relu: 'ReluGrad' } as const;

const fused: readonly tf.GradConfig[] = [
  {
    kernelName: 'Sigmoid',
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => run(gradientKernels.sigmoid, { y: y!, dy: dy as tf.Tensor }) }),
  },
  {
    kernelName: 'Tanh',
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => run(gradientKernels.tanh, { y: y!, dy: dy as tf.Tensor }) }),
  },
  {
    kernelName: 'Relu',
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => run(gradientKernels.relu, { y: y!, dy: dy as tf.Tensor }) }),
  },
];

function run(name: string, inputs: tf.NamedTensorMap): tf.Tensor {
  return tf.engine().runKernel(name, inputs) as tf.Tensor;
}

/** Runs `action` with the fused gradients; tfjs's own are put back whatever happens. */
export function withFusedGradients<T>(action: () => T): T {
  const own = fused.map(({ kernelName }) => tf.getGradient(kernelName));
  const replace = (gradients: readonly tf.GradConfig[]): void => {
    for (const gradient of gradients) {
      tf.unregisterGradient(gradient.kernelName);
      tf.registerGradient(gradient);
    }
  };
  replace(fused);
  try {
    return action();
  } finally {
    replace(own);
  }
}
