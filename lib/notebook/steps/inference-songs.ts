/** The cell "Input audio and adjust parameters": every song of a folder, sung in the voice. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { PitchEstimator } from '../../audio/pitch-estimator';
import { decodeWav } from '../../audio/wav';
import { assetFolder } from '../../config/cache-folder';
import { UserError } from '../../config/errors';
import { checkFields, existingFolder, rule } from '../checks';
import { audio, html, table } from '../display';
import type { SongOutcome, SongSettings } from './inference-convert';
import { keepInference, readInference } from './inference-state';
import { inLanguage, say } from './messages';
import { inCell } from './run';

/** Fields of the cell, under their known names. */
export interface ConvertFields {
  /** semitones */
  readonly key: number;
  readonly pndm_speedup: number;
  readonly add_noise_step: number;
  /** CREPE's threshold */
  readonly thre: number;
  readonly use_crepe: boolean;
  readonly use_pe: boolean;
  readonly use_gt_mel: boolean;
  readonly folder: string;
}

const resultFolder = 'batch_results';
/** Players and pictures make the notebook heavy; the others are files all the same. */
const mostShown = 6;

/**
 * Sings every .wav of `folder` (without subfolders) in the loaded voice, into `batch_results`; shows players, spectrograms
 * with F0, and a table of all. What cannot be read is told of in the table.
 * @throws UserError `form-fields`, `cell-missing`, `no-songs`, `all-songs-failed`, those of loading the voice
 */
export async function convertAudio(fields: ConvertFields): Promise<void> {
  const folder = resolve(fields.folder.trim().replace(/^~(?=\/|$)/, homedir()));
  await checkFields({ ...numberChecks(fields), folder: existingFolder(folder) });
  const { modelPath, configPath, project } = await readInference();
  if (modelPath === null) throw noModel();
  const songs = await songsIn(folder);
  if (fields.use_pe) {
    say({
      en: 'use_pe has no effect: it belongs to voices of 24 kHz, and this voice has 44.1 kHz.',
      ko: 'use_pe는 효과가 없습니다. 24kHz 목소리용이며 이 목소리는 44.1kHz입니다.',
    });
  }
  const outcomes = await inCell(async (session) => {
    const { openVoice, singAll } = await import('./inference-convert');
    const settings: SongSettings = {
      ...{ keyShift: fields.key, speedup: fields.pndm_speedup, configPath },
      pitch: fields.use_crepe ? await crepe(fields.thre) : null,
    };
    const voice = await openVoice(modelPath, settings, session);
    try {
      return await singAll(voice, songs, { outFolder: resolve(resultFolder), project }, session);
    } finally {
      voice.sampler.dispose();
      voice.vocoder.dispose?.();
      voice.encoder.dispose?.();
    }
  });
  await keepInference({ results: outcomes.flatMap(({ result }) => result ?? []) });
  await showResults(folder, outcomes);
}

function numberChecks({ key, pndm_speedup, add_noise_step, thre, use_gt_mel }: ConvertFields) {
  const whole = (n: number): boolean => Number.isInteger(n) && n >= 1 && n <= 1000;
  return {
    key: rule(Math.abs(key) <= 36, 'expected semitones from -36 to 36'),
    pndm_speedup: [
      rule(
        whole(pndm_speedup) && 1000 % pndm_speedup === 0,
        'expected a divisor of 1000, such as 10, 20 or 50',
      ),
      rule(pndm_speedup < add_noise_step, `expected less than add_noise_step, which is ${add_noise_step}`),
    ],
    add_noise_step: rule(whole(add_noise_step), 'expected a whole number from 1 to 1000'),
    thre: rule(thre >= 0 && thre <= 1, 'expected a number from 0 to 1'),
    use_gt_mel: rule(
      !use_gt_mel,
      'this program always sings from noise and cannot begin with the mel of the song; leave it off (add_noise_step then has no effect)',
    ),
  };
}

