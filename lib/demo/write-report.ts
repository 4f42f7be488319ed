/** What the demo leaves for people: pictures and the page, made from the written files. */
import { basename, join } from 'node:path';
import type { Audio } from '../audio/audio';
import type { PitchEstimator } from '../audio/pitch-estimator';
import { resample } from '../audio/resample';
import { decodeWav } from '../audio/wav';
import type { AudioConfig } from '../config/schema';
import { openSource } from '../data/recording-source';
import { lineColours } from '../pictures/colours';
import { comparisonPicture, type PictureTrack } from '../pictures/picture';
import { writeFileAtomic } from '../storage/atomic-file';
import { type Player, reportPage } from './page';
import { playerWords, type Words } from './page-text';
import { analyse, readAudio, type ScoredFiles } from './score-files';
import type { Scores } from './scores';

const EXCERPT_SECONDS = 12;
const WHOLE_WIDTH = 2400;

/** Where the report is. */
export interface ReportFiles {
  readonly page: string;
  /** SVG of the first seconds, and of the whole song */
  readonly picture: string;
  readonly wholePicture: string;
}

/** The first of the target's recordings. */
async function firstRecording(path: string, config: AudioConfig): Promise<Audio> {
  const recording = openSource(path).recordings[0]!;
  return resample(decodeWav(recording.read(), recording.name), config.sampleRate);
}

/**
 * Writes `report.html`, `comparison.svg` and `comparison-whole.svg` into `folder`, where the scored wavs lie too.
 * @param facts rows of the page's last section: label and value
 * @throws UserError those of reading and of `writeFileAtomic`
 */
export async function writeReport(
  folder: string,
  files: ScoredFiles,
  scores: Scores,
  facts: readonly (readonly [Words, Words])[],
  pitch: PitchEstimator,
  config: AudioConfig,
): Promise<ReportFiles> {
  const tracks: PictureTrack[] = [];
  const players: Player[] = [];
  for (const name of ['source', 'converted', 'truth'] as const) {
    const audio = await readAudio(files[name], config.sampleRate);
    const words = playerWords[name];
    tracks.push({
      ...(await analyse(audio, pitch, config)),
      label: words.label.en,
      colour: lineColours[name],
    });
    players.push({ ...words, audio, file: basename(files[name]), main: name === 'converted' });
  }
  players.push({ ...playerWords.training, audio: await firstRecording(files.target, config) });
  const toSeconds = tracks[0]!.mel.frames * (config.hopSize / config.sampleRate);
  const excerpt = { fromSeconds: 0, toSeconds: Math.min(EXCERPT_SECONDS, toSeconds) };
  const excerptSvg = comparisonPicture(tracks, config, excerpt);
  const wholeSvg = comparisonPicture(tracks, config, { fromSeconds: 0, toSeconds, width: WHOLE_WIDTH });
  const written = {
    page: join(folder, 'report.html'),
    picture: join(folder, 'comparison.svg'),
    wholePicture: join(folder, 'comparison-whole.svg'),
  };
  await writeFileAtomic(written.picture, Buffer.from(excerptSvg));
  await writeFileAtomic(written.wholePicture, Buffer.from(wholeSvg));
  await writeFileAtomic(
    written.page,
    Buffer.from(await reportPage({ scores, players, excerptSvg, wholeSvg, facts })),
  );
  return written;
}
