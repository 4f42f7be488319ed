/**
 * Conversion of a whole file as the reference does it (spec section h): slicer, mel, units, F0, transposition, shallow
 * start, PLMS, clipping, vocoder, reassembly. The F0 estimator's and the resampler's results are given.
 */
import * as tf from '@tensorflow/tfjs';
import { mel2phReference } from '../../lib/audio/align';
import type { Audio, FrameMatrix } from '../../lib/audio/audio';
import { placeHarvest } from '../../lib/audio/f0align';
import { melSpectrogram } from '../../lib/audio/mel';
import { f0FromLog2, f0ToLog2, shiftKeyCompat } from '../../lib/audio/pitch';
import { sliceReference } from '../../lib/audio/slicer-reference';
import { type AudioConfig, audioSchema, type ModelConfig, modelSchema } from '../../lib/config/schema';
import { hubertUnits, softUnits } from '../../lib/encoder/hubert-soft/forward';
import { hubertState } from '../../lib/encoder/hubert-soft/keys';
import { type HubertWeights, uploadHubert } from '../../lib/encoder/hubert-soft/weights';
import {
  chunkLength,
  fitChunk,
  fromPcm16,
  joinChunks,
  toPcm16,
  vocoderFrames,
} from '../../lib/inference/compat';
import { condition, frameMask } from '../../lib/model/conditioner';
import { projectCondition } from '../../lib/model/denoiser';
import { noisePredictor } from '../../lib/model/noise-predictor';
import { addNoise, createSchedule } from '../../lib/model/noise-schedule';
import { denormalizeMel, normalizeMel } from '../../lib/model/normalize-mel';
import { samplePlmsReference } from '../../lib/model/sample-plms';
import { stepOf } from '../../lib/model/sampler';
import type { Weights } from '../../lib/model/weights';
import { parseNsfConfig } from '../../lib/vocoder/nsf-hifigan/config';
import { createNsfHifigan, type NsfHifigan } from '../../lib/vocoder/nsf-hifigan/nsf-hifigan';
import type { Fixture } from './fixtures';
import type { ParityGroup, Report } from './group';
import { zeroDraws } from './nsf-hifigan';
import { tensorsUnder } from './tensors';
import { weightsFrom } from './torch-layout';

/** The limits of the mel that the reference clips to (spec section a). */
const melLimits = { melMin: -6, melMax: 1.5 };

/** Networks and settings of the fixture. */
interface Setup {
  readonly audio: AudioConfig;
  readonly model: ModelConfig;
  readonly weights: Weights;
  readonly hubert: HubertWeights;
  readonly vocoder: NsfHifigan;
}

/** One chunk's inputs to the network, computed and reported. */
interface ChunkFeatures {
  readonly mel: FrameMatrix;
  readonly units: tf.Tensor2D;
  readonly mel2ph: Int32Array;
  readonly f0Log2: Float32Array;
}

function setUp(fixture: Fixture): Setup {
  const { config } = fixture;
  const nsf = parseNsfConfig(config.vocoder);
  const { sampleRate, hopSize, winSize, fftSize, melBins, fminHz, fmaxHz } = nsf;
  const audio = audioSchema.parse({ sampleRate, hopSize, winSize, fftSize, melBins, fminHz, fmaxHz });
  const model = modelSchema.parse({
    melBins: config.mel,
    hiddenSize: config.hidden,
    residualChannels: config.res,
    residualLayers: config.layers,
    dilationCycleLength: config.cycle,
    specMin: [config.spec_min].flat(),
    specMax: [config.spec_max].flat(),
  });
  return {
    audio,
    model,
    weights: weightsFrom(fixture, 'model/'),
    hubert: uploadHubert(hubertState(tensorsUnder(fixture, 'hubert/'))),
    vocoder: createNsfHifigan(tensorsUnder(fixture, 'vocoder/'), nsf, audio, 'fixture'),
  };
}

function chunkFeatures(
  setup: Setup,
  fixture: Fixture,
  report: Report,
  at: string,
  chunk: Audio,
): ChunkFeatures {
  const mel = melSpectrogram(chunk, setup.audio);
  const wav16 = tf.tensor1d(fixture.data(`${at}/wav16`));
  const units = hubertUnits(setup.hubert, wav16, { ...softUnits, heads: fixture.config.heads });
  wav16.dispose();
  report(`${at}/units`, units.dataSync());
  const mel2ph = mel2phReference(units.shape[0], mel.frames);
  report(`${at}/mel2ph`, mel2ph);
  const f0Hz = placeHarvest(Float64Array.from(fixture.data(`${at}/f0raw`)), mel.frames);
  const f0Log2 = shiftKeyCompat(f0ToLog2(f0Hz).log2, fixture.config.key, setup.audio.f0MaxHz);
  report(`${at}/f0`, f0Log2);
  return { mel, units, mel2ph, f0Log2 };
}