async function songsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const songs = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && /\.wave?$/i.test(entry.name))
    .map(({ name }) => join(folder, name))
    .sort();
  if (songs.length > 0) return songs;
  throw new UserError(
    'no-songs',
    inLanguage({
      en: `Expected .wav files in ${folder}, found none`,
      ko: `${folder}에 .wav 파일이 없습니다`,
    }),
    inLanguage({
      en: 'Run "Import your audio".',
      ko: '"Import your audio (노래 가져오기)" 셀을 실행하세요.',
    }),
  );
}

function noModel(): UserError {
  return new UserError(
    'cell-missing',
    inLanguage({ en: 'Expected a voice, none is loaded', ko: '불러온 목소리가 없습니다' }),
    inLanguage({ en: 'Run "Load model".', ko: '"Load model (모델 불러오기)" 셀을 실행하세요.' }),
  );
}

/** CREPE where its net lies; else null, which is said: the voice's own estimator sings. */
async function crepe(threshold: number): Promise<PitchEstimator | null> {
  const path = process.env.DIFF_SVC_CREPE ?? join(assetFolder(), 'crepe.onnx');
  if ((await stat(path).catch(() => null)) === null) {
    say({
      en: `use_crepe: there is no CREPE net at ${path}, so the pitch is found with pYIN. Put a CREPE net in ONNX form there, or name it in DIFF_SVC_CREPE.`,
      ko: `use_crepe: ${path}에 CREPE 모델이 없어 pYIN으로 음높이를 찾습니다. ONNX 형식의 CREPE를 그곳에 두거나 DIFF_SVC_CREPE로 지정하세요.`,
    });
    return null;
  }
  const { loadOnnx } = await import('../../onnx/session');
  const { createCrepe } = await import('../../onnx/crepe');
  const { preset } = await import('../../config/presets');
  const { f0MinHz, f0MaxHz } = preset('nsf-44k').audio;
  return createCrepe(await loadOnnx(path), { id: `crepe-${threshold}`, f0MinHz, f0MaxHz, threshold });
}

async function showResults(folder: string, outcomes: readonly SongOutcome[]): Promise<void> {
  const done = outcomes.filter(({ result }) => result !== null);
  const { spectrogram } = await import('../recording');
  const words = {
    source: inLanguage({ en: 'source', ko: '원곡' }),
    result: inLanguage({ en: 'result', ko: '결과' }),
  };
  for (const { song, result } of done.slice(0, mostShown)) {
    const [source, sung] = await Promise.all([join(folder, song), result!].map((path) => readFile(path)));
    const recordings = { source: decodeWav(source!, song), result: decodeWav(sung!, result!) };
    html(`<b>${song.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</b>`);
    audio(recordings.source, words.source);
    audio(recordings.result, words.result);
    await spectrogram({ [words.source]: recordings.source, [words.result]: recordings.result });
  }
  table(outcomes.map(outcomeRow));
  say({
    en: `${done.length} of ${outcomes.length} songs are in ${resolve(resultFolder)}.`,
    ko: `노래 ${outcomes.length}곡 중 ${done.length}곡을 ${resolve(resultFolder)}에 저장했습니다.`,
  });
  if (done.length > 0) return;
  throw new UserError(
    'all-songs-failed',
    inLanguage({
      en: 'Expected a song that can be read, but all failed',
      ko: '읽을 수 있는 노래가 없습니다',
    }),
    inLanguage({ en: 'The table says why.', ko: '이유는 표에 있습니다.' }),
  );
}

function outcomeRow({ song, result, songSeconds, seconds, why }: SongOutcome) {
  return {
    [inLanguage({ en: 'song', ko: '노래' })]: song,
    [inLanguage({ en: 'result', ko: '결과' })]: result ?? inLanguage({ en: 'FAILED', ko: '실패' }),
    [inLanguage({ en: 'length, s', ko: '길이(초)' })]: songSeconds,
    [inLanguage({ en: 'took, s', ko: '걸린 시간(초)' })]: seconds,
    [inLanguage({ en: 'why', ko: '이유' })]: why,
  };
}
