/** NSF-HiFiGAN from files: `config.json` and the weights beside it, `model` or `model.ckpt`. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseTorchFile } from '../checkpoint/torch-file';
import { assetFolder } from '../config/cache-folder';
import { UserError } from '../config/errors';
import type { AudioConfig } from '../config/schema';
import { type NsfConfig, parseNsfConfig } from '../vocoder/nsf-hifigan/config';
import type { CompiledNsfOptions } from '../vocoder/nsf-hifigan/network';
import { createNsfHifigan, type NsfHifigan } from '../vocoder/nsf-hifigan/nsf-hifigan';
import { generatorState } from '../vocoder/nsf-hifigan/state';

/** Names that the releases give their weights. */
const weightNames = ['model', 'model.ckpt'];

/** Where the vocoder lies and how it computes. */
export interface NsfVocoderOptions {
  /** folder, or the weights themselves; default: `DIFF_SVC_VOCODER`, else `nsf-hifigan` where public weights lie */
  readonly vocoderPath?: string;
  /** without it the network runs operation by operation */
  readonly compiled?: CompiledNsfOptions;
}

/** What a vocoder's files hold. */
export interface NsfFiles {
  /** of the weights */
  readonly path: string;
  /** of the weights, lower-case hex */
  readonly sha256: string;
  readonly config: NsfConfig;
  /** of the generator, PyTorch's layout */
  readonly state: ReturnType<typeof generatorState>;
}

/**
 * Reads `config.json` and the weights beside it.
 * @param path folder, or the weights themselves
 * @throws UserError `vocoder-missing`, `vocoder-config`, `vocoder-mini-nsf`, `vocoder-weights` and those of `parseTorchFile`
 */
export function readNsfFiles(path: string): NsfFiles {
  const weights = weightsAt(path);
  const config = readConfig(join(dirname(weights), 'config.json'), path);
  const bytes = readFileSync(weights);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path: weights, sha256, config, state: generatorState(parseTorchFile(bytes, weights)) };
}

/**
 * Loads the vocoder. Reads files at once, so that what is missing is known before a song is sampled.
 * @throws UserError `vocoder-mismatch` and those of `readNsfFiles`
 */
export function loadNsfHifigan(
  audio: AudioConfig,
  { vocoderPath, compiled }: NsfVocoderOptions,
  env: NodeJS.ProcessEnv = process.env,
): NsfHifigan {
  const path = vocoderPath ?? env.DIFF_SVC_VOCODER ?? join(assetFolder(env), 'nsf-hifigan');
  const { sha256, config, state } = readNsfFiles(path);
  return createNsfHifigan(state, config, audio, `nsf-hifigan:${sha256.slice(0, 16)}`, compiled);
}

function missing(path: string, what: string): never {
  throw new UserError(
    'vocoder-missing',
    `Expected NSF-HiFiGAN in ${path}, which this voice sings with, but there is no ${what}`,
    'Fetch it: diff-svc assets get nsf-hifigan (CC BY-NC-SA 4.0). Or name its folder with --vocoder or DIFF_SVC_VOCODER.',
  );
}

function weightsAt(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return path;
  const inside = weightNames.map((name) => join(path, name)).find((file) => existsSync(file));
  return inside ?? missing(path, found ? weightNames.join(' or ') : 'such folder');
}

function readConfig(file: string, path: string): NsfConfig {
  if (!existsSync(file)) missing(path, 'config.json beside its weights');
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new UserError(
      'vocoder-config',
      `Expected JSON in ${file}`,
      'Take the config.json that was published together with the weights.',
      { cause },
    );
  }
  return parseNsfConfig(json);
}
