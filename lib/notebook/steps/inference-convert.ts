/** Songs of a folder in a trained voice, one after the other; loaded with the cell, because TensorFlow takes seconds. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { computeOf } from '../../assembly/compute';
import { partsOf } from '../../assembly/parts';
import type { Session } from '../../assembly/session';
import { type Audio, durationSeconds } from '../../audio/audio';
import type { PitchEstimator } from '../../audio/pitch-estimator';
import { decodeWav, encodeWav } from '../../audio/wav';
import { isUserError } from '../../config/errors';
import { loadConfigFile, mergeConfig } from '../../config/load';
import { convert } from '../../inference/convert';
import { loadVoice } from '../../inference/load-voice';
import type { Voice } from '../../inference/voice';
import { writeOurs } from './inference-files';

/** How the songs are sung. */
export interface SongSettings {
  readonly keyShift: number;
  readonly speedup: number;
  /** replaces the voice's own estimator; null: that one */
  readonly pitch: PitchEstimator | null;
  /** its inference settings hold; null: the checkpoint's */
  readonly configPath: string | null;
}

/** How one song went. */
export interface SongOutcome {
  readonly song: string;
  /** null where it failed */
  readonly result: string | null;
  readonly songSeconds: number;
  readonly seconds: number;
  /** why it failed; empty where it did not */
  readonly why: string;
}

/**
 * Loads the voice with these settings.
 * @throws UserError those of `loadVoice`
 */
export async function openVoice(modelPath: string, settings: SongSettings, session: Session): Promise<Voice> {
  const { keyShift, speedup, pitch, configPath } = settings;
  const compute = await computeOf({}, session.notice);
  const other = configPath === null ? null : await loadConfigFile(configPath);
  return loadVoice(modelPath, {
    partsOf: (own) => {
      const base = other === null ? own : { ...own, inference: other.inference };
      const parts = partsOf(
        mergeConfig(base, { inference: { keyShift, speedup } }, 'fields'),
        compute.vocoder,
      );
      return pitch === null ? parts : { ...parts, pitch, chosen: [...(parts.chosen ?? []), 'pitch'] };
    },
    createSampler: compute.createSampler,
    notice: session.notice,
  });
}

/**
 * Sings every song; one that cannot be read is told of and the rest goes on.
 * @param songs paths of wav files, @param outFolder where results go as `NAME_PROJECT_KEYkey.wav`
 * @param onDone hears of every song that has ended well, with its audio
 * @throws only what an interrupt or a defect throws
 */
export async function singAll(
  voice: Voice,
  songs: readonly string[],
  naming: { readonly outFolder: string; readonly project: string },
  session: Session,
): Promise<SongOutcome[]> {
  const outcomes: SongOutcome[] = [];
  for (const [i, path] of songs.entries()) {
    session.signal.throwIfAborted();
    const started = performance.now();
    const seconds = (): number => (performance.now() - started) / 1000;
    const song = basename(path);
    try {
      const input = decodeWav(await readFile(path), song);
      const out = await singOne(voice, input, { path, number: i + 1, of: songs.length }, naming, session);
      outcomes.push({ song, result: out, songSeconds: durationSeconds(input), seconds: seconds(), why: '' });
    } catch (error) {
      if (!isUserError(error)) throw error;
      outcomes.push({
        song,
        result: null,
        songSeconds: 0,
        seconds: seconds(),
        why: `${error.message}. ${error.remedy}`,
      });
    }
  }
  return outcomes;
}

async function singOne(
  voice: Voice,
  input: Audio,
  { path, number, of }: { readonly path: string; readonly number: number; readonly of: number },
  { outFolder, project }: { readonly outFolder: string; readonly project: string },
  session: Session,
): Promise<string> {
  const { inference } = voice.config;
  const name = basename(path).replace(/\.[^.]*$/, '');
  const label = `${number}/${of} ${name}`;
  const result = await convert(voice, input, {
    ...inference,
    signal: session.signal,
    progress: (progress) => session.progress({ ...progress, label }),
  });
  const key = inference.keyShift === 0 ? '' : `_${inference.keyShift}key`;
  const out = join(outFolder, `${name}_${project || 'voice'}${key}.wav`);
  await writeOurs(out, encodeWav(result.audio, '16'));
  return out;
}
