import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { loadEngine } from '../../lib/engine/backend';
import { runScript } from './children';

// [1 2; 3 4] squared; the JSON is the engine.
const PROGRAM = `
  require('./dist/engine/backend').loadEngine().then((engine) => {
    const tf = require('@tensorflow/tfjs');
    const x = tf.tensor2d([[1, 2], [3, 4]]);
    console.log(JSON.stringify({ ...engine, current: tf.getBackend(), y: Array.from(x.matMul(x).dataSync()) }));
    process.stderr.write('after');
  })`;

describe('loadEngine', () => {
  test('gives the backend that tf uses, the same for every caller', async () => {
    const engine = await loadEngine();
    expect(await loadEngine()).toBe(engine);
    expect(tf.getBackend()).toBe(engine.backend);
  });

  test('TensorFlow runs, and says nothing on stderr', async () => {
    const { stdout, stderr } = await runScript(PROGRAM);
    expect(JSON.parse(stdout)).toMatchObject({
      backend: 'tensorflow',
      current: 'tensorflow',
      y: [7, 10, 15, 22],
    });
    expect(stderr).toBe('after');
  });

  test('DIFF_SVC_DEBUG lets its messages through', async () => {
    const { stderr } = await runScript(PROGRAM, { DIFF_SVC_DEBUG: '1' });
    expect(stderr).toMatch(/cpu_feature_guard|oneDNN/);
  });

  test('DIFF_SVC_THREADS limits the threads of an operation', async () => {
    const count = `
      require('./dist/engine/backend').loadEngine().then(() => {
        require('@tensorflow/tfjs').ones([64, 64]).matMul(require('@tensorflow/tfjs').ones([64, 64])).dataSync();
        console.log(require('fs').readdirSync('/proc/self/task').length);
      })`;
    const threads = async (n: string) => Number((await runScript(count, { DIFF_SVC_THREADS: n })).stdout);
    expect((await threads('9')) - (await threads('1'))).toBeGreaterThanOrEqual(8);
  });

  test('the JavaScript engine is announced loudly and computes the same', async () => {
    const { stdout, stderr } = await runScript(PROGRAM, { DIFF_SVC_ENGINE: 'js' });
    expect(JSON.parse(stdout)).toMatchObject({ backend: 'cpu', current: 'cpu', y: [7, 10, 15, 22] });
    expect(stderr).toMatch(/WARNING: TensorFlow is not used.*DIFF_SVC_ENGINE=js/s);
  });

  test('a binding that cannot be loaded: JavaScript, the reason, and what to do', async () => {
    const broken = `
      const Module = require('node:module');
      const load = Module._load;
      Module._load = function (name, ...rest) {
        if (String(name).endsWith('tfjs_binding.node')) throw new Error('libtensorflow_cc.so.2: cannot open');
        return load.call(this, name, ...rest);
      };`;
    const { stdout, stderr } = await runScript(broken + PROGRAM);
    expect(JSON.parse(stdout)).toMatchObject({ backend: 'cpu' });
    expect(stderr).toMatch(/libtensorflow_cc.so.2: cannot open\nRun `npm run setup`/);
  });
});
