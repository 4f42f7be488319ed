/**
 * Features on disk, one safetensors file per clip, named by a hash of everything that they depend on: a change of any of
 * it is a new name, so nothing stale is ever read (spec k.19 has what comes of less).
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { OnNotice } from '../config/progress';
import type { AudioConfig } from '../config/schema';
import { writeFileAtomic } from '../storage/atomic-file';
import {
  encodeSafetensors,
  floatTensor,
  readSafetensors,
  type SafeTensor,
  toFloat32,
} from '../storage/safetensors';
import type { ClipFeatures } from './clip-features';

/** Raise when mel, alignment or this file's layout change, so that features of older code are computed again. */
const CODE_VERSION = 1;

/** What the features of a clip depend on. */
export interface FeatureInputs {
  /** SHA-256 of the clip's WAV file */
  readonly clipHash: string;
  readonly audio: AudioConfig;
  readonly encoderId: string;
  readonly pitchId: string;
  /** hash of the speaker profile */
  readonly profileHash: string;
}

/** SHA-256 of `value` as JSON with sorted keys, so that the order of writing them does not count. */
export function hashOf(value: unknown): string {
  const sorted = (_key: string, part: unknown): unknown =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part;
  return createHash('sha256').update(JSON.stringify(value, sorted)).digest('hex');
}

/** Name of the features that `inputs` give. */
export function featureKey(inputs: FeatureInputs): string {
  return hashOf({ ...inputs, codeVersion: CODE_VERSION });
}

/** Features by key. */
export interface FeatureCache {
  /** null if they are not there, or damaged: that with a notice */
  get(key: string): Promise<ClipFeatures | null>;
  put(key: string, features: ClipFeatures): Promise<void>;
  /** Removes the features of all other keys. */
  keepOnly(keys: readonly string[]): void;
}

const metadataSchema = z.object({
  digest: z.string(),
  hopSeconds: z.coerce.number().positive(),
  firstCentreSeconds: z.coerce.number(),
});

/** Opens the cache in the folder `dir`, which is made if need be. */
export function openFeatureCache(dir: string, notice: OnNotice): FeatureCache {
  mkdirSync(dir, { recursive: true });
  const pathOf = (key: string): string => join(dir, `${key}.safetensors`);
  return {
    async get(key) {
      try {
        return await readFeatures(pathOf(key));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        notice(`Computing features again, ${pathOf(key)} is damaged: ${(error as Error).message}`);
        return null;
      }
    },
    put: (key, features) => writeFeatures(pathOf(key), features),
    keepOnly(keys) {
      const kept = new Set(keys.map((key) => `${key}.safetensors`));
      for (const name of readdirSync(dir)) {
        if (/^[0-9a-f]{64}\.safetensors$/.test(name) && !kept.has(name))
          rmSync(join(dir, name), { force: true });
      }
    },
  };
}

async function writeFeatures(path: string, { mel, units, f0Hz }: ClipFeatures): Promise<void> {
  const tensors: [string, SafeTensor][] = [
    ['mel', floatTensor([mel.frames, mel.width], mel.data)],
    ['units', floatTensor([units.matrix.frames, units.matrix.width], units.matrix.data)],
    ['f0Hz', floatTensor([f0Hz.length], f0Hz)],
  ];
  const { hopSeconds, firstCentreSeconds } = units;
  const digest = digestOf(new Map(tensors), { hopSeconds, firstCentreSeconds });
  const times = { hopSeconds: String(hopSeconds), firstCentreSeconds: String(firstCentreSeconds) };
  await writeFileAtomic(path, encodeSafetensors(tensors, { digest, ...times }));
}

async function readFeatures(path: string): Promise<ClipFeatures> {
  const { tensors, metadata } = await readSafetensors(path);
  const { digest, ...times } = metadataSchema.parse(metadata);
  if (digest !== digestOf(tensors, times))
    throw new Error('its content does not have the hash that it should have');
  const matrix = (name: string) => {
    const tensor = tensors.get(name)!;
    return { data: toFloat32(tensor, name), frames: tensor.shape[0]!, width: tensor.shape[1]! };
  };
  return {
    mel: matrix('mel'),
    units: { matrix: matrix('units'), ...times },
    f0Hz: toFloat32(tensors.get('f0Hz')!, 'f0Hz'),
  };
}

/** The container has no checksum of its own. */
function digestOf(
  tensors: ReadonlyMap<string, SafeTensor>,
  { hopSeconds, firstCentreSeconds }: { hopSeconds: number; firstCentreSeconds: number },
): string {
  const hash = createHash('sha256').update(`${hopSeconds} ${firstCentreSeconds}\n`);
  for (const name of ['mel', 'units', 'f0Hz']) {
    const tensor = tensors.get(name);
    if (!tensor) throw new Error(`it lacks ${name}`);
    hash.update(`${name} ${tensor.dtype} ${tensor.shape.join('x')}\n`).update(tensor.bytes);
  }
  return hash.digest('hex');
}
