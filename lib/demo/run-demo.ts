/** The whole way once: singers -> zip -> clips -> voice -> song -> scores. Every stage says how long it took. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Audio, FrameMatrix } from '../audio/audio';
import { melSpectrogram } from '../audio/mel';
import { decodeWav, encodeWav } from '../audio/wav';
import { findCheckpoints } from '../checkpoint/find';
import type { OnNotice, OnProgress } from '../config/progress';
import type { Config } from '../config/schema';
import { ingest } from '../data/ingest';
import { preprocess } from '../data/preprocess';
import { type ConvertOptions, convert } from '../inference/convert';
import { type LoadVoiceOptions, loadVoice, type VoiceParts } from '../inference/load-voice';
import type { Voice } from '../inference/voice';
import { writeFileAtomic } from '../storage/atomic-file';
import { retrievalFrames } from '../training/retrieval-frames';
import { type TrainOptions, train } from '../training/train';
import { createPulseTrain } from '../vocoder/pulse-train';
import { equaliseTo } from './equalise';
import type { Cast } from './material';
import { trainingMels } from './score-files';
import { createStopwatch, type Stopwatch } from './stopwatch';
import { type MaterialFiles, writeMaterial } from './write-material';

/** What the demo runs with. */
export interface DemoOptions {
  /** folder for everything that it makes */
  readonly folder: string;
  readonly config: Config;
  /** who sings; default: the demo's own cast */
  readonly cast?: Cast;
  readonly partsOf: (config: Config) => VoiceParts;
  readonly createTrainer: TrainOptions['createTrainer'];
  /** trains elsewhere instead, with the same configuration; @returns updates done in all */
  readonly trainElsewhere?: (place: DemoTraining) => Promise<number>;
  readonly createSampler: LoadVoiceOptions['createSampler'];
  readonly progress: OnProgress;
  readonly notice: OnNotice;
  readonly signal: AbortSignal;
}

/** Where the demo's training takes place. */
export interface DemoTraining {
  /** dataset folder */
  readonly data: string;
  readonly saveDir: string;
  /** whether there is a checkpoint to go on from */
  readonly resumes: boolean;
}

/** Files of the songs, and what making them cost. */
export interface DemoFiles extends MaterialFiles {
  readonly converted: string;
  readonly resynthesis: string;
  readonly controls: { readonly equalised: string; readonly zeroed: string };
  /** the vocoder alone: mel and F0 of the truth, sung by our synthesiser and by a plain pulse train */
  readonly others: { readonly 'copy-synthesis': string; readonly 'pulse-train': string };
  /** seconds of every stage */
  readonly seconds: Readonly<Record<string, number>>;
  /** time of the conversion over length of the song */
  readonly realTimeFactor: number;
  readonly steps: number;
}

/** What the conversion leaves. */
export type SungFiles = Pick<DemoFiles, 'converted' | 'resynthesis' | 'controls' | 'others'>;

/**
 * Runs the demo. Repeating it goes on where the last one stopped.
 * @throws UserError those of its stages; `interrupted` when aborted
 */
export async function runDemo(options: DemoOptions): Promise<DemoFiles> {
  const { folder, notice } = options;
  await mkdir(folder, { recursive: true });
  const watch = createStopwatch(notice);
  const material = await watch('sing', () => writeMaterial(folder, options, options.cast));
  const steps = await learnDemoVoice(material, options, watch);
  const files = await singDemoSong(material, options, watch);
  const { seconds } = watch;
  return { ...material, ...files, seconds, realTimeFactor: seconds.convert! / material.songSeconds, steps };
}

/**
 * The stages `ingest` and `train`: clips of the material, and a voice of them in `voice` below the folder.
 * @returns steps of the voice
 * @throws UserError those of ingesting and training; the signal's reason when aborted
 */
export async function learnDemoVoice(
  material: MaterialFiles,
  options: DemoOptions,
  watch: Stopwatch,
): Promise<number> {
  const data = join(options.folder, 'data');
  await watch('ingest', () =>
    ingest(material.trainingZip, data, options.config, { ...options, replace: true }),
  );
  const steps = await watch('train', () => trainVoice(data, options));
  options.signal.throwIfAborted();
  return steps;
}

