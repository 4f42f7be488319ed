/** What the cells remember of each other: a small file in the working folder, so that a restarted kernel goes on. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../config/errors';
import { writeFileAtomic } from '../../storage/atomic-file';
import { dataFolder } from '../../storage/mount-drive';
import { inLanguage } from './messages';

const parametersSchema = z.object({
  use_crepe: z.boolean(),
  checkpoint_interval: z.number().int().positive(),
  /** .ckpt or name of a base voice; null: none */
  base: z.string().nullable(),
  save_dir: z.string(),
  /** null: a new run; `latest` or the path of a .ckpt */
  resume: z.string().nullable(),
  endless_ds: z.boolean(),
  max_steps: z.number().int().positive(),
});

const stateSchema = z.object({
  singerName: z.string().optional(),
  fork: z.string().optional(),
  parameters: parametersSchema.optional(),
  /** save_dir that a training of this session has begun in */
  begun: z.string().optional(),
});

/** The fields of step 3 as training takes them. */
export type TrainingParameters = z.infer<typeof parametersSchema>;

/** Everything that cells leave for later ones. */
export type SessionState = z.infer<typeof stateSchema>;

const FILE = '.diff-svc-session.json';

/** What was left so far; empty if there is nothing, or nothing readable: every cell can be run again. */
export function readState(folder = process.cwd()): SessionState {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(join(folder, FILE), 'utf8')));
  } catch {
    return {};
  }
}

/** Adds `change` to what was left. @throws those of `writeFileAtomic` */
export async function rememberState(change: Partial<SessionState>, folder = process.cwd()): Promise<void> {
  const next = { ...readState(folder), ...change };
  await writeFileAtomic(join(folder, FILE), Buffer.from(`${JSON.stringify(next, null, 2)}\n`));
}

/** @throws UserError `step-missing` that names the cell to run first */
export function requireState<K extends 'singerName' | 'parameters'>(name: K): NonNullable<SessionState[K]> {
  const value = readState()[name];
  if (value !== undefined) return value as NonNullable<SessionState[K]>;
  const cell = name === 'parameters' ? 'Step 3' : 'Step 2 / Step 2-A';
  throw stepMissing(name === 'parameters' ? 'the training parameters' : 'singer_name', cell);
}

/** The error of a cell that lacks what another one gives. */
export function stepMissing(what: string, cell: string): UserError {
  return new UserError(
    'step-missing',
    inLanguage({
      en: `Expected ${what}, which ${cell} gives`,
      ko: `${what}이(가) 필요합니다: ${cell}에서 얻습니다`,
    }),
    inLanguage({ en: `Run the cell "${cell}" first.`, ko: `먼저 "${cell}" 셀을 실행하세요.` }),
  );
}

/** Spaces become `_`, as in the original notebook. @throws UserError `singer-name-invalid` */
export function singerNameOf(text: string): string {
  const name = text.trim().replace(/\s+/g, '_');
  if (name !== '' && !/[/\\\0*]/.test(name) && name !== '.' && name !== '..') return name;
  throw new UserError(
    'singer-name-invalid',
    inLanguage({
      en: `Expected singer_name to be a name for a folder, got ${JSON.stringify(text)}`,
      ko: `singer_name은 폴더 이름이 될 수 있어야 합니다: ${JSON.stringify(text)}`,
    }),
    inLanguage({ en: 'Choose a name without / and \\.', ko: '/ 와 \\ 가 없는 이름을 쓰세요.' }),
  );
}

/** Where the clips and features of a singer lie on this machine. */
export function datasetFolder(singerName: string): string {
  return resolve(dataFolder(process.env, homedir()), 'datasets', singerName);
}

/** For what is made here on its way to Drive. */
export function releaseFolder(): string {
  return resolve(dataFolder(process.env, homedir()), 'releases');
}
