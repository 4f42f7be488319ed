/** The demo's material as files, as a user would have them. */
import { join } from 'node:path';
import AdmZip from 'adm-zip';
import type { Audio } from '../audio/audio';
import { resample } from '../audio/resample';
import { encodeWav } from '../audio/wav';
import { writeFileAtomic } from '../storage/atomic-file';
import type { FliteOptions } from './flite';
import { type Cast, type Clip, demoCast, makeSong, makeTraining } from './material';

const SAMPLE_RATE = 44100;
/** Room for the overshoot of resampling; the same for every file, so that levels keep their relation. */
const GAIN = 0.8;
/** The zip is the same, byte for byte, whenever it is made. */
const ZIP_TIME = new Date(2024, 0, 1);

/** Where the demo's files are. */
export interface MaterialFiles {
  /** zip with the target's recordings */
  readonly trainingZip: string;
  /** the song by the source */
  readonly source: string;
  /** the song by the target */
  readonly truth: string;
  readonly trainingSeconds: number;
  readonly songSeconds: number;
}

/** 44.1 kHz, 16-bit, mono: what a recording program writes. */
async function recordingBytes(audio: Audio): Promise<Buffer> {
  const quieter = { ...audio, samples: audio.samples.map((value) => value * GAIN) };
  return Buffer.from(encodeWav(await resample(quieter, SAMPLE_RATE), '16'));
}

/** A zip of `clips`, as a user would make it; the same clips give the same bytes. */
export async function recordingsZip(clips: readonly Clip[]): Promise<Buffer> {
  const zip = new AdmZip();
  for (const clip of clips) {
    zip.addFile(clip.name, await recordingBytes(clip.audio)).header.time = ZIP_TIME;
  }
  return zip.toBuffer();
}

/**
 * Makes the singers sing and writes `target.zip`, `source.wav` and `truth.wav` into `folder`, which exists.
 * @throws UserError `flite-failed`, those of `writeFileAtomic`; the signal's reason when aborted
 */
export async function writeMaterial(
  folder: string,
  options: FliteOptions = {},
  cast: Cast = demoCast,
): Promise<MaterialFiles> {
  const song = await makeSong(options, cast);
  const clips = await makeTraining(options, cast.target);
  const files = {
    trainingZip: join(folder, 'target.zip'),
    source: join(folder, 'source.wav'),
    truth: join(folder, 'truth.wav'),
  };
  await writeFileAtomic(files.trainingZip, await recordingsZip(clips));
  await writeFileAtomic(files.source, await recordingBytes(song.source));
  await writeFileAtomic(files.truth, await recordingBytes(song.truth));
  const trainingSeconds = clips.reduce((sum, { audio }) => sum + audio.samples.length / audio.sampleRate, 0);
  return { ...files, trainingSeconds, songSeconds: song.score.lengthSeconds };
}
