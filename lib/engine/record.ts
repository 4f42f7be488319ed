/** engine.json in the cache: what was chosen and why, what was tried and why not. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Attempt, CandidateName } from './candidates';
import { writeAtomically } from './disk';
import type { Proof } from './prove';
import type { TensorFlowFolder } from './tensorflow-folder';

/** Everything but `chosen`, `why`, `tried` and `at` is absent for the JavaScript engine. */
export interface EngineRecord {
  readonly format: 1;
  readonly chosen: CandidateName;
  readonly why: string;
  readonly tried: readonly Attempt[];
  /** ISO 8601 */
  readonly at: string;
  readonly tensorflow?: TensorFlowFolder;
  /** `libraryStamps` at the time of choosing */
  readonly libraryStamps?: readonly string[];
  /** folder in the cache that holds the compiled addons */
  readonly addons?: string;
  readonly proof?: Proof;
}

const fileOf = (cache: string) => path.join(cache, 'engine.json');

/** The record, or undefined when there is none, or none that can be read: then provisioning starts anew. */
export function readRecord(cache: string): EngineRecord | undefined {
  try {
    const record = JSON.parse(fs.readFileSync(fileOf(cache), 'utf8')) as EngineRecord;
    return record.format === 1 ? record : undefined;
  } catch {
    return undefined;
  }
}

export function writeRecord(cache: string, record: EngineRecord): void {
  writeAtomically(fileOf(cache), `${JSON.stringify(record, null, 2)}\n`);
}
