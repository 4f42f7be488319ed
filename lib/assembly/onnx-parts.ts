/** Encoders and pitch nets in ONNX form. Their nets are loaded at first use, since onnxruntime loads asynchronously. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PitchEstimator } from '../audio/pitch-estimator';
import { assetFolder } from '../config/cache-folder';
import { UserError } from '../config/errors';
import type { Config } from '../config/schema';
import type { ContentEncoder } from '../encoder/content-encoder';
import { createCrepe } from '../onnx/crepe';
import { createOnnxEncoder } from '../onnx/onnx-encoder';
import { loadOnnx, type OnnxSession } from '../onnx/session';
import { createSwiftF0 } from '../onnx/swift-f0';
import { findWeights, isPlainFile, readWeights, type WantedWeights } from './weights-file';

/** peak from which on a frame is voiced: `thre` of the known notebooks */
const crepeThreshold = 0.05;

/** A part whose net is loaded when it is first needed. */
interface Lazy<T> {
  /** the part; after a failure the next call tries again */
  get(): Promise<T>;
  /** frees the net, if it was loaded; the next call of `get` loads it again */
  release(): void;
}

function lazy<T>(path: string, make: (session: OnnxSession) => T): Lazy<T> {
  let loading: Promise<{ session: OnnxSession; part: T }> | null = null;
  const load = async (): Promise<{ session: OnnxSession; part: T }> => {
    const session = await loadOnnx(path);
    try {
      return { session, part: make(session) };
    } catch (error) {
      await session.dispose();
      throw error;
    }
  };
  return {
    get: async () => {
      loading ??= load();
      try {
        return (await loading).part;
      } catch (error) {
        loading = null;
        throw error;
      }
    },
    release: () => {
      // what was never loaded, or could not be, holds nothing
      loading?.then(({ session }) => session.dispose()).catch(() => undefined);
      loading = null;
    },
  };
}

/**
 * A content encoder in ONNX form. Its units have to be `model.hiddenSize` wide, which the file need not say.
 * @param named a file, or the name of a folder with one `.onnx` among the public weights
 * @throws UserError `encoder-missing`; in use `onnx-missing`, `onnx-invalid`, `onnx-not-encoder`, `onnx-run`
 */
export function loadOnnxEncoder(named: string, config: Config): ContentEncoder {
  const wanted: WantedWeights = {
    part: 'onnx',
    kind: 'encoder',
    named: named === '' ? null : onnxFile(named),
    variable: 'DIFF_SVC_ENCODER',
    assets: [],
    ...(isAssetName(named) ? { byHand: join(named, `${named}.onnx`) } : {}),
  };
  const { path, hash } = readWeights(findWeights(wanted), wanted);
  const id = `onnx:${hash}`;
  const unitSize = config.model.hiddenSize;
  const encoder = lazy(path, (session) => createOnnxEncoder(session, { id, unitSize }));
  return {
    id,
    unitSize,
    profile: async () => ({ encoder: id, values: {} }),
    units: async (audio, profile) => (await encoder.get()).units(audio, profile),
    dispose: encoder.release,
  };
}

/** SwiftF0. @throws UserError `pitch-missing`; in use `onnx-missing`, `onnx-invalid`, `onnx-not-swift-f0`, `onnx-run` */
export function loadSwiftF0(named: string | null, config: Config): PitchEstimator {
  const wanted: WantedWeights = {
    part: 'swift-f0',
    kind: 'pitch',
    named,
    variable: 'DIFF_SVC_SWIFT_F0',
    assets: ['swift-f0'],
  };
  const { f0MinHz, f0MaxHz } = config.audio;
  return pitchNet(wanted, config, (session, id) => createSwiftF0(session, { id, f0MinHz, f0MaxHz }));
}

/** CREPE. @throws UserError `pitch-missing`; in use `onnx-missing`, `onnx-invalid`, `onnx-not-crepe`, `onnx-run` */
export function loadCrepe(named: string | null, config: Config): PitchEstimator {
  const wanted: WantedWeights = {
    part: 'crepe',
    kind: 'pitch',
    named,
    variable: 'DIFF_SVC_CREPE',
    assets: [],
    byHand: 'crepe.onnx',
  };
  const { f0MinHz, f0MaxHz } = config.audio;
  const threshold = crepeThreshold;
  return pitchNet(wanted, config, (session, id) => createCrepe(session, { id, f0MinHz, f0MaxHz, threshold }));
}

function pitchNet(
  wanted: WantedWeights,
  { audio }: Config,
  make: (session: OnnxSession, id: string) => PitchEstimator,
): PitchEstimator {
  const { path, hash } = readWeights(findWeights(wanted), wanted);
  const id = `${wanted.part}:${hash}:${audio.f0MinHz}-${audio.f0MaxHz}`;
  const estimator = lazy(path, (session) => make(session, id));
  return { id, estimate: async (samples, grid) => (await estimator.get()).estimate(samples, grid) };
}

/** RMVPE. @throws UserError `pitch-left-out`, always */
export function refuseRmvpe(): never {
  throw new UserError(
    'pitch-left-out',
    'Expected features.pitch to be an estimator that this program runs, got rmvpe: which mel its ONNX form takes is written nowhere that this program could be made from',
    'Use swift-f0, crepe or pyin.',
  );
}

function isAssetName(named: string): boolean {
  return /^[a-z0-9][a-z0-9.-]*$/.test(named);
}

/** The file itself, or the only net in a folder of that name among the public weights. */
function onnxFile(named: string): string {
  if (isPlainFile(named) || !isAssetName(named)) return named;
  const folder = join(assetFolder(), named);
  const nets = namesIn(folder).filter((name) => name.endsWith('.onnx'));
  return nets.length === 1 ? join(folder, nets[0]!) : named;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // not there: `findWeights` says what to put where
    return [];
  }
}
