/** The global `__cell` that compiled code calls (`instrument.ts`, `repl-script.ts`, `magics.ts`). */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RUNTIME_NAME } from './instrument';
import type { Interrupts } from './interrupts';
import { loadModule } from './modules';
import { flag } from './shared-flags';

/** What cells' lines `!command` and `%cd folder` do. */
export interface Commands {
  /** @throws ShellError if the command fails */
  shell(command: string): Promise<void>;
  /** stdout of a command, line by line */
  lines(command: string): Promise<string[]>;
  cd(folder: string): void;
}

/** See `installRuntime`. */
export interface RuntimeParts {
  readonly interrupts: Interrupts;
  readonly commands: Commands;
  readonly flags: Int32Array;
  /** takes the value of the cell's last expression */
  onResult(value: unknown): void;
}

/** Puts `__cell` on `globalThis`, and what a module would have: `require`, `__filename`, `__dirname`. Call once. */
export function installRuntime({ interrupts, commands, flags, onResult }: RuntimeParts): void {
  const runtime = {
    enter: interrupts.enter,
    poll: interrupts.poll,
    awaited: (value: unknown): unknown => {
      interrupts.afterAwait();
      return value;
    },
    result: onResult,
    load: async (specifier: string, importer: string | null): Promise<unknown> => {
      // A module that is broken off while it loads would stay half loaded.
      Atomics.add(flags, flag.protected, 1);
      try {
        return await loadModule(specifier, importer);
      } finally {
        Atomics.sub(flags, flag.protected, 1);
      }
    },
    withDefault: (module: unknown) => ({ ...Object(module), default: defaultOf(module) }),
    defaultAndNamespace: (module: unknown) => ({ default: defaultOf(module), namespace: module }),
    meta: (importer: string | null) => {
      const filename = importer ?? join(process.cwd(), 'cell.ts');
      return { url: pathToFileURL(filename).href, filename, dirname: dirname(filename) };
    },
    ...commands,
  };
  Object.defineProperty(globalThis, RUNTIME_NAME, { value: runtime, enumerable: false });
  const moduleNames = {
    require: () => createRequire(join(process.cwd(), 'cell.js')),
    __dirname: () => process.cwd(),
    __filename: () => join(process.cwd(), 'cell.ts'),
  };
  for (const [name, get] of Object.entries(moduleNames)) {
    Object.defineProperty(globalThis, name, { get, configurable: true, enumerable: false });
  }
}

/** `module.exports` of a CommonJS module is its default export, unless it was compiled from an ES module. */
function defaultOf(module: unknown): unknown {
  const compiled = module as { __esModule?: boolean; default?: unknown } | null;
  const isNamespace = Object.prototype.toString.call(module) === '[object Module]';
  return compiled && (compiled.__esModule || isNamespace) ? compiled.default : module;
}
