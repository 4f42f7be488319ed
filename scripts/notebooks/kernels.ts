/** The kernels that the notebooks must run under, each as a program that executes a notebook and saves the outputs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');

/** A program to start: executes `notebook`, whose fields are set, and writes `out`. */
export type Command = (
  notebook: string,
  out: string,
) => { readonly program: string; readonly args: string[] };

export interface Kernel {
  readonly name: 'diff-svc' | 'tslab';
  readonly command: Command;
  readonly env: Readonly<Record<string, string>>;
  /** whether SIGINT to the program interrupts the running cell */
  readonly interrupts: boolean;
}

/** Our own, through `diff-svc notebook run`. */
export function ourKernel(): Kernel {
  const main = join(root, 'dist/cli/main.js');
  return {
    name: 'diff-svc',
    command: (notebook, out) => ({
      program: process.execPath,
      args: [main, 'notebook', 'run', notebook, '--out', out],
    }),
    env: {},
    interrupts: true,
  };
}

/**
 * Stock tslab through Jupyter's nbconvert, which knows nothing of us.
 * @param jupyter a Python environment with nbconvert, @param folder for the kernelspec; nothing else has to be in it
 */
export function stockTslab(jupyter: string, folder: string): Kernel {
  const spec = join(folder, 'kernels/tslab');
  mkdirSync(spec, { recursive: true });
  const tslab = join(root, 'node_modules/tslab/bin/tslab');
  const argv = [process.execPath, tslab, 'kernel', '--config-path', '{connection_file}'];
  writeFileSync(
    join(spec, 'kernel.json'),
    JSON.stringify({ argv, display_name: 'TypeScript', language: 'typescript' }),
  );
  return {
    name: 'tslab',
    command: (notebook, out) => ({
      program: join(jupyter, 'bin/jupyter-nbconvert'),
      args: [
        ...['--to', 'notebook', '--execute', notebook, '--output', out, '--log-level', 'WARN'],
        ...['--ExecutePreprocessor.kernel_name=tslab', '--ExecutePreprocessor.timeout=900'],
      ],
    }),
    env: { JUPYTER_DATA_DIR: folder, JUPYTER_NO_CONFIG: '1' },
    interrupts: false,
  };
}
