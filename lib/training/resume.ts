/** Where training starts: from nothing, from the newest good checkpoint, or from a given one; with everything checked. */
import { stat } from 'node:fs/promises';
import type { Checkpoint } from '../checkpoint/checkpoint';
import { findCheckpoints, newestGoodCheckpoint } from '../checkpoint/find';
import { readCheckpoint } from '../checkpoint/read';
import { UserError } from '../config/errors';
import { parseConfig } from '../config/load';
import type { OnNotice } from '../config/progress';
import type { CompatConfig, ModelConfig, TrainingConfig } from '../config/schema';
import { requireHubert, requireSameArchitecture, requireSameModel } from './same-model';

/** `none`: a new run; `latest`: the newest checkpoint that verifies; else the path of a .ckpt. */
export type ResumeFrom = 'none' | 'latest' | { readonly path: string };

/** What the checkpoint has to agree with. */
export interface ResumeRules {
  readonly saveDir: string;
  readonly model: ModelConfig;
  readonly training: TrainingConfig;
  readonly compat: CompatConfig;
  readonly encoderId: string;
  readonly pitchId: string;
  readonly datasetFingerprint: string;
  /** go on with other data than the run began with (more recordings, say): then no longer bit-exact */
  readonly allowOtherData: boolean;
  readonly notice: OnNotice;
}

/**
 * The checkpoint to go on from, or null for a new run.
 * @throws UserError `save-dir-in-use` if a new run would mix with old checkpoints, `no-checkpoint`, `other-architecture`,
 *   `other-encoder`, `other-pitch`, `other-data`, `slim-checkpoint`, and those of `readCheckpoint`
 */
export async function loadStart(from: ResumeFrom, rules: ResumeRules): Promise<Checkpoint | null> {
  if (from === 'none') {
    await requireNoCheckpoints(rules.saveDir);
    return null;
  }
  const path = from === 'latest' ? await latest(rules) : from.path;
  if (path === null) return null;
  const checkpoint = await readCheckpoint(path);
  requireSameModel(checkpoint, rules.model, path);
  requireSameArchitecture(checkpoint, rules.model, path);
  requireSameFeatures(checkpoint, rules, path);
  noticeOtherSettings(checkpoint, rules, path);
  if (checkpoint.optimizer === null) {
    throw new UserError(
      'slim-checkpoint',
      `Expected optimiser state in ${path}, but it is a slim checkpoint for conversion`,
      'Resume from a full checkpoint.',
    );
  }
  return checkpoint;
}

/** @throws UserError `save-dir-in-use` */
export async function requireNoCheckpoints(saveDir: string): Promise<void> {
  const old = await findCheckpoints(saveDir);
  if (old.length === 0) return;
  throw new UserError(
    'save-dir-in-use',
    `Expected no checkpoints in ${saveDir} for a new run, found ${old.length} (newest: step ${Math.max(...old.map((c) => c.step))})`,
    'Resume with --resume latest, or choose another --save-dir.',
  );
}

async function latest(rules: ResumeRules): Promise<string | null> {
  const found = await newestGoodCheckpoint(rules.saveDir, {
    onTorn: (path, error) => rules.notice(`Left out ${path}: ${error.message}. Trying the one before.`),
  });
  if (found !== null) return found.path;
  const any = await stat(rules.saveDir).catch(() => null);
  if (any !== null && (await findCheckpoints(rules.saveDir)).length > 0) {
    throw new UserError(
      'no-checkpoint',
      `Expected a readable checkpoint in ${rules.saveDir}, but every one there is damaged`,
      'Restore one from the trash folder or from Drive, or begin a new run in another --save-dir.',
    );
  }
  rules.notice(`There is no checkpoint in ${rules.saveDir} to go on from: a new run begins.`);
  return null;
}

/** Keys whose values differ, as text; `section` is their name in the configuration. */
function differing<T extends object>(
  section: string,
  there: T,
  here: T,
  except: readonly (keyof T)[],
): string[] {
  return (Object.keys(here) as (keyof T & string)[])
    .filter((key) => !except.includes(key) && JSON.stringify(there[key]) !== JSON.stringify(here[key]))
    .map((key) => `${section}.${key} was ${JSON.stringify(there[key])} and is ${JSON.stringify(here[key])}`);
}

/** A run may go on with other settings, but is then not the run that it would have been. */
function noticeOtherSettings(checkpoint: Checkpoint, rules: ResumeRules, path: string): void {
  if (checkpoint.extra === null) return;
  const { training, compat } = parseConfig(JSON.parse(checkpoint.extra.config), path);
  // Where to stop matters only to a schedule that ends there.
  const stop = rules.training.schedule === 'cosine' ? [] : (['maxUpdates'] as const);
  const changed = [
    ...differing('training', training, rules.training, [
      'checkpointInterval',
      'numCkptKeep',
      'validationItems',
      ...stop,
    ]),
    ...differing('compat', compat, rules.compat, []),
  ];
  if (changed.length > 0)
    rules.notice(`Settings have changed, so training goes on, but not bit for bit: ${changed.join('; ')}.`);
}

function requireSameFeatures(checkpoint: Checkpoint, rules: ResumeRules, path: string): void {
  const { extra } = checkpoint;
  if (extra === null) {
    requireHubert(rules.encoderId, path);
    return;
  }
  if (extra.encoderId !== rules.encoderId) {
    throw new UserError(
      'other-encoder',
      `Expected units of ${extra.encoderId}, which ${path} was trained with, got ${rules.encoderId}`,
      `Set features.encoder to the encoder of the checkpoint and preprocess again.`,
    );
  }
  requireSamePitch(extra.pitchId, rules, path);
  if (extra.datasetFingerprint === rules.datasetFingerprint) return;
  if (!rules.allowOtherData) {
    throw new UserError(
      'other-data',
      `Expected the data that ${path} was trained on (fingerprint ${extra.datasetFingerprint.slice(0, 12)}), got ${rules.datasetFingerprint.slice(0, 12)}`,
      'Use the same dataset and settings, or pass --other-data to go on with changed data (then not bit-exact).',
    );
  }
  rules.notice(
    'The dataset has changed since this checkpoint: training goes on, but is no longer bit-exact.',
  );
}

/** F0 is part of the data: who goes on with other data may take it from elsewhere. */
function requireSamePitch(due: string, { pitchId, allowOtherData }: ResumeRules, path: string): void {
  if (due === pitchId || allowOtherData) return;
  throw new UserError(
    'other-pitch',
    `Expected F0 of ${due}, which ${path} was trained with, got ${pitchId}`,
    'Set features.pitch to the estimator of the checkpoint and preprocess again, or pass --other-data to go on with changed F0 (then not bit-exact).',
  );
}
