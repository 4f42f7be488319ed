/** Where our package is: its dependencies and its build are there for cells too. */
import { join, resolve } from 'node:path';

/** The folder with package.json. */
export function packageRoot(): string {
  return resolve(__dirname, '../..');
}

/** `diff-svc` and `diff-svc/notebook` are our own build, wherever the notebook is; other names stay. */
export function fromOwnPackage(name: string): string {
  const own = /^diff-svc(?:\/(.+))?$/.exec(name);
  return own ? join(packageRoot(), 'dist', own[1] ?? 'index') : name;
}
