/** Whether onnxruntime-node, an optional package, is installed; said loudly, once, where it is not. */
import { createRequire } from 'node:module';

function find(): boolean {
  try {
    createRequire(__filename).resolve('onnxruntime-node');
    return true;
  } catch {
    console.warn('SKIPPED: onnxruntime-node is not installed, so exported nets are not run');
    return false;
  }
}

export const hasRuntime = find();