/** Shallow diffusion of the input's mel: noise of step `gt - 1`, then PLMS. @returns denormalised mel [T, M] */
async function diffuse(
  setup: Setup,
  fixture: Fixture,
  at: string,
  features: ChunkFeatures,
): Promise<FrameMatrix> {
  const { weights, model } = setup;
  const { gt: kStep, speedup } = fixture.config;
  const schedule = createSchedule(model);
  const { frames, width, data } = features.mel;
  const mel2ph = tf.tensor2d(features.mel2ph, [1, frames], 'int32');
  const [start, ...projected] = tf.tidy(() => {
    const f0Log2 = tf.tensor2d(features.f0Log2, [1, frames]);
    const cond = condition(weights, model, { units: features.units.expandDims(0), mel2ph, f0Log2 });
    const x0 = normalizeMel(tf.tensor3d(data, [1, frames, width]), model);
    const noise = tf.tensor2d(fixture.data(`${at}/q_noise`), [width, frames]).transpose();
    const noisy = addNoise(schedule, x0, noise.expandDims<tf.Tensor3D>(0), stepOf(x0, kStep - 1));
    return [noisy, ...projectCondition(weights, model, cond)];
  });
  const predict = noisePredictor(weights, model, schedule, projected);
  const fresh = (shape: [number, number, number]): tf.Tensor3D => tf.zeros(shape);
  const x = await samplePlmsReference(predict, start!, schedule, { kStep, speedup, noise: fresh });
  const mel = tf.tidy(() => denormalizeMel(x, model).mul(frameMask(mel2ph)).dataSync() as Float32Array);
  tf.dispose([mel2ph, start!, ...projected, x, features.units]);
  return { data: mel, frames, width };
}

async function convertChunk(
  setup: Setup,
  fixture: Fixture,
  report: Report,
  at: string,
  samples: Float32Array,
): Promise<Float32Array> {
  const chunk = { samples: fromPcm16(toPcm16(samples)), sampleRate: setup.audio.sampleRate };
  const features = chunkFeatures(setup, fixture, report, at, chunk);
  const mel = await diffuse(setup, fixture, at, features);
  report(`${at}/mel_out`, mel.data);
  const kept = vocoderFrames({ mel, f0Hz: f0FromLog2(features.f0Log2) }, melLimits);
  report(`${at}/voc_f0`, kept.f0Hz);
  const harmonics = fixture.shape('vocoder/m_source.l_linear.weight')[1]!;
  return setup.vocoder.synthesizeWith(kept, zeroDraws(harmonics, setup.audio.hopSize));
}

async function run(fixture: Fixture, report: Report): Promise<void> {
  const setup = setUp(fixture);
  const { sampleRate } = setup.audio;
  const samples = fromPcm16(fixture.data('in_pcm'));
  const slices = sliceReference({ samples, sampleRate }, { thresholdDb: fixture.config.slice_db });
  report(
    'chunks',
    slices.flatMap(({ silent, start, end }) => [Number(silent), start, end]),
  );
  const chunks: Float32Array[] = [];
  let voiced = 0;
  for (const { silent, start, end } of slices) {
    const length = chunkLength(end - start, sampleRate, sampleRate);
    if (silent) {
      chunks.push(new Float32Array(length));
      continue;
    }
    const converted = await convertChunk(
      setup,
      fixture,
      report,
      `chunk${voiced++}`,
      samples.slice(start, end),
    );
    chunks.push(fitChunk(converted, length));
  }
  const out = joinChunks(chunks);
  report('out', out);
  report('out_pcm_first', toPcm16(out.subarray(0, fixture.shape('out_pcm_first')[0]!)));
  setup.vocoder.dispose();
  tf.dispose([...setup.weights.values(), setup.hubert as unknown as tf.TensorContainer]);
}

const inputs = /^(model|hubert|vocoder)\/|^in_pcm$|\/(wav16|f0raw|q_noise)$/;

export const inferenceGroup: ParityGroup = {
  name: 'inference',
  files: ['inference.safetensors'],
  isInput: (_file, tensor) => inputs.test(tensor),
  run,
};
