/** The last stage of the demo: scores by a process that sees files alone, metrics.json, pictures, the page. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PitchEstimator } from '../audio/pitch-estimator';
import type { Config } from '../config/schema';
import { writeFileAtomic } from '../storage/atomic-file';
import { same, type Words } from './page-text';
import type { DemoFiles } from './run-demo';
import type { ScoredFiles } from './score-files';
import type { Scores } from './scores';
import { type ReportFiles, writeReport } from './write-report';

/** What `metrics.json` holds. */
export interface DemoMetrics extends Scores {
  readonly steps: number;
  readonly trainingSeconds: number;
  readonly songSeconds: number;
  readonly realTimeFactor: number;
  /** seconds of every stage */
  readonly seconds: Readonly<Record<string, number>>;
}

/** The judgement and where it is written. */
export interface Judgement {
  readonly metrics: DemoMetrics;
  readonly metricsPath: string;
  readonly report: ReportFiles;
}

/**
 * Scores the written files and writes metrics.json, pictures and page beside them.
 * @throws Error if the scoring program fails
 */
export async function judgeDemo(
  folder: string,
  files: DemoFiles,
  pitch: PitchEstimator,
  config: Config,
): Promise<Judgement> {
  const scored: ScoredFiles = {
    truth: files.truth,
    source: files.source,
    converted: files.converted,
    resynthesis: files.resynthesis,
    controls: files.controls,
    others: files.others,
    target: files.trainingZip,
  };
  const scores = await scoreApart(scored, join(folder, 'scores.json'));
  const { steps, trainingSeconds, songSeconds, realTimeFactor, seconds } = files;
  const metrics: DemoMetrics = { ...scores, steps, trainingSeconds, songSeconds, realTimeFactor, seconds };
  const metricsPath = join(folder, 'metrics.json');
  await writeFileAtomic(metricsPath, Buffer.from(`${JSON.stringify(metrics, null, 2)}\n`));
  const report = await writeReport(folder, scored, scores, factsOf(metrics, config), pitch, config.audio);
  return { metrics, metricsPath, report };
}

/** Runs the scorer as a process of its own. */
async function scoreApart(files: ScoredFiles, out: string): Promise<Scores> {
  const pairs = (flag: string, named: Readonly<Record<string, string>>): string[] =>
    Object.entries(named).flatMap(([name, path]) => [flag, `${name}=${path}`]);
  const args = [
    ...['truth', 'source', 'converted', 'resynthesis', 'target'].flatMap((name) => [
      `--${name}`,
      files[name as 'truth'],
    ]),
    ...pairs('--control', files.controls),
    ...pairs('--other', files.others),
    '--out',
    out,
  ];
  await promisify(execFile)(process.execPath, [join(__dirname, 'score-main.js'), ...args]);
  return JSON.parse(await readFile(out, 'utf8')) as Scores;
}

function factsOf(metrics: DemoMetrics, config: Config): [Words, Words][] {
  const minutes = (metrics.trainingSeconds / 60).toFixed(1);
  const total = Object.values(metrics.seconds).reduce((a, b) => a + b, 0);
  return [
    [
      { en: 'Training data', ko: '학습 데이터' },
      { en: `${minutes} minutes`, ko: `${minutes}분` },
    ],
    [{ en: 'Steps', ko: '학습 단계' }, same(String(metrics.steps))],
    [
      { en: 'Network', ko: '신경망' },
      same(`${config.model.residualLayers} × ${config.model.residualChannels}, ${config.model.output}`),
    ],
    [
      { en: 'Encoder, pitch, vocoder', ko: '인코더, 음높이, 보코더' },
      same(Object.values(config.features).slice(0, 3).join(', ')),
    ],
    [
      { en: 'Conversion', ko: '변환' },
      {
        en: `${metrics.realTimeFactor.toFixed(2)} × real time`,
        ko: `실시간의 ${metrics.realTimeFactor.toFixed(2)}배`,
      },
    ],
    [
      { en: 'In all', ko: '전체' },
      { en: `${(total / 60).toFixed(1)} minutes`, ko: `${(total / 60).toFixed(1)}분` },
    ],
  ];
}
