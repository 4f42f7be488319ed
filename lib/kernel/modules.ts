/**
 * Loading of modules for cells: packages, and the notebook's own files, which are read again once they, or anything that
 * they import, have changed.
 */
import { readFileSync, statSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { dirname, extname, isAbsolute, join } from 'node:path';
import { constants, Script } from 'node:vm';
import { UserError } from '../config/errors';
import { compileModule } from './compile';
import { fromOwnPackage, packageRoot } from './package-root';
import { addSourceMap } from './source-maps';

/** Node's module loader, as far as it is public in practice. */
interface Loader {
  _cache: Record<string, LoadedModule | undefined>;
  _extensions: Record<string, (module: LoadedModule, path: string) => void>;
  _resolveFilename(request: string, parent: LoadedModule | undefined, ...rest: unknown[]): string;
}

interface LoadedModule {
  readonly id: string;
  children: LoadedModule[];
  _compile(code: string, path: string): void;
}

const loader = Module as unknown as Loader;

/** Files of the notebook that are loaded, with their time and size then. */
const loaded = new Map<string, string>();

/** Compiled already, and its long work stops by the cell's signal. */
const OWN_BUILD = join(packageRoot(), 'dist');

/** Extensions that Node does not load by `require` itself. */
const COMPILED = ['.ts', '.mts', '.cts', '.mjs'];

/** Teaches `require` the notebook's own files. Call once. */
export function installModuleLoader(): void {
  const plain = loader._extensions['.js']!;
  for (const extension of [...COMPILED, '.js', '.cjs', '.json']) {
    const before = loader._extensions[extension] ?? plain;
    loader._extensions[extension] = (module, path) => {
      if (isPackaged(path)) return before(module, path);
      loaded.set(path, stampOf(path));
      if (extension === '.json' || path.startsWith(OWN_BUILD)) return before(module, path);
      const source = readFileSync(path, 'utf8').replace(/^#!.*/, '');
      const isScript = extension === '.cjs' || (extension === '.js' && !isEsModule(path));
      const { code, map } = compileModule(source, path, isScript);
      addSourceMap(path, path, source, map);
      module._compile(code, path);
    };
  }
  const resolve = loader._resolveFilename;
  loader._resolveFilename = function (this: unknown, request, parent, ...rest) {
    if (request === 'tslab') return join(__dirname, `tslab-shim${extname(__filename)}`);
    try {
      return resolve.call(this, request, parent, ...rest);
    } catch (error) {
      const source = typeScriptName(request);
      if (!source) throw error;
      return resolve.call(this, source, parent, ...rest);
    }
  };
}

/** `./x.js` may mean `./x.ts`, as the compiler has it. */
function typeScriptName(request: string): string | null {
  if (!request.startsWith('.') && !isAbsolute(request)) return null;
  return /\.[mc]?js$/.test(request) ? request.replace(/js$/, 'ts') : null;
}

/** Forgets changed files and all that import them, however far up; the next import reads them again. */
export function forgetChanged(): void {
  const stale = new Set<string>();
  for (const [path, stamp] of loaded) if (stampOf(path) !== stamp) stale.add(path);
  if (stale.size === 0) return;
  for (let grown = true; grown; ) {
    grown = false;
    for (const path of loaded.keys()) {
      if (stale.has(path)) continue;
      if (loader._cache[path]?.children.some((child) => stale.has(child.id))) {
        stale.add(path);
        grown = true;
      }
    }
  }
  for (const path of stale) {
    delete loader._cache[path];
    loaded.delete(path);
  }
  for (const module of Object.values(loader._cache)) {
    if (module) module.children = module.children.filter((child) => !stale.has(child.id));
  }
}

/**
 * Loads a module for a cell or, with `importer`, for a file's `import()`.
 * @throws UserError `module-not-found`; whatever the module itself throws
 */
export async function loadModule(specifier: string, importer: string | null): Promise<unknown> {
  const from = importer ?? join(process.cwd(), 'cell.js');
  const path = resolveFor(specifier, from);
  if (path !== null && !mustBeImported(path)) return createRequire(from)(path);
  return importFrom(from, path ?? specifier);
}

/** Path for `require`, or null where only `import` finds it. */
function resolveFor(specifier: string, from: string): string | null {
  const name = fromOwnPackage(specifier);
  for (const base of [from, join(packageRoot(), 'cell.js')]) {
    try {
      return createRequire(base).resolve(name);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return null;
      if (code !== 'MODULE_NOT_FOUND') throw error;
      if (specifier.startsWith('.') || isAbsolute(specifier)) break;
    }
  }
  throw new UserError(
    'module-not-found',
    `Expected to find the module ${specifier} from ${dirname(from)}`,
    specifier.startsWith('.')
      ? `Check the path; the notebook works in ${process.cwd()}.`
      : `Install it: !npm install ${specifier}`,
  );
}

/** An ES module of a package: only `import` takes all of them. */
function mustBeImported(path: string): boolean {
  return (
    isAbsolute(path) &&
    isPackaged(path) &&
    (path.endsWith('.mjs') || (path.endsWith('.js') && isEsModule(path)))
  );
}

function isPackaged(path: string): boolean {
  return path.includes('/node_modules/') || path.includes('\\node_modules\\');
}

/** By the nearest package.json. */
function isEsModule(path: string): boolean {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      const text = readFileSync(join(folder, 'package.json'), 'utf8');
      return (JSON.parse(text) as { type?: string }).type === 'module';
    } catch (error) {
      if (
        (error as NodeJS.ErrnoException).code !== 'ENOENT' &&
        (error as NodeJS.ErrnoException).code !== 'ENOTDIR'
      )
        return false;
    }
    if (folder === dirname(folder)) return false;
  }
}

/** `import()` as if it stood in the file `from`. */
function importFrom(from: string, specifier: string): Promise<unknown> {
  const script = new Script('(specifier) => import(specifier)', {
    filename: from,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const load = script.runInThisContext() as (specifier: string) => Promise<unknown>;
  return load(specifier);
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size}` : 'gone';
}
