/** "Step 5-0: TensorBoard" and "Step 5: Training". */
import { basename, dirname, join } from 'node:path';
import type { Preview } from '../../assembly/validation-preview';
import { isUserError, UserError } from '../../config/errors';
import type { Config } from '../../config/schema';
import type { MetricsLine } from '../../training/metrics-log';
import { lossChart, openDashboard, previewValues, scalarsOf } from './dashboard';
import { inLanguage, say } from './messages';
import { inCell } from './run';
import { runConfig } from './run-config';
import { metricsIn, runFolder } from './run-folder';
import { datasetFolder, readState, rememberState, requireState, type TrainingParameters } from './state';

/** Shows the loss so far and says how to open TensorBoard on the event files that step 5 writes. */
export async function tensorBoard(): Promise<void> {
  const folder = await runFolder(requireState('parameters').save_dir);
  const lines = await metricsIn(folder);
  if (lines.length > 0) {
    const chart = lossChart();
    for (const line of lines) chart.add('loss', line.step, line.loss);
    chart.close();
  }
  const logs = join(folder, 'tensorboard');
  say({
    en: `Step 5 draws the loss here in the notebook and writes event files: tensorboard --logdir "${logs}"`,
    ko: `Step 5에서 손실 그래프를 노트북에 그리고 이벤트 파일도 씁니다: tensorboard --logdir "${logs}"`,
  });
}

/**
 * Trains with the parameters of step 3. Interrupting saves; run again it goes on from there.
 * @throws UserError those of `trainVoice`; `step-missing`
 */
export async function trainVoice(): Promise<void> {
  const parameters = requireState('parameters');
  const data = datasetFolder(requireState('singerName'));
  const { saveTarget } = await import('../../assembly/save-target');
  const training = await import('../../assembly/train-voice');
  const { drivePlace } = await import('../../storage/drive-path');
  const { openEventWriter } = await import('../../training/tensorboard-events');
  await inCell(async (session) => {
    const target = await saveTarget(parameters.save_dir, session);
    const events = await openEventWriter(join(target.folder, 'tensorboard'), Date.now());
    const onDrive = drivePlace(parameters.save_dir) !== null;
    const dashboard = openDashboard(onDrive ? join(target.folder, 'upload') : null);
    try {
      const past = resumeOf(parameters) === 'none' ? [] : await metricsIn(target.folder);
      for (const line of past) dashboard.metrics(line);
      const request = {
        data,
        resume: resumeOf(parameters),
        planned: true,
        ...(parameters.base === null ? {} : { base: parameters.base }),
        configure: (defaults: Config) => configured(defaults, parameters),
        onMetrics: (line: MetricsLine) => {
          dashboard.metrics(line);
          void dashboard.drive();
          events.add(line.step, scalarsOf(line), Date.now());
        },
        onPreview: (preview: Preview) => {
          dashboard.preview(preview);
          events.add(preview.step, previewValues(preview), Date.now());
        },
      };
      const result = await training.trainVoice(request, target, {
        ...session,
        progress: (progress) => {
          if (progress.unit === 'steps') void begun(parameters);
          session.progress(progress);
        },
      });
      const uploads = await target.finish(session);
      await dashboard.drive();
      await rememberState({ begun: parameters.save_dir });
      tellEnd(result, uploads);
    } catch (error) {
      throw inNotebookWords(error);
    } finally {
      dashboard.close();
      await target.close();
    }
  });
}

let noted: string | null = null;

/** Noted at the first step: a kernel that is killed later goes on when the cell is run again. */
async function begun({ save_dir }: TrainingParameters): Promise<void> {
  if (noted === save_dir) return;
  noted = save_dir;
  await rememberState({ begun: save_dir });
}

function resumeOf({ resume, save_dir }: TrainingParameters): 'none' | 'latest' | { readonly path: string } {
  // What this notebook has begun goes on, whatever it began with.
  if (readState().begun === save_dir) return 'latest';
  if (resume === null) return 'none';
  return resume === 'latest' ? 'latest' : { path: resume };
}

async function configured(defaults: Config, parameters: TrainingParameters): Promise<Config> {
  const { mergeConfig } = await import('../../config/load');
  const fresh = readState().begun !== parameters.save_dir && parameters.resume === null;
  const base = fresh
    ? { ...(await runConfig()), ...baseRate(defaults, parameters, await runConfig()) }
    : defaults;
  const training = {
    checkpointInterval: parameters.checkpoint_interval,
    maxUpdates: parameters.max_steps,
    endlessDs: parameters.endless_ds,
  };
  return mergeConfig(base, { training }, 'Step 3');
}

/** A base voice's gentle learning rate is in the defaults. */
function baseRate(defaults: Config, { base }: TrainingParameters, preset: Config): Pick<Config, 'training'> {
  if (base === null) return { training: preset.training };
  return { training: { ...preset.training, learningRate: defaults.training.learningRate } };
}

function tellEnd(
  { interrupted, step, checkpointPath }: { interrupted: boolean; step: number; checkpointPath: string },
  uploads: string,
): void {
  const saved = checkpointPath === '' ? '-' : `${basename(checkpointPath)} (${dirname(checkpointPath)})`;
  if (interrupted) {
    say({
      en: `Interrupted at step ${step}. Run this cell again to go on.\nSaved: ${saved}\n${uploads}`,
      ko: `${step} 스텝에서 멈췄습니다. 이 셀을 다시 실행하면 이어집니다.\n저장: ${saved}\n${uploads}`,
    });
  } else {
    say({
      en: `Finished at step ${step}.\nSaved: ${saved}\n${uploads}`,
      ko: `${step} 스텝에서 끝났습니다.\n저장: ${saved}\n${uploads}`,
    });
  }
}

function inNotebookWords(error: unknown): unknown {
  if (!isUserError(error) || error.code !== 'save-dir-in-use') return error;
  const remedy = inLanguage({
    en: 'Tick resume_training_from_ckpt in Step 3 and run it to go on, or choose another save_dir there.',
    ko: '이어서 하려면 Step 3에서 resume_training_from_ckpt를 켜고 실행하고, 아니면 다른 save_dir을 고르세요.',
  });
  return new UserError(error.code, error.message, remedy, { cause: error });
}
