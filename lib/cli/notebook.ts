/** `diff-svc notebook run | export`: notebooks without a front end. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { requireWritableFile } from '../assembly/writable';
import { UserError } from '../config/errors';
import { exportNotebook } from '../headless/export-notebook';
import { readNotebook } from '../headless/notebook-file';
import { runNotebook } from '../headless/run-notebook';
import { writeFileAtomic } from '../storage/atomic-file';
import { runVerb, type Session, type VerbResult } from './session';

interface RunFlags {
  readonly param: readonly string[];
  readonly out?: string;
  readonly timeout?: string;
  readonly allowErrors?: boolean;
  readonly json?: boolean;
}

interface ExportFlags {
  readonly out?: string;
}

const append = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** Adds the verb with its sub-verbs to `program`. */
export function registerNotebook(program: Command): void {
  const notebook = program.command('notebook').description('run notebooks from the command line');
  notebook
    .command('run <notebook>')
    .description('set form fields, run every cell, save what they put out')
    .option('-p, --param <name=value>', 'value of a form field; may be repeated', append, [])
    .option('--out <notebook>', 'where to save (default: NAME.out.ipynb beside it)')
    .option('--timeout <seconds>', 'longest time of a cell')
    .option('--allow-errors', 'go on behind cells that fail')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  diff-svc notebook run training.ipynb -p singer_name=alice -p steps=200',
    )
    .action((path: string, flags: RunFlags) =>
      runVerb(flags.json === true, (session) => run(path, flags, session)),
    );
  notebook
    .command('export <notebook>')
    .description('write it as one script; its form fields become flags')
    .option('--out <file>', 'where to write (default: NAME.mjs beside it)')
    .action((path: string, flags: ExportFlags) => runVerb(false, () => exportTo(path, flags)));
}

async function run(path: string, flags: RunFlags, session: Session): Promise<VerbResult> {
  const out = flags.out ?? path.replace(/(\.ipynb)?$/, '.out.ipynb');
  const values = new Map(flags.param.map(readParam));
  const timeoutSeconds = readTimeout(flags.timeout);
  await requireWritableFile(out, '--out');
  const result = await runNotebook({
    ...{ notebook: path, out, values, timeoutSeconds, allowErrors: flags.allowErrors === true },
    ...{ progress: session.progress, signal: session.signal },
    // stdout is the result's where a program reads it.
    onText: (text, name) => (name === 'stdout' && !flags.json ? process.stdout : process.stderr).write(text),
  });
  const how = result.interrupted ? 'Interrupted' : `Ran ${result.cells} cells`;
  const failed = result.failed > 0 ? `, ${result.failed} failed` : '';
  return { text: `${how}${failed}. Saved ${out}.`, json: result, interrupted: result.interrupted };
}

function readParam(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) {
    throw new UserError(
      'bad-param',
      `Expected -p name=value, got ${text}`,
      'Write for instance -p singer_name=alice.',
    );
  }
  return [text.slice(0, at), text.slice(at + 1)];
}

function readTimeout(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seconds = Number(text);
  if (seconds > 0) return seconds;
  throw new UserError(
    'bad-timeout',
    `Expected a number of seconds above 0 for --timeout, got ${text}`,
    'Leave --timeout out for no limit.',
  );
}

async function exportTo(path: string, flags: ExportFlags): Promise<VerbResult> {
  const out = flags.out ?? path.replace(/(\.ipynb)?$/, '.mjs');
  await requireWritableFile(out, '--out');
  const script = exportNotebook(await readNotebook(path), basename(path));
  await writeFileAtomic(out, Buffer.from(script));
  return { text: `Wrote ${out}. Run: node ${out}`, json: { out } };
}
