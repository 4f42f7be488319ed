/** `diff-svc export`: a trained voice in another form. */
import { mkdir } from 'node:fs/promises';
import type { Command } from 'commander';
import { voiceOnDisk } from '../assembly/drive-checkpoint';
import { exportOnnx } from '../assembly/export-onnx';
import { requireWritableFolder } from '../assembly/writable';
import { exportCheckpoint, exportFormats } from '../checkpoint/export';
import { readCheckpoint } from '../checkpoint/read';
import { UserError } from '../config/errors';
import { checkpointAt } from '../inference/load-voice';
import { runVerb, type Session, type VerbResult } from './session';

const formats = [...exportFormats, 'onnx'] as const;
type Format = (typeof formats)[number];

interface Flags {
  readonly model: string;
  readonly out: string;
  readonly format: string;
  readonly vocoder?: string;
  readonly json?: boolean;
}

/** Adds the verb to `program`. */
export function registerExport(program: Command): void {
  program
    .command('export')
    .description('write a trained voice in another form')
    .requiredOption('--model <path>', 'folder of checkpoints (the newest good one is used) or a .ckpt file')
    .requiredOption('--out <dir>', 'folder for the files')
    .option('--format <name>', `one of ${formats.join(', ')}`, 'slim')
    .option('--vocoder <path>', 'with --format onnx: folder of an NSF-HiFiGAN of your own, exported too')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  diff-svc export --model checkpoints/alice --out alice --format diff-svc
  diff-svc export --model checkpoints/alice --out alice --format onnx

onnx writes denoiser.onnx (and vocoder.onnx), runs them in onnxruntime and says how far they are from this program.`,
    )
    .action((flags: Flags) => runVerb(flags.json === true, (session) => exportVoice(flags, session)));
}

async function exportVoice(flags: Flags, session: Session): Promise<VerbResult> {
  const { notice } = session;
  const format = formatOf(flags.format);
  if (flags.vocoder !== undefined && format !== 'onnx') {
    throw new UserError(
      'flag-invalid',
      `Expected --vocoder together with --format onnx, got --format ${format}`,
      'Leave it out: other formats hold the voice only.',
    );
  }
  const source = await checkpointAt(await voiceOnDisk(flags.model, session), notice);
  await requireWritableFolder(flags.out, '--out');
  await mkdir(flags.out, { recursive: true });
  const checkpoint = await readCheckpoint(source);
  const encoder = checkpoint.extra?.encoderId ?? 'hubert-soft';
  if (format === 'onnx') {
    const vocoder = flags.vocoder === undefined ? {} : { vocoder: flags.vocoder };
    const { text, ...json } = await exportOnnx({ checkpoint, path: source, ...vocoder }, flags.out, session);
    return { text: `${wrote(json.files)}\n${text}`, json };
  }
  if (format === 'diff-svc' && !encoder.startsWith('hubert')) {
    notice(`The Python Diff-SVC makes units of HuBERT-soft; this voice was trained with ${encoder}.`);
  }
  const files = await exportCheckpoint(checkpoint, format, flags.out, source);
  return { text: wrote(files), json: { files } };
}

function wrote(files: readonly string[]): string {
  return files.map((file) => `Wrote ${file}`).join('\n');
}

function formatOf(name: string): Format {
  const found = formats.find((format) => format === name);
  if (found !== undefined) return found;
  throw new UserError(
    'unknown-format',
    `Expected --format to be one of ${formats.join(', ')}, got ${name}`,
    'Use one of them.',
  );
}
