/**
 * The judge as a program of its own, which sees nothing but files:
 * `node dist/demo/score-main.js --truth t.wav --source s.wav --converted c.wav --resynthesis r.wav
 *  --control equalised=eq.wav --control zeroed=zero.wav --other copy-synthesis=copy.wav --target target.zip
 *  --out scores.json`
 * Exit status: 0 scored (whether passed or not), 1 defect, 2 wrong input.
 */
import { parseArgs } from 'node:util';
import { createPyin } from '../audio/pyin';
import { isUserError, UserError } from '../config/errors';
import { audioSchema } from '../config/schema';
import { writeFileAtomic } from '../storage/atomic-file';
import { type ScoredFiles, scoreFiles } from './score-files';

const NEEDED = ['truth', 'source', 'converted', 'resynthesis', 'target', 'out'] as const;

function wrongArguments(message: string, cause?: unknown): UserError {
  return new UserError(
    'score-arguments',
    message,
    'Give --truth, --source, --converted, --resynthesis, --target, --out, and --control name=file.wav and --other name=file.wav as often as wanted.',
    { cause },
  );
}

/** Reads the command line. @throws UserError `score-arguments` */
function readArguments(args: readonly string[]): { files: ScoredFiles; out: string } {
  const values = parse(args);
  const needed = (name: (typeof NEEDED)[number]): string => {
    const value = values[name];
    if (value === undefined) throw wrongArguments(`Expected --${name}, it is missing`);
    return value;
  };
  return {
    files: {
      truth: needed('truth'),
      source: needed('source'),
      converted: needed('converted'),
      resynthesis: needed('resynthesis'),
      target: needed('target'),
      controls: namedFiles('control', values.control),
      others: namedFiles('other', values.other),
    },
    out: needed('out'),
  };
}

/** `name=file.wav` pairs as an object. */
function namedFiles(option: string, pairs: readonly string[] | undefined): Record<string, string> {
  const entries = (pairs ?? []).map((pair) => {
    const split = pair.indexOf('=');
    if (split < 1) throw wrongArguments(`Expected --${option} name=file.wav, got ${pair}`);
    return [pair.slice(0, split), pair.slice(split + 1)] as const;
  });
  return Object.fromEntries(entries);
}

function parse(args: readonly string[]) {
  const one = { type: 'string' } as const;
  const many = { type: 'string', multiple: true } as const;
  const named = { control: many, other: many };
  const options = {
    truth: one,
    source: one,
    converted: one,
    resynthesis: one,
    target: one,
    out: one,
    ...named,
  };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (cause) {
    throw wrongArguments((cause as Error).message, cause);
  }
}

/**
 * Scores the files named by `args` and writes the scores as JSON.
 * @throws UserError `score-arguments`, those of `scoreFiles` and `writeFileAtomic`
 */
export async function main(args: readonly string[]): Promise<void> {
  const { files, out } = readArguments(args);
  // One fixed front end, so that scores of different models can be compared.
  const config = audioSchema.parse({});
  const scores = await scoreFiles(files, createPyin(config), config);
  await writeFileAtomic(out, Buffer.from(`${JSON.stringify(scores, null, 2)}\n`));
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    const known = isUserError(error);
    process.stderr.write(
      known ? `Error: ${error.message}.\n${error.remedy}\n` : `${String((error as Error)?.stack)}\n`,
    );
    process.exitCode = known ? 2 : 1;
  });
}
