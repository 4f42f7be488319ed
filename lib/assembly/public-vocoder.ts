/** Vocoder weights that may be used but not passed on. */
import { join } from 'node:path';
import type { Asset } from '../assets/asset';
import { assets } from '../assets/manifest';
import { assetFolder } from '../config/cache-folder';
import { UserError } from '../config/errors';
import { digestFile } from '../storage/file-source';

/**
 * Refuses the public releases: an export never contains weights under CC BY-NC-SA, only their name and hash. They are told
 * by their published hashes, and by those of the copies that this program fetched.
 * @throws UserError `vocoder-not-exported`
 */
export async function requireOwnVocoder(
  sha256: string,
  path: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  for (const asset of assets.filter(({ licence }) => licence === 'CC-BY-NC-SA-4.0')) {
    if ((await hashesOf(asset, assetFolder(env))).includes(sha256)) throw refusal(asset, path, sha256);
  }
}

async function hashesOf({ name, members }: Asset, folder: string): Promise<(string | null)[]> {
  const weights = members.filter(({ file }) => !/\.(json|txt)$/.test(file));
  return Promise.all(
    weights.map(
      async (member) =>
        member.sha256 ??
        (await digestFile(join(folder, name, member.file)).then(
          (digest) => digest.sha256,
          () => null,
        )),
    ),
  );
}

function refusal(asset: Asset, path: string, sha256: string): UserError {
  return new UserError(
    'vocoder-not-exported',
    `Expected a vocoder of your own in ${path}, it is the public ${asset.name} (${asset.licence}, SHA-256 ${sha256}), whose terms an exported file would not carry: exports hold its name and hash only`,
    'Leave `--vocoder` out and take its published ONNX form (diff-svc assets get nsf-hifigan-2024.02-onnx), or name a vocoder that you trained.',
  );
}
