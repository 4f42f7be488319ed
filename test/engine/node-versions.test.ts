import { expect, test } from 'vitest';
import { runScript } from './children';
import { nodeBuild } from './node-build';

// concat and topk are the kernels that call what Node 23 removed from node:util.
const PROGRAM = `
  require('./dist/engine/backend').loadEngine().then(({ backend }) => {
    const tf = require('@tensorflow/tfjs');
    const x = tf.tensor2d([[1, 2], [3, 4]]);
    const w = tf.variable(tf.tensor2d([[1], [-1]]));
    const { value, grads } = tf.variableGrads(() => x.matMul(w).square().sum());
    const { values } = tf.topk(tf.concat([tf.tensor1d([3, 1]), tf.tensor1d([2])]), 2);
    console.log(JSON.stringify({
      node: process.versions.node, backend, value: value.dataSync()[0],
      gradient: Array.from(Object.values(grads)[0].dataSync()), largest: Array.from(values.dataSync()),
    }));
  })`;

for (const major of [20, 22, 24] as const) {
  test(`Node ${major}: a forward pass and a gradient`, { timeout: 400_000 }, async (context) => {
    const build = await nodeBuild(major);
    if ('missing' in build) {
      console.warn(`NOT TESTED on Node ${major}: ${build.missing}`);
      return context.skip(build.missing);
    }
    const { stdout, stderr } = await runScript(PROGRAM, {}, build.program);
    expect(stderr).toBe('');
    const result = JSON.parse(stdout);
    expect(result.node).toMatch(new RegExp(`^${major}\\.`));
    // x w = [-1, -1]: the sum of squares is 2, its gradient 2 x' x w = [-8, -12].
    expect(result).toMatchObject({ backend: 'tensorflow', value: 2, gradient: [-8, -12], largest: [3, 2] });
  });
}
