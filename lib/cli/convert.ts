/** `diff-svc convert`: a song -> the same song in a trained voice. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { computeOf } from '../assembly/compute';
import { voiceOnDisk } from '../assembly/drive-checkpoint';
import { partsOf } from '../assembly/parts';
import { requireWritableFile } from '../assembly/writable';
import { durationSeconds } from '../audio/audio';
import { decodeWav, encodeWav } from '../audio/wav';
import { UserError } from '../config/errors';
import { mergeConfig } from '../config/load';
import { formatDuration } from '../config/progress-bar';
import { convert } from '../inference/convert';
import { loadVoice } from '../inference/load-voice';
import { writeFileAtomic } from '../storage/atomic-file';
import { type ComputeFlags, computeFlags } from './compute';
import { runVerb, type Session, type VerbResult } from './session';

interface Flags extends ComputeFlags {
  readonly model: string;
  readonly out: string;
  readonly key?: string;
  readonly speedup?: string;
  readonly seed?: string;
  readonly vocoder?: string;
  readonly json?: boolean;
}

/** Adds the verb to `program`. */
export function registerConvert(program: Command): void {
  computeFlags(program.command('convert'))
    .description('sing a song in a trained voice')
    .argument('<song>', 'wav file with one singer and no accompaniment')
    .requiredOption(
      '--model <path>',
      'folder of checkpoints (the newest good one is used) or a .ckpt file; on Google Drive: drive:diff-svc/alice',
    )
    .requiredOption('--out <file>', 'wav file to write')
    .option('--key <semitones>', 'transpose; a man to a woman is often 8 to 12')
    .option('--speedup <n>', 'every how many of the 1000 diffusion steps are taken')
    .option('--seed <n>', 'another seed gives another take')
    .option('--vocoder <path>', 'folder of NSF-HiFiGAN, for voices that sing with it')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  diff-svc convert song.wav --model checkpoints/alice --out alice-sings.wav --key 3',
    )
    .action((song: string, flags: Flags) =>
      runVerb(flags.json === true, (session) => convertFile(song, flags, session)),
    );
}

async function convertFile(songPath: string, flags: Flags, session: Session): Promise<VerbResult> {
  const started = performance.now();
  const song = decodeWav(await readSong(songPath), songPath);
  await requireWritableFile(flags.out, '--out');
  const compute = await computeOf(flags, session.notice);
  const model = await voiceOnDisk(flags.model, session);
  const voice = await loadVoice(model, {
    partsOf: (config) =>
      partsOf(mergeConfig(config, { inference: numbers(flags) }, 'command line'), {
        ...compute.vocoder,
        ...(flags.vocoder === undefined ? {} : { vocoderPath: flags.vocoder }),
      }),
    createSampler: compute.createSampler,
    notice: session.notice,
  });
  try {
    const { inference } = voice.config;
    const result = await convert(voice, song, { ...inference, ...session });
    await writeFileAtomic(flags.out, encodeWav(result.audio, '16'));
    const seconds = (performance.now() - started) / 1000;
    const realTimeFactor = seconds / durationSeconds(song);
    return {
      text: `Wrote ${flags.out} (${formatDuration(durationSeconds(result.audio))}) in ${formatDuration(seconds)}, ${realTimeFactor.toFixed(2)} x real time.`,
      json: {
        out: flags.out,
        seconds: durationSeconds(result.audio),
        samples: result.audio.samples.length,
        realTimeFactor,
      },
    };
  } finally {
    voice.sampler.dispose();
    voice.vocoder.dispose?.();
    voice.encoder.dispose?.();
  }
}

function numbers(flags: Flags): Record<string, number> {
  return {
    ...(flags.key === undefined ? {} : { keyShift: Number(flags.key) }),
    ...(flags.speedup === undefined ? {} : { speedup: Number(flags.speedup) }),
    ...(flags.seed === undefined ? {} : { seed: Number(flags.seed) }),
  };
}

async function readSong(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new UserError('song-not-readable', `Expected a readable wav file at ${path}`, 'Check the path.', {
      cause,
    });
  }
}