/**
 * The stages `convert` and `controls`: the song in the learnt voice, and what it is compared with.
 * @throws UserError `no-checkpoint` before the voice is learnt, those of `loadVoice`; the signal's reason when aborted
 */
export async function singDemoSong(
  material: MaterialFiles,
  options: DemoOptions,
  watch: Stopwatch,
): Promise<SungFiles> {
  const voice = await loadVoice(join(options.folder, 'voice'), options);
  try {
    const files = demoPaths(options.folder);
    const source = await readWav(material.source);
    await watch('convert', () => convertTo(files.converted, voice, source, options));
    await watch('controls', () => writeControls(voice, material, files, options));
    return files;
  } finally {
    voice.sampler.dispose();
  }
}

/** Where the songs lie. */
export function demoPaths(folder: string): SungFiles {
  return {
    converted: join(folder, 'converted.wav'),
    resynthesis: join(folder, 'resynthesis.wav'),
    others: {
      'copy-synthesis': join(folder, 'copy-synthesis.wav'),
      'pulse-train': join(folder, 'pulse-train.wav'),
    },
    controls: {
      equalised: join(folder, 'control-equalised.wav'),
      zeroed: join(folder, 'control-zeroed.wav'),
    },
  };
}

async function trainVoice(data: string, options: DemoOptions): Promise<number> {
  const saveDir = join(options.folder, 'voice');
  const resumes = (await findCheckpoints(saveDir)).length > 0;
  if (options.trainElsewhere) return options.trainElsewhere({ data, saveDir, resumes });
  const parts = options.partsOf(options.config);
  const dataset = await preprocess(data, options.config, { ...parts, ...options });
  const result = await train({
    ...options,
    dataset,
    encoderId: parts.encoder.id,
    pitchId: parts.pitch.id,
    retrieval: retrievalFrames(dataset, parts.encoder.unitSize, options.config),
    saveDir,
    resume: resumes ? 'latest' : 'none',
    allowOtherData: false,
    clock: () => performance.now(),
    now: () => Date.now(),
  });
  return result.step;
}

/** The resynthesised truth and the controls: what the converted song has to be better than, and what it could be. */
async function writeControls(
  voice: Voice,
  material: MaterialFiles,
  files: SungFiles,
  options: DemoOptions,
): Promise<void> {
  const truth = await readWav(material.truth);
  const source = await readWav(material.source);
  await convertTo(files.resynthesis, voice, truth, options);
  await convertTo(files.controls.zeroed, voice, source, options, zeroed);
  const { audio } = voice.config;
  const equalised = equaliseTo(source, await trainingMels(material.trainingZip, audio), audio);
  await writeFileAtomic(files.controls.equalised, encodeWav(equalised, '16'));
  await copySynthesis(voice, truth, files.others);
}

/** What the vocoder alone costs: the truth's own mel and F0, synthesised. */
async function copySynthesis(voice: Voice, truth: Audio, files: DemoFiles['others']): Promise<void> {
  const { audio, inference } = voice.config;
  const mel = melSpectrogram(truth, audio);
  const f0Hz = await voice.pitch.estimate(truth, { ...audio, frames: mel.frames });
  const vocoders = {
    [files['copy-synthesis']]: voice.vocoder,
    [files['pulse-train']]: createPulseTrain(audio),
  };
  for (const [path, vocoder] of Object.entries(vocoders)) {
    const samples = await vocoder.synthesize({ mel, f0Hz, seed: inference.seed });
    await writeFileAtomic(path, encodeWav({ samples, sampleRate: audio.sampleRate }, '16'));
  }
}

/** No content: every unit is 0, the mean of the target. */
function zeroed(units: FrameMatrix): FrameMatrix {
  return { ...units, data: new Float32Array(units.data.length) };
}

async function convertTo(
  path: string,
  voice: Voice,
  song: Audio,
  options: DemoOptions,
  editUnits?: ConvertOptions['editUnits'],
): Promise<void> {
  const { inference } = voice.config;
  const edit = editUnits ? { editUnits } : {};
  const { audio } = await convert(voice, song, { ...inference, ...options, ...edit });
  await writeFileAtomic(path, encodeWav(audio, '16'));
}

async function readWav(path: string): Promise<Audio> {
  return decodeWav(await readFile(path), path);
}
