/** The files that the type checker sees: cells from memory, everything else from disk, packages looked up as cells do. */
import { dirname, join } from 'node:path';
import * as ts from 'typescript';
import { fromOwnPackage, packageRoot } from './package-root';

/** What the checker demands of cells. Strict, as in the library; no DOM, which would cost every cell 50 ms. */
const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.esnext.d.ts'],
  types: ['node'],
  typeRoots: [join(packageRoot(), 'node_modules/@types')],
  strict: true,
  skipLibCheck: true,
  esModuleInterop: true,
  resolveJsonModule: true,
  allowImportingTsExtensions: true,
  noEmit: true,
};

/** Files in memory, over those on disk. */
export class LanguageFiles {
  private readonly inMemory = new Map<string, { version: number; text: string }>();
  private readonly onDisk = new Map<string, string>();
  private resolutions: ts.ModuleResolutionCache;
  private root = '';
  private versions = 0;

  constructor() {
    this.resolutions = this.createResolutions();
  }

  /** Puts a file into memory. */
  set(path: string, text: string): void {
    this.inMemory.set(path, { version: ++this.versions, text });
  }

  delete(path: string): void {
    this.inMemory.delete(path);
  }

  /** Names of the files in memory. */
  names(): string[] {
    return [...this.inMemory.keys()];
  }

  /** The file to be checked. Always the same name, if possible: the checker then reuses all it knows of other files. */
  setRoot(path: string): void {
    this.root = path;
  }

  /** Forgets where modules were found, and what is installed: something may have been installed since. */
  forgetModules(): void {
    this.resolutions = this.createResolutions();
    this.onDisk.clear();
  }

  /** What TypeScript's language service asks for. */
  host(): ts.LanguageServiceHost {
    return {
      getScriptFileNames: () => [this.root],
      getScriptVersion: (path) => this.version(path),
      getScriptSnapshot: (path) => {
        const text = this.read(path);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => dirname(this.root),
      getCompilationSettings: () => compilerOptions,
      getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
      fileExists: (path) => this.inMemory.has(path) || ts.sys.fileExists(path),
      readFile: (path) => this.read(path),
      readDirectory: ts.sys.readDirectory,
      directoryExists: ts.sys.directoryExists,
      getDirectories: ts.sys.getDirectories,
      realpath: ts.sys.realpath!,
      useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
      resolveModuleNameLiterals: (literals, containing, redirect, options) =>
        literals.map((literal) => this.resolve(literal.text, containing, options, redirect)),
    };
  }

  private read(path: string): string | undefined {
    return this.inMemory.get(path)?.text ?? ts.sys.readFile(path);
  }

  /** Files of packages stay as they are until something is installed: asking the disk for each would cost every cell. */
  private version(path: string): string {
    const memory = this.inMemory.get(path);
    if (memory) return String(memory.version);
    const known = this.onDisk.get(path);
    if (known) return known;
    const version = String(ts.sys.getModifiedTime?.(path)?.getTime() ?? 0);
    if (path.includes('/node_modules/')) this.onDisk.set(path, version);
    return version;
  }

  private resolve(
    name: string,
    containing: string,
    options: ts.CompilerOptions,
    redirect?: ts.ResolvedProjectReference,
  ): ts.ResolvedModuleWithFailedLookupLocations {
    const found = ts.resolveModuleName(
      name,
      containing,
      options,
      this.moduleHost,
      this.resolutions,
      redirect,
    );
    if (found.resolvedModule || !this.inMemory.has(containing) || name.startsWith('.')) return found;
    return ts.resolveModuleName(
      fromOwnPackage(name),
      join(packageRoot(), 'cell.ts'),
      options,
      this.moduleHost,
      this.resolutions,
    );
  }

  private readonly moduleHost: ts.ModuleResolutionHost = {
    fileExists: (path) => this.inMemory.has(path) || ts.sys.fileExists(path),
    readFile: (path) => this.read(path),
    directoryExists: ts.sys.directoryExists,
    realpath: ts.sys.realpath!,
    getCurrentDirectory: () => dirname(this.root),
    getDirectories: ts.sys.getDirectories,
    useCaseSensitiveFileNames: ts.sys.useCaseSensitiveFileNames,
  };

  private createResolutions(): ts.ModuleResolutionCache {
    return ts.createModuleResolutionCache(process.cwd(), (name) => name, compilerOptions);
  }
}
