/** What the quickstart's cells leave for each other: one small file beside the songs, so that a new kernel goes on. */
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UserError } from '../../config/errors';
import type { MaterialFiles } from '../../demo/write-material';
import { writeFileAtomic } from '../../storage/atomic-file';
import { inLanguage } from './messages';

/** Grows from cell to cell. */
export interface QuickstartState {
  readonly material: MaterialFiles;
  readonly steps?: number;
  /** the song is sung in the voice of `steps`, transposed by `key` semitones */
  readonly key?: number;
  /** seconds of every stage */
  readonly seconds: Readonly<Record<string, number>>;
}

/** Everything that the quickstart makes is below this, in the notebook's folder. */
export function quickstartFolder(): string {
  return resolve('quickstart');
}

const statePath = (): string => join(quickstartFolder(), 'quickstart.json');

/** Keeps `state` for the cells below. */
export async function writeQuickstart(state: QuickstartState): Promise<void> {
  await mkdir(quickstartFolder(), { recursive: true });
  await writeFileAtomic(statePath(), Buffer.from(`${JSON.stringify(state, null, 2)}\n`));
}

/** @throws UserError `cell-missing` before the first cell has run */
export async function readQuickstart(): Promise<QuickstartState> {
  try {
    return JSON.parse(await readFile(statePath(), 'utf8')) as QuickstartState;
  } catch {
    throw missingCell({ en: 'Make two singers', ko: '가수 두 명 만들기' });
  }
}

/** Says which cell gives what is lacking. */
export function missingCell(title: { readonly en: string; readonly ko: string }): UserError {
  const name = inLanguage(title);
  return new UserError(
    'cell-missing',
    inLanguage({
      en: `Expected that the cell "${name}" has been run: this one needs what it makes`,
      ko: `먼저 "${name}" 셀을 실행해야 합니다. 이 셀은 그 결과를 사용합니다`,
    }),
    inLanguage({ en: `Run "${name}", then this cell again.`, ko: `"${name}"을 실행한 뒤 다시 실행하세요.` }),
  );
}
