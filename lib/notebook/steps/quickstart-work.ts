/** What the quickstart's cells compute with; loaded with the first cell that computes, because TensorFlow takes seconds. */
import { mkdir } from 'node:fs/promises';
import { computeOf } from '../../assembly/compute';
import { partsOf } from '../../assembly/parts';
import type { Session } from '../../assembly/session';
import { mergeConfig } from '../../config/load';
import { preset } from '../../config/presets';
import { type DemoMetrics, judgeDemo } from '../../demo/judge';
import { type DemoOptions, demoPaths, learnDemoVoice, singDemoSong } from '../../demo/run-demo';
import { createStopwatch } from '../../demo/stopwatch';
import { type MaterialFiles, writeMaterial } from '../../demo/write-material';
import type { ReportFiles } from '../../demo/write-report';
import { type QuickstartState, quickstartFolder } from './quickstart-state';

/** Makes the two singers sing. */
export async function singMaterial(session: Session): Promise<QuickstartState> {
  const folder = quickstartFolder();
  await mkdir(folder, { recursive: true });
  const watch = createStopwatch(session.notice);
  const material: MaterialFiles = await watch('sing', () => writeMaterial(folder, session));
  return { material, seconds: watch.seconds };
}

/** Learns the voice; goes on where an earlier run stopped. @param steps updates in all */
export async function learn(
  state: QuickstartState,
  steps: number,
  session: Session,
): Promise<QuickstartState> {
  const watch = createStopwatch(session.notice);
  const options = await demoOptions({ training: { maxUpdates: steps } }, session);
  const learnt = await learnDemoVoice(state.material, options, watch);
  return { material: state.material, steps: learnt, seconds: { ...state.seconds, ...watch.seconds } };
}

/** Sings the song in the learnt voice. @param key semitones */
export async function singSong(
  state: QuickstartState,
  key: number,
  session: Session,
): Promise<QuickstartState> {
  const watch = createStopwatch(session.notice);
  const options = await demoOptions({}, session);
  const partsWithKey: DemoOptions['partsOf'] = (config) =>
    partsOf(mergeConfig(config, { inference: { keyShift: key } }, 'key'));
  await singDemoSong(state.material, { ...options, partsOf: partsWithKey }, watch);
  return { ...state, key, seconds: { ...state.seconds, ...watch.seconds } };
}

/** Scores the songs and writes report page and pictures. */
export async function judge(
  state: QuickstartState,
): Promise<{ readonly metrics: DemoMetrics; readonly report: ReportFiles }> {
  const { material, seconds, steps = 0 } = state;
  const folder = quickstartFolder();
  const realTimeFactor = (seconds.convert ?? 0) / material.songSeconds;
  const files = { ...material, ...demoPaths(folder), seconds, realTimeFactor, steps };
  const config = preset('demo');
  return judgeDemo(folder, files, partsOf(config).pitch, config);
}

async function demoOptions(overrides: object, session: Session): Promise<DemoOptions> {
  const config = mergeConfig(preset('demo'), overrides, 'quickstart');
  const compute = await computeOf({}, session.notice);
  return { folder: quickstartFolder(), config, partsOf, ...compute, ...session };
}
