/** What step 3 shows before GPU time is spent: how fast, how long, when each save comes, what Drive takes. */
import type { Session } from '../../assembly/session';
import { formatDuration, formatRate } from '../../config/progress-bar';
import type { Config } from '../../config/schema';
import type { Dataset } from '../../data/dataset-file';
import { drivePlace } from '../../storage/drive-path';
import { table } from '../display';
import { inLanguage, say } from './messages';
import { inCell } from './run';
import { runConfig } from './run-config';
import { metricsIn, runFolder } from './run-folder';
import type { TrainingParameters } from './state';

/** Shows the plan. @throws UserError those of the engine and of Drive */
export async function showPlan(parameters: TrainingParameters, dataset: Dataset): Promise<void> {
  const config = await runConfig();
  const { checkpointSizes } = await import('../../training/forecast');
  const { max_steps: steps, checkpoint_interval: interval, save_dir } = parameters;
  const { numCkptKeep } = config.training;
  const saves = Math.ceil(steps / interval);
  const rate = await inCell((session) => rateOf(parameters, config, dataset, session));
  const label = (en: string, ko: string): string => inLanguage({ en, ko });
  const row = (name: string, value: string) => ({ '': name, ' ': value });
  const every = formatDuration(interval / rate);
  const whole = formatDuration(steps / rate);
  table([
    row(label('Data', '데이터'), `${(dataset.totalSeconds / 60).toFixed(1)} min`),
    row(label('Steps', '스텝 수'), steps.toLocaleString('en')),
    row(label('Steps per second', '초당 스텝'), label(`about ${formatRate(rate)}`, `약 ${formatRate(rate)}`)),
    row(label('All of it takes', '전체 소요 시간'), label(`about ${whole}`, `약 ${whole}`)),
    row(
      label('A save every', '저장 간격'),
      label(`${interval} steps, about ${every}`, `${interval} 스텝, 약 ${every}`),
    ),
    row(label('Saves, kept', '저장 횟수, 보관'), `${saves}, ${Math.min(saves, numCkptKeep)}`),
    row(
      label('A checkpoint takes', '체크포인트 크기'),
      `${Math.ceil(checkpointSizes(config.model).fullBytes / 1e6)} MB`,
    ),
    row('save_dir', save_dir),
  ]);
  say({
    en: 'Steps by the minutes of data: an hour takes 80,000 to 120,000, less data fewer in proportion (at least 20,000); max_steps overrides it.',
    ko: '스텝 수는 데이터 분량으로 정합니다. 1시간이면 80,000~120,000이고 적으면 그만큼 줄어듭니다(최소 20,000). max_steps로 바꿀 수 있습니다.',
  });
  if (drivePlace(save_dir) !== null) await inCell((session) => showDriveForecast(config, saves, session));
}

/** Steps per second of what was trained in save_dir on this machine, else measured for some seconds. */
async function rateOf(
  { save_dir }: TrainingParameters,
  config: Config,
  { clips }: Dataset,
  session: Session,
): Promise<number> {
  const earlier = (await metricsIn(await runFolder(save_dir))).at(-1)?.stepsPerSecond ?? 0;
  if (earlier > 0) return earlier;
  const { probeRate } = await import('../../assembly/probe-rate');
  const lengths = clips.map(({ seconds }) => seconds);
  return probeRate(config, lengths, session);
}

async function showDriveForecast(config: Config, saves: number, session: Session): Promise<void> {
  const { openDrive } = await import('../../assembly/drive');
  const { checkpointSizes, describeForecast, forecast } = await import('../../training/forecast');
  const { store } = await openDrive(session);
  const input = {
    ...checkpointSizes(config.model),
    ...(await store.space()),
    ...{ saves, keep: config.training.numCkptKeep, letsGo: store.letsGo, purge: false, wholeEvery: 1 },
  };
  session.notice(describeForecast(input, forecast(input)));
}
