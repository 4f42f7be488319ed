/** One training as a person asks for it: where to resume, with which configuration, mirrored where. */
import { configBeside, configOf } from '../checkpoint/config-of';
import { findCheckpoints } from '../checkpoint/find';
import { readCheckpointExtra } from '../checkpoint/read-extra';
import { mergeConfig } from '../config/load';
import { preset } from '../config/presets';
import type { Config } from '../config/schema';
import { preprocess } from '../data/preprocess';
import { baseVoiceLearningRate } from '../training/base-voice';
import { type ResumeFrom, requireNoCheckpoints } from '../training/resume';
import { retrievalFrames } from '../training/retrieval-frames';
import { type TrainOptions, type TrainResult, train } from '../training/train';
import { baseVoicePath } from './base-voice-path';
import { type ComputeChoice, computeOf } from './compute';
import { encoderOf, pitchEstimatorOf, vocoderIdOf } from './parts';
import type { DriveFlags, SaveTarget } from './save-target';
import type { Session } from './session';
import { type OnPreview, openPreview } from './validation-preview';
import { requireWritableFolder } from './writable';

/** What a person asks for. */
export interface TrainingRequest extends ComputeChoice, DriveFlags {
  /** dataset folder made by an ingest */
  readonly data: string;
  readonly resume: ResumeFrom;
  /** whether a person said how many steps */
  readonly planned: boolean;
  /** .ckpt or name of a base voice */
  readonly base?: string;
  /** fetch nothing: what is missing is named, with the place to put it */
  readonly offline?: boolean;
  readonly otherData?: boolean;
  /** the configuration that is asked for, beginning from that of the run so far or the full size */
  readonly configure: (defaults: Config) => Promise<Config> | Config;
  readonly onMetrics?: TrainOptions['onMetrics'];
  /** hears after every save how the voice sings a clip that it never learns from */
  readonly onPreview?: OnPreview;
}

/**
 * Trains into `target.folder`. The caller waits for the uploads and closes the target.
 * @throws UserError those of `preprocess`, `train`, `baseVoicePath`, `computeOf`, `SaveTarget.prepare`
 */
export async function trainVoice(
  request: TrainingRequest,
  target: SaveTarget,
  session: Session,
): Promise<TrainResult> {
  const saveDir = target.folder;
  const resume = await target.resolve(request.resume, session);
  const defaults = withBaseVoiceRate(await baseConfig(saveDir, resume), request.base, resume);
  const config = await request.configure(defaults);
  await requireWritableFolder(saveDir, '--save-dir');
  // Features take minutes: what can be refused is refused before.
  if (resume === 'none') await requireNoCheckpoints(saveDir);
  const { base, offline = false } = request;
  const baseVoice = base === undefined ? undefined : await baseVoicePath(base, { ...session, offline });
  const mirror = await target.prepare(config, { resume, planned: request.planned, flags: request }, session);
  const { createTrainer, vocoder } = await computeOf(request, session.notice);
  const [encoder, pitch] = [encoderOf(config, vocoder), pitchEstimatorOf(config)];
  const dataset = await preprocess(request.data, config, { encoder, pitch, ...session });
  const { id: encoderId, unitSize } = encoder;
  encoder.dispose?.();
  const vocoderId = vocoderIdOf(config);
  const preview = request.onPreview && openPreview(request.data, dataset, request.onPreview, session);
  return train({
    config,
    dataset,
    encoderId,
    pitchId: pitch.id,
    ...(vocoderId === undefined ? {} : { vocoderId }),
    retrieval: retrievalFrames(dataset, unitSize, config),
    saveDir,
    resume,
    ...(baseVoice === undefined ? {} : { baseVoice }),
    allowOtherData: request.otherData === true,
    createTrainer,
    ...(mirror === null ? {} : { mirror }),
    ...(request.onMetrics === undefined ? {} : { onMetrics: request.onMetrics }),
    ...(preview === undefined ? {} : { onSaved: preview }),
    ...session,
    clock: () => performance.now(),
    now: () => Date.now(),
  });
}

/** A base voice is fine-tuned gently unless a rate is asked for (`configure` comes later). */
function withBaseVoiceRate(config: Config, base: string | undefined, resume: ResumeFrom): Config {
  if (base === undefined || resume !== 'none') return config;
  return mergeConfig(config, { training: { learningRate: baseVoiceLearningRate } }, '--base');
}

/** A resumed run goes on with the configuration that it began with, unless told otherwise. */
async function baseConfig(saveDir: string, resume: ResumeFrom): Promise<Config> {
  if (resume === 'none') return preset('nsf-44k');
  if (resume !== 'latest') return configAt(resume.path);
  for (const { path } of await findCheckpoints(saveDir)) {
    // A torn file is not the one that training goes on from; `loadStart` says so.
    const config = await configAt(path).catch(() => null);
    if (config !== null) return config;
  }
  // Killed before the first save: the configuration is there already.
  return (await configBeside(saveDir)) ?? preset('nsf-44k');
}

async function configAt(path: string): Promise<Config> {
  return (await configOf({ extra: await readCheckpointExtra(path) }, path)) ?? preset('nsf-44k');
}
