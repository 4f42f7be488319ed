/** "Step 3: Edit training parameters": keeps them and shows the plan before GPU time is spent. */
import { UserError } from '../../config/errors';
import { readDataset } from '../../data/dataset-file';
import { colabMount, drivePlace } from '../../storage/drive-path';
import { checkFields, existingFile, rule, writableFolder } from '../checks';
import { inLanguage, say } from './messages';
import { plannedSteps } from './run-config';
import { datasetFolder, rememberState, requireState, stepMissing, type TrainingParameters } from './state';
import { showPlan } from './training-plan';

/** Fields of the cell. */
export interface TrainingFields {
  readonly use_crepe: boolean;
  readonly checkpoint_interval: number;
  readonly use_pretrain_model: boolean;
  readonly pretrain_model_select: string;
  readonly pretrain_path: string;
  readonly use_save_dir: boolean;
  readonly save_dir: string;
  readonly resume_training_from_ckpt: boolean;
  readonly ckpt_directory: string;
  readonly endless_ds: boolean;
  /** 0: by the minutes of data */
  readonly max_steps: number;
}

/** @throws UserError `form-fields`, `base-voice-24k`, `step-missing` */
export async function editTrainingParameters(fields: TrainingFields): Promise<void> {
  const singerName = requireState('singerName');
  const dataset = readDataset(datasetFolder(singerName));
  if (dataset === null) throw stepMissing('the dataset', 'Step 2 / Step 2-A');
  const minutes = dataset.totalSeconds / 60;
  const parameters = await checked(fields, singerName, minutes);
  await rememberState({ parameters });
  if (fields.use_crepe) {
    say({
      en: 'use_crepe: CREPE is not part of this version; pYIN finds F0.',
      ko: 'use_crepe: 이 버전에는 CREPE가 없어 pYIN으로 F0를 구합니다.',
    });
  }
  await showPlan(parameters, dataset);
}

async function checked(
  fields: TrainingFields,
  singerName: string,
  minutes: number,
): Promise<TrainingParameters> {
  const typed = (fields.use_save_dir ? fields.save_dir : `drive:diff-svc/${singerName}`)
    .trim()
    .replace(/<singer_name>/g, singerName);
  const place = drivePlace(typed, (text) => void process.stdout.write(`${text}\n`));
  const onDrive = place !== null;
  const saveDir = onDrive ? `${colabMount}/${place}` : typed;
  const { ckpt_directory: ckpt, pretrain_model_select: chosen } = fields;
  const custom = chosen === 'custom';
  const resumesFile =
    fields.resume_training_from_ckpt && !['', 'latest'].includes(ckpt) && drivePlace(ckpt) === null;
  const count = (value: number, least: number) =>
    rule(
      Number.isInteger(value) && value >= least,
      inLanguage({ en: `expected a whole number from ${least} on`, ko: `${least} 이상의 정수여야 합니다` }),
    );
  await checkFields({
    checkpoint_interval: count(fields.checkpoint_interval, 1),
    max_steps: count(fields.max_steps, 0),
    save_dir: !onDrive && writableFolder(saveDir),
    ckpt_directory: resumesFile && existingFile(ckpt, '.ckpt'),
    pretrain_path: fields.use_pretrain_model && custom && existingFile(fields.pretrain_path, '.ckpt'),
    pretrain_model_select:
      fields.use_pretrain_model &&
      rule(chosen !== '---', inLanguage({ en: 'choose a voice', ko: '목소리를 고르세요' })),
  });
  if (fields.use_pretrain_model && /24 ?kHz/.test(chosen)) throw rate24k(chosen);
  return {
    use_crepe: fields.use_crepe,
    checkpoint_interval: fields.checkpoint_interval,
    base: fields.use_pretrain_model ? (custom ? fields.pretrain_path : chosen) : null,
    save_dir: saveDir,
    resume: fields.resume_training_from_ckpt ? ckpt || 'latest' : null,
    endless_ds: fields.endless_ds,
    max_steps: fields.max_steps || plannedSteps(minutes),
  };
}

function rate24k(chosen: string): UserError {
  return new UserError(
    'base-voice-24k',
    inLanguage({
      en: `Expected a base voice at 44.1 kHz, ${chosen} has 80 mel bins: its weights fit no 44.1 kHz model`,
      ko: `44.1 kHz 목소리가 필요합니다. ${chosen}은(는) 멜 구간이 80개라 가중치가 맞지 않습니다`,
    }),
    inLanguage({ en: 'Choose one at 44.1 kHz.', ko: '44.1 kHz 목소리를 고르세요.' }),
  );
}
