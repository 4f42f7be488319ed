/** "Step 3: Edit training parameters": keeps them and shows the plan before GPU time is spent. */
import { UserError } from '../../config/errors';
import { readDataset } from '../../data/dataset-file';
import { drivePlace } from '../../storage/drive-path';
import { checkFields, existingFile, rule, writableFolder } from '../checks';
import { table } from '../display';
import { inLanguage, say } from './messages';
import { inCell } from './run';
import { plannedSteps, runConfig } from './run-config';
import { datasetFolder, rememberState, requireState, stepMissing, type TrainingParameters } from './state';

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
  await showPlan(parameters, minutes);
}

async function checked(
  fields: TrainingFields,
  singerName: string,
  minutes: number,
): Promise<TrainingParameters> {
  const saveDir = (fields.use_save_dir ? fields.save_dir : `drive:diff-svc/${singerName}`)
    .trim()
    .replace(/<singer_name>/g, singerName);
  const onDrive = drivePlace(saveDir) !== null;
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

async function showPlan(parameters: TrainingParameters, minutes: number): Promise<void> {
  const { checkpointSizes, describeForecast, forecast } = await import('../../training/forecast');
  const { numCkptKeep } = (await runConfig()).training;
  const config = await runConfig();
  const sizes = checkpointSizes(config.model);
  const saves = Math.ceil(parameters.max_steps / parameters.checkpoint_interval);
  const label = (en: string, ko: string): string => inLanguage({ en, ko });
  table([
    { '': label('Data', '데이터'), ' ': `${minutes.toFixed(1)} min` },
    { '': label('Steps', '스텝 수'), ' ': parameters.max_steps },
    { '': label('A save every', '저장 간격'), ' ': `${parameters.checkpoint_interval} steps` },
    { '': label('Saves, kept', '저장 횟수, 보관'), ' ': `${saves}, ${Math.min(saves, numCkptKeep)}` },
    { '': label('A checkpoint takes', '체크포인트 크기'), ' ': `${Math.ceil(sizes.fullBytes / 1e6)} MB` },
    { '': 'save_dir', ' ': parameters.save_dir },
  ]);
  say({
    en: 'Steps by the minutes of data: an hour takes 80,000 to 120,000, less data fewer in proportion (at least 20,000); max_steps overrides it. Steps per second and the time left are shown from the first minute of step 5 on.',
    ko: '스텝 수는 데이터 분량으로 정합니다. 1시간이면 80,000~120,000이고 적으면 그만큼 줄어듭니다(최소 20,000). max_steps로 바꿀 수 있습니다. 초당 스텝과 남은 시간은 Step 5를 시작하고 1분쯤 뒤부터 보입니다.',
  });
  if (drivePlace(parameters.save_dir) === null) return;
  const { openDrive } = await import('../../assembly/drive');
  await inCell(async (session) => {
    const { store } = await openDrive(session);
    const space = await store.space();
    const input = {
      ...sizes,
      saves,
      keep: numCkptKeep,
      ...space,
      letsGo: store.letsGo,
      purge: false,
      wholeEvery: 1,
    };
    session.notice(describeForecast(input, forecast(input)));
  });
}
