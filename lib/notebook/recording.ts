/** What a recording looks like: its mel spectrogram with the pitch drawn over it. */
import { type Audio, durationSeconds } from '../audio/audio';
import { melSpectrogram } from '../audio/mel';
import { createPyin } from '../audio/pyin';
import { resample } from '../audio/resample';
import { type AudioConfig, audioSchema } from '../config/schema';
import { lineColours } from '../pictures/colours';
import { comparisonPicture, type PictureTrack } from '../pictures/picture';
import { image } from './display';

export interface RecordingOptions {
  /** default: the 44.1 kHz configuration's audio part */
  readonly config?: AudioConfig;
  /** the part that is shown; default the first 15 s */
  readonly fromSeconds?: number;
  readonly toSeconds?: number;
}

const MOST_SECONDS = 15;

/**
 * Shows spectrogram and F0 of recordings, one below the other and all melodies together; F0 by pYIN.
 * @param recordings by label; resampled to the configuration's rate
 */
export async function spectrogram(
  recordings: Readonly<Record<string, Audio>>,
  options: RecordingOptions = {},
): Promise<void> {
  const config = options.config ?? audioSchema.parse({});
  const from = options.fromSeconds ?? 0;
  const colours = [lineColours.source, lineColours.converted, lineColours.truth];
  const tracks: PictureTrack[] = [];
  let end = 0;
  for (const [i, [label, recording]] of Object.entries(recordings).entries()) {
    end = Math.max(end, durationSeconds(recording));
    tracks.push({ ...(await analyse(recording, config)), label, colour: colours[i % colours.length]! });
  }
  const to = options.toSeconds ?? Math.min(end, from + MOST_SECONDS);
  image(
    comparisonPicture(tracks, config, { fromSeconds: from, toSeconds: to }),
    Object.keys(recordings).join(', '),
  );
}

async function analyse(recording: Audio, config: AudioConfig): Promise<Pick<PictureTrack, 'mel' | 'f0Hz'>> {
  const audio =
    recording.sampleRate === config.sampleRate ? recording : await resample(recording, config.sampleRate);
  const mel = melSpectrogram(audio, config);
  const grid = { sampleRate: config.sampleRate, hopSize: config.hopSize, frames: mel.frames };
  return {
    mel,
    f0Hz: await createPyin({ f0MinHz: config.f0MinHz, f0MaxHz: config.f0MaxHz }).estimate(audio, grid),
  };
}
