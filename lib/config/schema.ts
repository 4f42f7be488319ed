/**
 * The configuration: plain data with strict validation. Sections follow what a change invalidates (audio and encoder:
 * the feature cache; model: the checkpoint; training and inference: nothing). Defaults are the reference's 44.1 kHz
 * values (spec section a). Reference key names live in `reference-keys.ts` only.
 */
import { z } from 'zod';

const positive = z.number().positive();
const count = z.number().int().positive();
/** 0 <= x < 1 */
const fraction = z.number().min(0).lt(1);

/** Signal front end. A change invalidates cached features. */
export const audioSchema = z
  .strictObject({
    sampleRate: count.default(44100),
    hopSize: count.default(512),
    winSize: count.default(2048),
    fftSize: count.default(2048),
    melBins: count.default(128),
    fminHz: z.number().nonnegative().default(40),
    fmaxHz: positive.default(16000),
    f0MinHz: positive.default(40),
    f0MaxHz: positive.default(1100),
  })
  .refine((a) => a.fmaxHz * 2 <= a.sampleRate, {
    message: 'fmaxHz must be at most half the sampleRate',
    path: ['fmaxHz'],
  })
  .refine((a) => a.fminHz < a.fmaxHz, { message: 'fminHz must be below fmaxHz', path: ['fminHz'] })
  .refine((a) => a.hopSize <= a.winSize && a.winSize <= a.fftSize, {
    message: 'hopSize, winSize and fftSize must not fall in this order',
    path: ['winSize'],
  })
  .refine((a) => a.f0MinHz < a.f0MaxHz, { message: 'f0MinHz must be below f0MaxHz', path: ['f0MinHz'] });

/** Content encoder and pitch estimator by name. A change invalidates cached features. */
const featuresSchema = z.strictObject({
  encoder: z.string().default('mfcc'),
  pitch: z.string().default('pyin'),
  vocoder: z.string().default('harmonic-noise'),
  /** k of the retrieval over the target's own frames at conversion; 0 = off */
  retrievalNeighbours: z.number().int().nonnegative().default(0),
});

/** Clips that the slicer cuts. A change invalidates cached features. */
export const sliceSchema = z
  .strictObject({
    minSeconds: positive.default(2),
    maxSeconds: positive.default(15),
    thresholdDb: z.number().negative().default(-40),
  })
  .refine((s) => s.minSeconds * 2 <= s.maxSeconds, {
    message:
      'maxSeconds must be at least twice minSeconds, or a clip could be cut into pieces that are too short',
    path: ['maxSeconds'],
  });

/** Transformer over the units (spec section e); only used with `noFs2: false`. */
export const fs2Schema = z.strictObject({
  encLayers: count.default(4),
  decLayers: count.default(4),
  numHeads: count.default(2),
  ffnKernelSize: count.default(9),
  dropout: fraction.default(0.1),
});

/** Network. A change invalidates checkpoints. */
export const modelSchema = z
  .strictObject({
    melBins: count.default(128),
    /** H; equals the width of the units (narrower units are padded with zeros to it) */
    hiddenSize: count.default(256),
    residualChannels: count.default(384),
    residualLayers: count.default(20),
    dilationCycleLength: count.default(4),
    timesteps: count.default(1000),
    kStep: count.default(1000),
    maxBeta: positive.max(0.999).default(0.02),
    noFs2: z.boolean().default(true),
    fs2: fs2Schema.prefault({}),
    /** what the denoiser predicts: `noise` as the reference, `x0` for small nets (weighted by min(SNR, 5)) */
    output: z.enum(['noise', 'x0']).default('noise'),
    f0MinHz: positive.default(40),
    f0MaxHz: positive.default(1100),
    /** normalisation range per mel bin; one value stands for all bins; rewritten from the data by preprocessing */
    specMin: z.array(z.number()).min(1).default([-5]),
    specMax: z.array(z.number()).min(1).default([0]),
  })
  .refine((m) => m.kStep <= m.timesteps, { message: 'kStep must be at most timesteps', path: ['kStep'] })
  .refine((m) => m.residualChannels % 2 === 0 && m.residualChannels >= 4, {
    message: 'residualChannels must be even and at least 4: half are sines, half cosines (spec section f)',
    path: ['residualChannels'],
  })
  .refine((m) => m.noFs2 || (m.hiddenSize % 2 === 0 && m.hiddenSize % m.fs2.numHeads === 0), {
    message: 'hiddenSize must be even and a multiple of fs2.numHeads',
    path: ['hiddenSize'],
  })
  .refine((m) => m.fs2.ffnKernelSize % 2 === 1, {
    message: 'ffnKernelSize must be odd, or the encoder would change the length',
    path: ['fs2', 'ffnKernelSize'],
  })
  .refine((m) => [m.specMin, m.specMax].every((range) => [1, m.melBins].includes(range.length)), {
    message: 'specMin and specMax must each have 1 value or one per mel bin',
    path: ['specMin'],
  });

