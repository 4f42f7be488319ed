/** TypeScript to what V8 runs: cells to scripts of its REPL mode, the notebook's own modules to CommonJS. */
import * as ts from 'typescript';
import { instrument } from './instrument';
import { toReplScript } from './repl-script';

/** Compiled text with its way back to the source. */
export interface Compiled {
  readonly code: string;
  /** source map, JSON */
  readonly map: string;
}

const shared: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  esModuleInterop: true,
  sourceMap: true,
  moduleDetection: ts.ModuleDetectionKind.Force,
};

/**
 * A cell as a script for V8's REPL mode.
 * @param script name that stack traces show, see `source-maps.ts`
 */
export function compileCell(source: string, script: string): Compiled {
  return transpile(source, 'cell.ts', script, {
    // without it imports that only later cells use would vanish
    compilerOptions: { ...shared, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
    transformers: { before: [instrument('cell')], after: [toReplScript] },
  });
}

/**
 * A module of the notebook's own (.ts, .mts, .cts or JavaScript) as CommonJS.
 * @param isScript it is CommonJS already: nothing but interrupts is added
 */
export function compileModule(source: string, path: string, isScript: boolean): Compiled {
  const isTypeScript = /\.[mc]?ts$/.test(path);
  const moduleDetection = isScript ? ts.ModuleDetectionKind.Auto : ts.ModuleDetectionKind.Force;
  return transpile(source, isTypeScript ? 'module.ts' : 'module.js', null, {
    compilerOptions: { ...shared, module: ts.ModuleKind.CommonJS, moduleDetection, allowJs: true },
    transformers: { before: [instrument('module')] },
  });
}

function transpile(
  source: string,
  fileName: string,
  script: string | null,
  options: ts.TranspileOptions,
): Compiled {
  const { outputText, sourceMapText } = ts.transpileModule(source, { ...options, fileName });
  const code = outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, '');
  return { code: script === null ? code : `${code}\n//# sourceURL=${script}`, map: sourceMapText ?? '' };
}
