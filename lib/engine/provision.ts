/**
 * Provides the TensorFlow engine: finds a TensorFlow, compiles the binding against it, proves it in a child process,
 * puts it where tfjs-node-gpu looks. Called by the set-up scripts, which hold the cache's lock; needs only Node's own
 * modules. docs/engine.md tells the order and the reasons.
 */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { isUserError, UserError } from '../config/errors';
import { type Attempt, type CandidateName, planCandidates, readSettings } from './candidates';
import { bindingKey, compileBinding, libraryStamps } from './compile-binding';
import { copyAtomically } from './disk';
import { providePackageLibrary } from './package-download';
import { ADDONS, addonFolder, type Places } from './places';
import { proveBinding } from './prove';
import { findPythonTensorFlow } from './python-tensorflow';
import { type EngineRecord, readRecord, writeRecord } from './record';
import type { TensorFlowFolder } from './tensorflow-folder';
import { provideWheel } from './wheel';

export interface ProvisionOptions {
  readonly places: Places;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}

/**
 * Makes the engine ready; safe to repeat, and quick when nothing is to do.
 * @returns what was chosen. `chosen: 'js'` means that no TensorFlow could be had: the caller warns.
 * @throws UserError of the candidate that the user forced (DIFF_SVC_ENGINE, DIFF_SVC_TENSORFLOW) when it fails
 */
export async function provision(options: ProvisionOptions): Promise<EngineRecord> {
  const { places } = options;
  fs.mkdirSync(places.cache, { recursive: true });
  const kept = readRecord(places.cache);
  if (kept && isStillGood(kept, options)) {
    install(kept, places);
    return kept;
  }
  const record = await choose(options);
  writeRecord(places.cache, record);
  install(record, places);
  return record;
}

/** Whether the recorded engine is the one wanted and unchanged. A JavaScript engine is kept only when asked for. */
function isStillGood(record: EngineRecord, { places, env }: ProvisionOptions): boolean {
  const { engine, tensorflow } = readSettings(env);
  if (engine && engine !== record.chosen) return false;
  if (record.chosen === 'js') return engine === 'js';
  const { tensorflow: folder, addons } = record;
  if (!folder || !addons || !fs.existsSync(addons)) return false;
  if (tensorflow && (!fs.existsSync(tensorflow) || fs.realpathSync(tensorflow) !== folder.libraryFolder))
    return false;
  try {
    const stamps = libraryStamps(folder);
    return (
      stamps.join() === record.libraryStamps?.join() && path.basename(addons) === bindingKey(places, folder)
    );
  } catch {
    return false; // the TensorFlow folder is gone
  }
}

async function choose(options: ProvisionOptions): Promise<EngineRecord> {
  const plan = planCandidates(readSettings(options.env), process.platform, process.arch);
  const tried: Attempt[] = [...plan.skipped];
  for (const candidate of plan.order) {
    try {
      return { ...(await attempt(candidate, options)), why: why(candidate, plan.forced), tried };
    } catch (error) {
      if (plan.forced) throw error;
      const reason = describe(error);
      options.log(`${candidate}: not used. ${reason}`);
      tried.push({ candidate, reason });
    }
  }
  throw new UserError('engine-none', 'No engine could be provided', 'Run diff-svc doctor.');
}

async function attempt(candidate: CandidateName, { places, env, log }: ProvisionOptions) {
  const started = { format: 1, chosen: candidate, at: new Date().toISOString() } as const;
  if (candidate === 'js') return started;
  const tensorflow = await find(candidate, { places, env, log });
  const addons = await compileBinding(places, tensorflow, env, log);
  log('proving it in a child process');
  const proof = await proveBinding(places.probe, path.join(addons, ADDONS[0]), env);
  return { ...started, tensorflow, libraryStamps: libraryStamps(tensorflow), addons, proof };
}

function find(
  candidate: Exclude<CandidateName, 'js'>,
  { places, env, log }: ProvisionOptions,
): Promise<TensorFlowFolder> {
  const { cache, bindingPackage } = places;
  if (candidate === 'python') return findPythonTensorFlow(env, readSettings(env).tensorflow);
  if (candidate === 'wheel') return provideWheel({ env, cache, log });
  return providePackageLibrary({ env, cache, bindingPackage, log });
}

function why(candidate: CandidateName, forced: boolean): string {
  if (forced) return 'The environment asks for it (DIFF_SVC_ENGINE or DIFF_SVC_TENSORFLOW).';
  const reasons = {
    python: 'python3 has a TensorFlow, which is the build that fits this machine.',
    wheel: 'python3 has no usable TensorFlow; the pinned wheel works.',
    package: 'Neither python3 nor pip gave a usable TensorFlow; the download of tfjs-node works.',
    js: 'No TensorFlow could be had.',
  };
  return reasons[candidate];
}

/** Copies the addons into node_modules when others or none are there (`npm ci` wipes them). */
function install(record: EngineRecord, places: Places): void {
  for (const name of ADDONS) {
    const target = path.join(addonFolder(places.bindingPackage), name);
    if (!record.addons) fs.rmSync(target, { force: true });
    else copyAtomically(path.join(record.addons, name), target);
  }
}

function describe(error: unknown): string {
  if (isUserError(error)) return `${error.message}. ${error.remedy}`;
  return error instanceof Error ? error.message : String(error);
}