/** Optimisation. A change invalidates nothing. */
export const trainingSchema = z.strictObject({
  seed: z.number().int().nonnegative().default(1234),
  loss: z.enum(['l2', 'l1']).default('l2'),
  learningRate: positive.default(8e-4),
  betas: z.tuple([fraction, fraction]).default([0.9, 0.98]),
  eps: positive.default(1e-8),
  weightDecay: z.number().nonnegative().default(0),
  schedule: z.enum(['step', 'cosine']).default('step'),
  decaySteps: count.default(40000),
  decayFactor: positive.max(1).default(0.5),
  clipGradNorm: positive.default(1),
  maxSentences: count.default(88),
  maxTokens: count.default(128000),
  maxFrames: count.default(42000),
  maxInputTokens: count.default(60000),
  /** random crop of every item to this many frames; null = whole items as the reference */
  cropFrames: count.nullable().default(null),
  endlessDs: z.boolean().default(false),
  sortByLen: z.boolean().default(true),
  maxUpdates: count.default(1_000_000),
  checkpointInterval: count.default(2000),
  numCkptKeep: count.default(10),
  validationItems: z.number().int().nonnegative().default(5),
});

/** Conversion. A change invalidates nothing. */
export const inferenceSchema = z
  .strictObject({
    keyShift: z.number().min(-36).max(36).default(0),
    /** pndm_speedup: every how many of the `timesteps` the sampler visits; 1 = DDPM */
    speedup: count.default(10),
    sampler: z.enum(['plms', 'ddim', 'ddpm']).default('plms'),
    seed: z.number().int().nonnegative().default(1234),
    melMin: z.number().default(-6),
    melMax: z.number().default(1.5),
    crossfadeMs: z.number().nonnegative().default(20),
  })
  .refine((i) => i.melMin < i.melMax, { message: 'melMin must be below melMax', path: ['melMin'] });

/** Behaviour of the reference that is defective (spec section k) and kept for voices that were trained with it. */
export const compatSchema = z.strictObject({
  /** the slicer of spec section h, which has no maximum */
  slicer: z.boolean().default(false),
  /** mel2ph one frame late (k.6) */
  mel2ph: z.boolean().default(false),
  /** F0 above f0_max after key shift becomes 1 Hz (k.7), unvoiced frames are sung (k.8) */
  pitch: z.boolean().default(false),
  /** padded frames count in the loss (k.4) */
  loss: z.boolean().default(false),
  /** PLMS start level and useless last evaluation (k.5) */
  plms: z.boolean().default(false),
  /** same batches every epoch (k.21), learning rate one update late (k.22) */
  training: z.boolean().default(false),
});

export const configSchema = z
  .strictObject({
    audio: audioSchema.prefault({}),
    features: featuresSchema.prefault({}),
    slice: sliceSchema.prefault({}),
    model: modelSchema.prefault({}),
    training: trainingSchema.prefault({}),
    inference: inferenceSchema.prefault({}),
    compat: compatSchema.prefault({}),
  })
  .refine((c) => c.model.melBins === c.audio.melBins, {
    error: ({ input }) => {
      const { audio, model } = input as { audio: AudioConfig; model: ModelConfig };
      return `must equal audio.melBins, set both (got ${model.melBins} and ${audio.melBins})`;
    },
    path: ['model', 'melBins'],
  });

export type AudioConfig = z.infer<typeof audioSchema>;
export type SliceConfig = z.infer<typeof sliceSchema>;
export type Fs2Config = z.infer<typeof fs2Schema>;
export type ModelConfig = z.infer<typeof modelSchema>;
export type TrainingConfig = z.infer<typeof trainingSchema>;
export type InferenceConfig = z.infer<typeof inferenceSchema>;
export type CompatConfig = z.infer<typeof compatSchema>;
export type Config = z.infer<typeof configSchema>;
