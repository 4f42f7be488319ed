/**
 * The library: the names that a program outside this repository uses. Nothing inside imports this file. Importing it
 * loads no TensorFlow; call `loadEngine` once before anything that computes with tensors (`train`, `loadVoice`).
 *
 * Everything here takes its clock, progress and abort signal as arguments and throws `UserError` for what a person can
 * mend; any other error is a defect.
 */

/** Loads the engine and chooses how to compute: compiled graphs, or operation by operation. */
export { computeOf } from './assembly/compute';
/** Names in a configuration -> encoder, pitch estimator, vocoder; `partsOf` is what `loadVoice` asks for. */
export { encoderOf, partsOf, pitchEstimatorOf, vocoderOf } from './assembly/parts';
/**
 * The signal front end. `Audio` is mono; `decodeWav` mixes channels, `resample` changes the rate, `melSpectrogram` gives
 * log10 mel [T, M], `createPyin` an F0 estimator in Hz, `sliceAtSilence` the cuts at silences.
 */
export { type Audio, durationSeconds, type FrameMatrix } from './audio/audio';
export { melSpectrogram } from './audio/mel';
export type { PitchEstimator, PitchGrid } from './audio/pitch-estimator';
export { createPyin, type PyinOptions } from './audio/pyin';
export { resample } from './audio/resample';
export { type Slice, sliceAtSilence } from './audio/slicer';
export { decodeWav, encodeWav, type WavBitDepth, type WavOptions } from './audio/wav';
/**
 * Checkpoints in PyTorch's format (docs/checkpoints.md). The reader executes nothing; the writer replaces a file in one
 * step. `findCheckpoints` lists a folder, `newestGoodCheckpoint` leaves torn files out.
 */
export type { Checkpoint, Extra, OptimizerState } from './checkpoint/checkpoint';
export { type CheckpointFile, findCheckpoints, newestGoodCheckpoint } from './checkpoint/find';
export { readCheckpoint } from './checkpoint/read';
export { verifyCheckpoint } from './checkpoint/verify';
export { writeCheckpoint } from './checkpoint/write';
/** Errors that people can cause (`code` is stable), and how long work reports where it is. */
export { isUserError, UserError } from './config/errors';
/** Configurations (docs/config.md): presets, values, files; always complete and checked strictly. */
export { loadConfigFile, mergeConfig, parseConfig } from './config/load';
export { preset, presetNames } from './config/presets';
export type { OnNotice, OnProgress, Progress } from './config/progress';
export type { Config } from './config/schema';
/** From recordings to clips to training items (docs/data.md). */
export type { Batch, TrainingItem } from './data/batch';
export type { DatasetReport } from './data/dataset-report';
export { type IngestOptions, type IngestReport, ingest } from './data/ingest';
export { type PreprocessedDataset, type PreprocessOptions, preprocess } from './data/preprocess';
/** Interfaces to implement for another encoder or vocoder. */
export type { ContentEncoder, SpeakerProfile, Units } from './encoder/content-encoder';
/** TensorFlow (docs/engine.md). */
export { type Engine, type EngineOptions, loadEngine } from './engine/backend';
/** From a trained voice and a song to the song in that voice; dispose `voice.sampler` when done. */
export { type Conversion, type ConvertOptions, convert } from './inference/convert';
export { type LoadVoiceOptions, loadVoice, type VoiceParts } from './inference/load-voice';
export type { MelSampler, Voice } from './inference/voice';
/** Training with checkpoints, rotation and exact resume. `createEagerTrainer` puts the model onto the loaded engine. */
export { createEagerTrainer } from './training/eager-trainer';
export type { MetricsLine } from './training/metrics-log';
export type { ResumeFrom } from './training/resume';
export { retrievalFrames } from './training/retrieval-frames';
export { type TrainOptions, type TrainResult, train } from './training/train';
export type { Trainer } from './training/trainer';
export type { Vocoder, VocoderInput } from './vocoder/vocoder';
