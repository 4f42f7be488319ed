/** The cells of quickstart.ipynb: the demo in small steps, each of which can be repeated. */
import { readFile } from 'node:fs/promises';
import { formatDuration } from '../../config/progress-bar';
import type { DemoMetrics } from '../../demo/judge';
import { checkFields, rule } from '../checks';
import { audio, image, table } from '../display';
import { inLanguage, say } from './messages';
import {
  missingCell,
  type QuickstartState,
  quickstartFolder,
  readQuickstart,
  writeQuickstart,
} from './quickstart-state';
import { inCell } from './run';

const learnTitle = { en: 'Learn the voice', ko: '목소리 배우기' };
const singTitle = { en: 'Sing the song', ko: '노래 변환' };

/**
 * Two synthetic singers record: the target about five minutes to learn from, the source one song. Plays both.
 * @throws UserError those of the synthesis and of writing
 */
export async function makeSingers(): Promise<void> {
  const { singMaterial } = await import('./quickstart-work');
  const state = await inCell(singMaterial);
  await writeQuickstart(state);
  const minutes = (state.material.trainingSeconds / 60).toFixed(1);
  say({
    en: `${minutes} minutes of the voice to learn, and a song of ${formatDuration(state.material.songSeconds)} by another singer, in ${quickstartFolder()}.`,
    ko: `배울 목소리 ${minutes}분과 다른 가수의 노래 ${formatDuration(state.material.songSeconds)}를 ${quickstartFolder()}에 만들었습니다.`,
  });
  audio(state.material.source, inLanguage({ en: 'the song, by the source', ko: '원곡 가수의 노래' }));
}

/**
 * Learns the target's voice. Repeated, it goes on where it stopped; more steps go on from fewer.
 * @param fields `steps`: updates in all
 * @throws UserError `form-fields`, `cell-missing`, those of training
 */
export async function trainDemo({ steps }: { readonly steps: number }): Promise<void> {
  await checkFields({
    steps: rule(Number.isInteger(steps) && steps >= 1, 'expected a whole number from 1 on'),
  });
  const state = await readQuickstart();
  const { learn } = await import('./quickstart-work');
  const learnt = await inCell((session) => learn(state, steps, session));
  await writeQuickstart(learnt);
  say({
    en: `The voice has learnt ${learnt.steps} steps.`,
    ko: `목소리를 ${learnt.steps}단계 배웠습니다.`,
  });
}

/**
 * Sings the song in the learnt voice, and makes the recordings that it is compared with.
 * @param fields `key`: semitones
 * @throws UserError `form-fields`, `cell-missing`, those of conversion
 */
export async function convertDemo({ key }: { readonly key: number }): Promise<void> {
  await checkFields({ key: rule(Math.abs(key) <= 36, 'expected semitones from -36 to 36') });
  const state = await readQuickstart();
  if (state.steps === undefined) throw missingCell(learnTitle);
  const { singSong } = await import('./quickstart-work');
  const sung = await inCell((session) => singSong(state, key, session));
  await writeQuickstart(sung);
  const { demoPaths } = await import('../../demo/run-demo');
  audio(demoPaths(quickstartFolder()).converted, inLanguage({ en: 'converted', ko: '변환한 노래' }));
}

/**
 * Shows pictures, scores and players of the source, the conversion and the target's own singing.
 * @throws UserError `cell-missing`, those of scoring
 */
export async function showDemoReport(): Promise<void> {
  const state = await readQuickstart();
  if (state.key === undefined) throw missingCell(state.steps === undefined ? learnTitle : singTitle);
  const { judge } = await import('./quickstart-work');
  const { metrics, report } = await judge(state);
  image(await readFile(report.picture, 'utf8'), 'comparison');
  await showPlayers(state);
  showScores(metrics);
  if (state.key !== 0) {
    say({
      en: 'The song was transposed: the scores compare it with the untransposed target and mean little. Use key 0 to compare.',
      ko: '조를 바꿨기 때문에 점수는 의미가 적습니다. 비교하려면 key를 0으로 두세요.',
    });
  }
  say({ en: `The whole report: ${report.page}`, ko: `전체 보고서: ${report.page}` });
}

async function showPlayers({ material }: QuickstartState): Promise<void> {
  const { demoPaths } = await import('../../demo/run-demo');
  audio(material.source, inLanguage({ en: 'source', ko: '원곡' }));
  audio(demoPaths(quickstartFolder()).converted, inLanguage({ en: 'converted', ko: '변환' }));
  audio(material.truth, inLanguage({ en: 'the target sings it itself', ko: '목표 가수가 직접 부른 노래' }));
}

function showScores(metrics: DemoMetrics): void {
  const names = {
    what: inLanguage({ en: 'recording', ko: '녹음' }),
    speaker: inLanguage({ en: 'speaker distance, dB', ko: '음색 거리, dB' }),
    pitch: inLanguage({ en: 'F0 correlation', ko: 'F0 상관' }),
  };
  table(
    Object.entries(metrics.tracks).map(([name, scores]) => ({
      [names.what]: name,
      'MCD, dB': scores.mcdDb,
      [names.speaker]: scores.speakerDistanceDb,
      [names.pitch]: scores.f0.correlation,
    })),
  );
  const passed = metrics.checks.filter((check) => check.passed).length;
  const total = Object.values(metrics.seconds).reduce((sum, seconds) => sum + seconds, 0);
  say({
    en: `${passed} of ${metrics.checks.length} comparisons hold; ${metrics.steps} steps, ${formatDuration(total)} in all.`,
    ko: `비교 ${metrics.checks.length}개 중 ${passed}개 통과, ${metrics.steps}단계, 모두 ${formatDuration(total)}.`,
  });
}
