/** `diff-svc assets`: the public files that this program can use: what there is, fetching, where they lie. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { provideOptions } from '../assembly/provide-options';
import type { Asset } from '../assets/asset';
import { assets } from '../assets/manifest';
import { provideAsset } from '../assets/provide';
import { assetFolder } from '../config/cache-folder';
import { UserError } from '../config/errors';
import { runVerb } from './session';

/** @throws UserError `unknown-asset` with the names that there are */
function assetNamed(name: string): Asset {
  const found = assets.find((asset) => asset.name === name);
  if (found !== undefined) return found;
  throw new UserError(
    'unknown-asset',
    `Expected one of ${assets.map((asset) => asset.name).join(', ')}, got ${name}`,
    'See them with: diff-svc assets list',
  );
}

/** Adds the verb to `program`. */
export function registerAssets(program: Command): void {
  const group = program
    .command('assets')
    .description('public weights: encoders, vocoders, pitch nets, base voices');
  group
    .command('list')
    .description('what there is, with size and licence')
    .option('--json', 'print the list as JSON')
    .action((flags: { json?: boolean }) =>
      runVerb(flags.json === true, async () => ({ text: assets.map(describe).join('\n\n'), json: assets })),
    );
  group
    .command('get')
    .description('fetch a file, or verify the one that you put there')
    .argument('<name>', 'see `diff-svc assets list`')
    .option('--offline', 'open no connection')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  diff-svc assets get hubert-soft')
    .action((name: string, flags: { offline?: boolean; json?: boolean }) =>
      runVerb(flags.json === true, async (session) => {
        const got = await provideAsset(assetNamed(name), provideOptions(session, flags.offline === true));
        return { text: `${got.path}\nSHA-256 ${got.sha256}, verified.`, json: got };
      }),
    );
}

function describe(asset: Asset): string {
  const size = asset.bytes === null ? 'size not stated' : `${(asset.bytes / 1e6).toFixed(1)} MB`;
  return [
    `${asset.name} (${asset.kind}, ${size}, ${asset.licence})`,
    `  ${asset.use}`,
    `  ${asset.cite}`,
    ...asset.urls.map((url) => `  ${url}`),
    ...(asset.terms === null ? [] : [`  ${asset.terms}`]),
    `  lies in ${join(assetFolder(), asset.name, asset.file)}`,
  ].join('\n');
}
