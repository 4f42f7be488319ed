/** Samples mel spectrograms operation by operation: works on every backend, and is the oracle for faster samplers. */
import * as tf from '@tensorflow/tfjs';
import type { FrameMatrix } from '../audio/audio';
import { toInternal } from '../checkpoint/key-map';
import type { Config, InferenceConfig } from '../config/schema';
import { condition } from '../model/conditioner';
import { projectCondition } from '../model/denoiser';
import { noisePredictor } from '../model/noise-predictor';
import { scheduleFromBuffers } from '../model/noise-schedule';
import { denormalizeMel } from '../model/normalize-mel';
import { type HostTensor, parameterSpecs } from '../model/parameters';
import { sampleDdim } from '../model/sample-ddim';
import { sampleDdpm } from '../model/sample-ddpm';
import { samplePlms, samplePlmsReference } from '../model/sample-plms';
import { type Sampler, samplerNoise } from '../model/sampler';
import type { Weights } from '../model/weights';
import type { MelCondition, MelSampler, SampleRequest } from './voice';

/**
 * Puts the model onto the current backend.
 * @param host buffers and parameters by reference name, PyTorch's layout
 */
export function createMelSampler(config: Config, host: ReadonlyMap<string, HostTensor>): MelSampler {
  const trained = parameterSpecs(config.model).filter((spec) => spec.trained);
  const weights: Weights = new Map(
    trained.map((spec) => {
      const { shape, data } = toInternal(spec, host.get(spec.name)!);
      return [spec.name, tf.tensor(data, [...shape])];
    }),
  );
  const model = { ...config.model, ...specRange(host) };
  const schedule = scheduleFromBuffers(host);
  const sampleOne = async (request: SampleRequest): Promise<FrameMatrix> => {
    const { mel2ph } = request.condition;
    const shape: [number, number, number] = [1, mel2ph.length, model.melBins];
    const noise = samplerNoise(request.seed, request.index);
    const projected = tf.tidy(() =>
      projectCondition(weights, model, condition(weights, model, conditionTensors(request.condition))),
    );
    const xT = noise(shape, model.kStep);
    try {
      const x = await samplerOf(config)(noisePredictor(weights, model, schedule, projected), xT, schedule, {
        kStep: model.kStep,
        speedup: config.inference.speedup,
        noise,
        onStep: ({ done, total }) => request.onStep(done, total),
        signal: request.signal,
      });
      return toMel(x, model);
    } finally {
      tf.dispose([xT, ...projected]);
    }
  };
  return {
    together: 1,
    sample: async (requests) => {
      const mels: FrameMatrix[] = [];
      for (const request of requests) mels.push(await sampleOne(request));
      return mels;
    },
    dispose: () => tf.dispose([...weights.values()]),
  };
}

/** The range of the checkpoint counts, not the configuration's (spec k.1). */
export function specRange(host: ReadonlyMap<string, HostTensor>): { specMin: number[]; specMax: number[] } {
  return { specMin: [...host.get('spec_min')!.data], specMax: [...host.get('spec_max')!.data] };
}

function conditionTensors({ units, mel2ph, f0Log2 }: MelCondition): Parameters<typeof condition>[2] {
  return {
    units: tf.tensor3d(units.data, [1, units.frames, units.width]),
    mel2ph: tf.tensor2d(mel2ph, [1, mel2ph.length], 'int32'),
    f0Log2: tf.tensor2d(f0Log2, [1, f0Log2.length]),
  };
}

/** The sampler that a configuration asks for. */
export function samplerOf(config: Config): Sampler {
  const bySpeed: Readonly<Record<InferenceConfig['sampler'], Sampler>> = {
    plms: config.compat.plms ? samplePlmsReference : samplePlms,
    ddim: sampleDdim,
    ddpm: sampleDdpm,
  };
  return config.inference.speedup === 1 ? sampleDdpm : bySpeed[config.inference.sampler];
}

/** Denormalises a result [1, T, M] and frees it. */
export function toMel(x: tf.Tensor3D, model: Parameters<typeof denormalizeMel>[1]): FrameMatrix {
  const mel = tf.tidy(() => denormalizeMel(x, model));
  const matrix = { data: mel.dataSync<'float32'>(), frames: x.shape[1], width: x.shape[2] };
  tf.dispose([x, mel]);
  return matrix;
}
