/** The command line `diff-svc`: one file per verb, everything shared in `session.ts`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { registerAssets } from './assets';
import { registerConvert } from './convert';
import { registerDemo } from './demo';
import { registerDoctor } from './doctor';
import { registerDrive } from './drive';
import { registerExport } from './export';
import { registerImport } from './import';
import { registerIngest } from './ingest';
import { registerKernel } from './kernel';
import { registerNotebook } from './notebook';
import { registerPreprocess } from './preprocess';
import { exitCodes } from './session';
import { registerTrain } from './train';

/** Builds the program; nothing runs before `parseAsync`. */
export function createProgram(): Command {
  const program = new Command('diff-svc')
    .description('Singing voice conversion: learn a voice from recordings, then sing any song in it.')
    .version(
      (JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string })
        .version,
    )
    .showHelpAfterError()
    .exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.userError));
  registerDoctor(program);
  registerImport(program);
  registerExport(program);
  registerIngest(program);
  registerPreprocess(program);
  registerTrain(program);
  registerConvert(program);
  registerDrive(program);
  registerDemo(program);
  registerAssets(program);
  registerKernel(program);
  registerNotebook(program);
  return program.addHelpText(
    'after',
    `
A voice in four steps:
  diff-svc ingest alice.zip --data data/alice
  diff-svc preprocess --data data/alice
  diff-svc train --data data/alice --save-dir checkpoints/alice
  diff-svc convert song.wav --model checkpoints/alice --out alice-sings.wav

Exit codes: 0 done, 1 defect of diff-svc, 2 wrong input, 130 interrupted (what was done is saved).`,
  );
}

if (require.main === module) void createProgram().parseAsync();
