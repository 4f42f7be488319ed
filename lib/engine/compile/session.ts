/** Runs a built program: a SavedModel in a folder that lives for the loading only. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import type { NamedTensors } from '../../tensor/program';
import type { BuiltProgram } from './builder';

/** A loaded program. */
export interface Session {
  /** @throws Error if there is no such signature */
  run(signature: string, inputs: NamedTensors): Record<string, tf.Tensor>;
  dispose(): void;
}

/** Loads a program; its signatures share variables. */
export async function openSession(built: BuiltProgram): Promise<Session> {
  const { node } = await import('@tensorflow/tfjs-node-gpu');
  const signatures = Object.keys(built.signatures);
  const folder = await mkdtemp(join(tmpdir(), 'diff-svc-graph-'));
  const loaded = new Map<string, Awaited<ReturnType<typeof node.loadSavedModel>>>();
  try {
    const file = join(folder, 'saved_model.pb');
    await writeFile(file, built.bytes);
    for (const name of signatures) {
      loaded.set(name, await node.loadSavedModel(folder, ['serve'], name));
      // TensorFlow loads the graph once per folder, but tfjs-node parses the file for every signature.
      if (loaded.size === 1) await writeFile(file, built.index);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return {
    run: (signature, inputs) => {
      const model = loaded.get(signature);
      if (model === undefined) throw new Error(`Expected one of ${signatures.join(', ')}, got ${signature}`);
      return model.predict(inputs as tf.NamedTensorMap) as Record<string, tf.Tensor>;
    },
    dispose: () => {
      for (const model of loaded.values()) model.dispose();
    },
  };
}
