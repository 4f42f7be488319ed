/** Where the weights of a part lie on this machine, and which they are. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { assets } from '../assets/manifest';
import { assetFolder } from '../config/cache-folder';
import { UserError } from '../config/errors';

/** What is looked for. */
export interface WantedWeights {
  /** name in the configuration, e.g. `hubert-soft` */
  readonly part: string;
  readonly kind: 'encoder' | 'pitch';
  /** file that the configuration names, `hubert-soft:FILE`; null = none */
  readonly named: string | null;
  /** variable of the environment that names a file too */
  readonly variable: string;
  /** public files that hold these weights, by their names in the manifest, the best first */
  readonly assets: readonly string[];
  /** where a file without an entry in the manifest is put by hand, below the folder of public weights */
  readonly byHand?: string;
}

/** A file's bytes and the first 16 digits of their SHA-256, by which a voice remembers them. */
export interface Weights {
  readonly path: string;
  readonly bytes: Buffer;
  readonly hash: string;
}

/**
 * Whether `path` is a plain file of this machine: a name from somebody's checkpoint may be anything, a device, a pipe or
 * another machine's folder (`\\\\server\\share`) among it.
 */
export function isPlainFile(path: string): boolean {
  if (/^[\\/]{2}/.test(path)) return false;
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}

/**
 * The first that is there: the file that the configuration names, that of the environment, the public ones. A voice
 * carries the path of the machine that trained it, so a named file that is not here is passed over; the hash in the
 * voice tells whether the one that is found instead is the same.
 * @throws UserError `encoder-missing`, `pitch-missing`: says what to fetch, and what to put where
 */
export function findWeights(wanted: WantedWeights, env: NodeJS.ProcessEnv = process.env): string {
  const own = [wanted.named, env[wanted.variable]].filter((path) => path !== null && path !== undefined);
  const published = [...wanted.assets.map((name) => assetPath(name, env)), ...handPaths(wanted, env)];
  const places = [...own, ...published];
  const found = places.find(isPlainFile);
  if (found !== undefined) return found;
  const [asset] = wanted.assets;
  const fetch = asset === undefined ? byHand(published) : `Fetch it: diff-svc assets get ${asset}. Or name`;
  throw new UserError(
    `${wanted.kind}-missing`,
    `Expected the weights of ${wanted.part} in ${places.join(' or ') || 'a file that you name'}, but no file is there`,
    `${fetch} a file: features.${wanted.kind}=${wanted.part}:FILE, or ${wanted.variable}.`,
  );
}

/** @throws UserError `encoder-missing`, `pitch-missing` if the file cannot be read */
export function readWeights(path: string, { kind, part }: WantedWeights): Weights {
  try {
    const bytes = readFileSync(path);
    return { path, bytes, hash: createHash('sha256').update(bytes).digest('hex').slice(0, 16) };
  } catch (cause) {
    throw new UserError(
      `${kind}-missing`,
      `Expected to read the weights of ${part} from ${path}: ${(cause as Error).message}`,
      'Check who may read it.',
      { cause },
    );
  }
}

function byHand([place]: readonly string[]): string {
  return place === undefined ? 'Name' : `Put it here: ${place}. Or name`;
}

function handPaths({ byHand }: WantedWeights, env: NodeJS.ProcessEnv): string[] {
  return byHand === undefined ? [] : [join(assetFolder(env), byHand)];
}

function assetPath(name: string, env: NodeJS.ProcessEnv): string {
  const asset = assets.find((each) => each.name === name);
  if (asset === undefined) throw new Error(`Expected ${name} in the manifest of public files`);
  return join(assetFolder(env), name, asset.members[0]?.file ?? asset.file);
}
