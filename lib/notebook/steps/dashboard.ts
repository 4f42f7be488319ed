/** What step 5 shows beside its bar, without a server: the loss, the newest validation sound, what is on Drive. */
import type { Preview, PreviewSound } from '../../assembly/validation-preview';
import { encodeWav } from '../../audio/wav';
import { heatMapPng, loudestLevel } from '../../pictures/heat-map';
import { escapeXml } from '../../pictures/svg';
import type { MetricsLine } from '../../training/metrics-log';
import type { EventPicture, EventSound, EventValue } from '../../training/tensorboard-events';
import { readState } from '../../training/upload-state';
import { createChart, type LiveChart } from '../chart';
import { type Content, type OutputSlot, showSlot } from '../output';
import { inLanguage } from './messages';

/** The dashboard of one run of step 5. */
export interface Dashboard {
  metrics(line: MetricsLine): void;
  preview(preview: Preview): void;
  /** reads what the uploads have done so far */
  drive(): Promise<void>;
  close(): void;
}

/** A chart of the loss. */
export function lossChart(): LiveChart {
  return createChart({ title: 'loss', xLabel: 'steps' });
}

/** A dashboard that shows each part with its first news. @param journal the uploads' folder; null: a local save_dir */
export function openDashboard(journal: string | null): Dashboard {
  const chart = lossChart();
  const sound = createPlace();
  const drive = createPlace();
  let driveText = '';
  return {
    metrics: ({ step, loss, validationLoss }) => {
      chart.add('loss', step, loss);
      if (validationLoss !== undefined) chart.add('validation', step, validationLoss);
    },
    preview: (preview) => sound(previewContent(preview)),
    async drive() {
      const text = journal === null ? '' : await driveState(journal);
      if (text === driveText) return;
      driveText = text;
      drive({ 'text/plain': text, 'text/html': `<div>${escapeXml(text)}</div>` });
    },
    close: () => chart.close(),
  };
}

/** A place below the cell that the next content replaces. */
function createPlace(): (content: Content) => void {
  let slot: OutputSlot | null = null;
  return (content) => {
    if (slot === null) slot = showSlot(content);
    else slot.update(content);
  };
}

/** Which checkpoints the uploads' journal knows on Drive; empty before the first. */
async function driveState(journal: string): Promise<string> {
  const state = await readState(journal).catch(() => null);
  const steps = state?.saved.map(({ step }) => step) ?? [];
  if (steps.length === 0) return '';
  const newest = Math.max(...steps);
  return inLanguage({
    en: `Drive: ${steps.length} checkpoints of this run, newest step ${newest}.`,
    ko: `드라이브: 이번 학습의 체크포인트 ${steps.length}개, 최근 ${newest} 스텝.`,
  });
}

function previewContent({ step, clip, target, sung }: Preview): Content {
  const recorded = inLanguage({ en: 'recorded', ko: '녹음' });
  const now = inLanguage({ en: `step ${step}`, ko: `${step} 스텝` });
  const title = inLanguage({
    en: `Held-out clip ${clip}: recorded, and sung after ${step} steps`,
    ko: `학습에 쓰지 않은 클립 ${clip}: 녹음과 ${step} 스텝의 노래`,
  });
  return {
    'text/plain': `[${title}]`,
    'text/html': `<figure style="margin:4px 0"><figcaption style="font-size:12px;opacity:.8">${escapeXml(title)}</figcaption>${player(recorded, target)}${player(now, sung)}</figure>`,
  };
}

function player(label: string, { audio }: PreviewSound): string {
  const wav = Buffer.from(encodeWav(audio, '16')).toString('base64');
  return `<div>${escapeXml(label)} <audio controls preload="metadata" src="data:audio/wav;base64,${wav}" style="width:min(420px,100%);vertical-align:middle"></audio></div>`;
}

/** The scalars of a line of the log, by TensorBoard's tags. */
export function scalarsOf(line: MetricsLine): Record<string, number> {
  return {
    loss: line.loss,
    learning_rate: line.learningRate,
    steps_per_second: line.stepsPerSecond,
    ...(line.validationLoss === undefined ? {} : { validation_loss: line.validationLoss }),
  };
}

/** Levels below the loudest that are drawn, log10. */
const rangeLog10 = 3.2;

/** Mels and sounds of a preview, by TensorBoard's tags; both mels in the same colours. */
export function previewValues({ target, sung }: Preview): Record<string, EventValue> {
  const bins = target.mel.width;
  const loud = loudestLevel([target.mel], bins);
  const picture = ({ mel }: PreviewSound): EventPicture => {
    const area = { fromFrame: 0, toFrame: mel.frames, bins, quiet: loud - rangeLog10, loud };
    return { png: heatMapPng(mel, area) };
  };
  const sound = ({ audio }: PreviewSound): EventSound => ({
    wav: Buffer.from(encodeWav(audio, '16')),
    sampleRate: audio.sampleRate,
    length: audio.samples.length,
  });
  return {
    'validation/mel_recorded': picture(target),
    'validation/mel_sung': picture(sung),
    'validation/audio_recorded': sound(target),
    'validation/audio_sung': sound(sung),
  };
}
