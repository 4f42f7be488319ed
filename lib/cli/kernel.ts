/** `diff-svc kernel install | uninstall | list`: makes the notebook kernel known to Jupyter. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../config/errors';
import { installLabExtension, uninstallLabExtension } from '../headless/lab-extension';
import {
  dataFolder,
  installKernelspec,
  KERNEL_NAME,
  listKernelspecs,
  type Place,
  uninstallKernelspec,
} from '../kernel/kernelspec';
import { packageRoot } from '../kernel/package-root';
import { runVerb } from './session';

interface Flags {
  readonly sysPrefix?: boolean;
  readonly prefix?: string;
  readonly extension?: boolean;
  readonly json?: boolean;
}

/** Adds the verb with its three sub-verbs to `program`. */
export function registerKernel(program: Command): void {
  const kernel = program.command('kernel').description('the notebook kernel for Jupyter, VS Code and Colab');
  withPlace(kernel.command('install').description('register the kernel with Jupyter'))
    .option('--no-extension', 'leave out the JupyterLab extension that draws forms')
    .addHelpText('after', '\nExample:\n  diff-svc kernel install && jupyter lab notebooks')
    .action((flags: Flags) => runVerb(flags.json === true, () => install(flags)));
  withPlace(kernel.command('uninstall').description('remove it again')).action((flags: Flags) =>
    runVerb(flags.json === true, () => uninstall(flags)),
  );
  kernel
    .command('list')
    .description('show where it is registered')
    .option('--json', 'print the result as JSON')
    .action((flags: Flags) => runVerb(flags.json === true, async () => list()));
}

function withPlace(command: Command): Command {
  return command
    .option('--sys-prefix', 'in the active Python environment instead of your own folder')
    .option('--prefix <folder>', 'below this folder, for instance /usr/local')
    .option('--json', 'print the result as JSON');
}

async function install(flags: Flags): Promise<{ text: string; json: unknown }> {
  const place = placeOf(flags);
  const folder = await installKernelspec(place);
  const extension =
    flags.extension === false
      ? null
      : await installLabExtension(
          dataFolder(place),
          packageVersion(),
          join(packageRoot(), 'dist'),
          uninstallCommand(flags),
        );
  const more = extension === null ? '' : `\nForms for JupyterLab and Notebook 7: ${extension}`;
  const text = `Kernel ${KERNEL_NAME} is registered: ${folder}${more}\nOpen a notebook and choose "TypeScript (Diff-SVC)".`;
  return { text, json: { folder, extension } };
}

/** As it can be typed in any folder. */
function uninstallCommand({ sysPrefix, prefix }: Flags): string {
  const where = sysPrefix ? ' --sys-prefix' : prefix === undefined ? '' : ` --prefix "${resolve(prefix)}"`;
  return `node "${join(packageRoot(), 'bin/diff-svc.mjs')}" kernel uninstall${where}`;
}

async function uninstall(flags: Flags): Promise<{ text: string; json: unknown }> {
  const place = placeOf(flags);
  const folder = uninstallKernelspec(place);
  const extension = await uninstallLabExtension(dataFolder(place));
  const text = folder ? `Removed ${folder}` : 'It was not registered there.';
  return { text, json: { folder, extension } };
}

function list(): { text: string; json: unknown } {
  const found = listKernelspecs();
  const lines = found.map(
    ({ folder, works }) => `${folder}${works ? '' : ' (its program is gone: install again)'}`,
  );
  return { text: lines.join('\n') || 'Not registered. Run `diff-svc kernel install`.', json: found };
}

function packageVersion(): string {
  const text = readFileSync(join(packageRoot(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** @throws UserError `two-places` */
function placeOf({ sysPrefix, prefix }: Flags): Place {
  if (sysPrefix && prefix !== undefined) {
    throw new UserError(
      'two-places',
      'Expected --sys-prefix or --prefix, got both',
      'Leave one of them out.',
    );
  }
  if (prefix !== undefined) return { prefix };
  return sysPrefix ? 'sys-prefix' : 'user';
}
