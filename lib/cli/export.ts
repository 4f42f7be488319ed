/** `diff-svc export`: a trained voice in another form. */
import { mkdir } from 'node:fs/promises';
import type { Command } from 'commander';
import { requireWritableFolder } from '../assembly/writable';
import { type ExportFormat, exportCheckpoint, exportFormats } from '../checkpoint/export';
import { readCheckpoint } from '../checkpoint/read';
import { UserError } from '../config/errors';
import { checkpointAt } from '../inference/load-voice';
import { runVerb } from './session';

interface Flags {
  readonly model: string;
  readonly out: string;
  readonly format: string;
  readonly json?: boolean;
}

/** Adds the verb to `program`. */
export function registerExport(program: Command): void {
  program
    .command('export')
    .description('write a trained voice in another form')
    .requiredOption('--model <path>', 'folder of checkpoints (the newest good one is used) or a .ckpt file')
    .requiredOption('--out <dir>', 'folder for the files')
    .option('--format <name>', `one of ${exportFormats.join(', ')}`, 'slim')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  diff-svc export --model checkpoints/alice --out alice --format diff-svc',
    )
    .action((flags: Flags) =>
      runVerb(flags.json === true, async ({ notice }) => {
        const format = formatOf(flags.format);
        const source = await checkpointAt(flags.model, notice);
        await requireWritableFolder(flags.out, '--out');
        await mkdir(flags.out, { recursive: true });
        const checkpoint = await readCheckpoint(source);
        const encoder = checkpoint.extra?.encoderId ?? 'hubert-soft';
        if (format === 'diff-svc' && !encoder.startsWith('hubert')) {
          notice(`The Python Diff-SVC makes units of HuBERT-soft; this voice was trained with ${encoder}.`);
        }
        const files = await exportCheckpoint(checkpoint, format, flags.out, source);
        return { text: files.map((file) => `Wrote ${file}`).join('\n'), json: { files } };
      }),
    );
}

function formatOf(name: string): ExportFormat {
  const found = exportFormats.find((format) => format === name);
  if (found !== undefined) return found;
  throw new UserError(
    'unknown-format',
    `Expected --format to be one of ${exportFormats.join(', ')}, got ${name}`,
    'Use one of them.',
  );
}
