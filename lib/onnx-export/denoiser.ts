/** Writes the denoiser of a voice as ONNX and compares it with our own. */
import { basename } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { toInternal } from '../checkpoint/key-map';
import type { Config, ModelConfig } from '../config/schema';
import { denoise, projectCondition } from '../model/denoiser';
import { type HostTensor, parameterSpecs } from '../model/parameters';
import type { Weights } from '../model/weights';
import { Philox, streams } from '../random/philox';
import { writeFileAtomic } from '../storage/atomic-file';
import { denoiserModel } from './denoiser-graph';
import { encodeOnnx } from './model-file';
import { compareNet, type NetParity, type ParityCase, type Tolerance } from './parity';

/** That of the fixtures of PyTorch's denoiser. */
const tolerance: Tolerance = { atol: 2e-5, rtol: 1e-5 };
const cases = [
  { batch: 2, frames: 50 },
  { batch: 1, frames: 173 },
];

/** A voice's denoiser. */
export interface VoiceDenoiser {
  readonly config: Config;
  /** buffers and parameters by reference name, PyTorch's layout, complete */
  readonly weights: ReadonlyMap<string, HostTensor>;
  readonly encoderId: string;
  readonly step: number;
}

/**
 * Writes `path`. An engine must be loaded.
 * @throws UserError those of `writeFileAtomic` and `compareNet`
 */
export async function exportDenoiser(voice: VoiceDenoiser, path: string): Promise<NetParity> {
  const { model } = voice.config;
  const net = denoiserModel(voice.weights, model, metadataOf(voice));
  await writeFileAtomic(path, encodeOnnx(net));
  const weights = upload(voice.weights, model);
  try {
    return await compareNet(
      { path, file: basename(path), output: net.outputs[0]!.name },
      tolerance,
      cases.map((size, i) => () => randomCase(weights, model, size, new Philox(i, streams.noise))),
    );
  } finally {
    tf.dispose([...weights.values()]);
  }
}

/** What another program needs to sing with the net. */
function metadataOf({ config, weights, encoderId, step }: VoiceDenoiser): Record<string, string> {
  const { model, audio } = config;
  const range = (name: string): string => JSON.stringify([...weights.get(name)!.data]);
  return {
    training_step: String(step),
    encoder: encoderId,
    predicts: model.output,
    timesteps: String(weights.get('betas')!.data.length),
    max_beta: String(weights.get('betas')!.data.at(-1)!),
    k_step: String(model.kStep),
    spec_min: range('spec_min'),
    spec_max: range('spec_max'),
    mel: `log10, ${audio.melBins} bins, ${audio.fminHz} to ${audio.fmaxHz} Hz, window ${audio.winSize}, hop ${audio.hopSize}, ${audio.sampleRate} Hz`,
  };
}

function upload(host: ReadonlyMap<string, HostTensor>, model: ModelConfig): Weights {
  const specs = parameterSpecs(model).filter(({ name }) => name.startsWith('denoise_fn.'));
  return new Map(
    specs.map((spec) => {
      const { shape, data } = toInternal(spec, host.get(spec.name)!);
      return [spec.name, tf.tensor(data, [...shape])];
    }),
  );
}

async function randomCase(
  weights: Weights,
  model: ModelConfig,
  { batch, frames }: { readonly batch: number; readonly frames: number },
  random: Philox,
): Promise<ParityCase> {
  const melShape = [batch, model.melBins, frames];
  const conditionShape = [batch, model.hiddenSize, frames];
  const mel = random.normals(batch * model.melBins * frames);
  const cond = random.normals(batch * model.hiddenSize * frames);
  const steps = Float32Array.from({ length: batch }, () => random.integer(model.timesteps));
  const framesFirst = (data: Float32Array, [B, C, T]: readonly number[]): tf.Tensor3D =>
    tf.tensor3d(data, [B!, C!, T!]).transpose([0, 2, 1]);
  const result = tf.tidy(() => {
    const projected = projectCondition(weights, model, framesFirst(cond, conditionShape));
    const x = framesFirst(mel, melShape);
    return denoise(weights, model, x, tf.tensor1d(steps, 'int32'), projected).transpose([0, 2, 1]);
  });
  const ours = (await result.data()) as Float32Array;
  result.dispose();
  return {
    inputs: `${batch} x ${frames} frames`,
    feeds: {
      noisy_mel: { shape: melShape, data: mel },
      step: { shape: [batch], data: steps },
      condition: { shape: conditionShape, data: cond },
    },
    ours,
  };
}
