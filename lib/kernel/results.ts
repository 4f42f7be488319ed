/** What a cell's value and its error look like in the front end. */
import { inspect } from 'node:util';
import { isUserError } from '../config/errors';
import { KeyboardInterrupt } from './cell';
import { TypeScriptError } from './diagnostics';
import type { MimeBundle } from './host';
import { sourceOf } from './source-maps';

/** Values with a method of this name show themselves: it returns a bundle by MIME type. Deno's convention. */
const DISPLAY_METHOD = Symbol.for('Jupyter.display');

/** Content of an `error` message. */
export interface ErrorContent {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** The bundle of a cell's value; null for undefined, which is not shown. */
export async function resultBundle(value: unknown): Promise<MimeBundle | null> {
  if (value === undefined) return null;
  const own = (value as { [DISPLAY_METHOD]?: unknown } | null)?.[DISPLAY_METHOD];
  if (typeof own === 'function') return (await own.call(value)) as MimeBundle;
  return { 'text/plain': inspect(value, { depth: 4, maxArrayLength: 100, maxStringLength: 10_000 }) };
}

const RED = '\x1b[31m';
const BOLD = '\x1b[1m';
const PLAIN = '\x1b[0m';

/** Content for whatever a cell threw. An error of input shows its remedy and no trace. */
export function errorContent(error: unknown): ErrorContent {
  if (error instanceof TypeScriptError) {
    return {
      ename: error.name,
      evalue: error.message,
      traceback: error.findings.map((text) => `${RED}${text}${PLAIN}`),
    };
  }
  if (error instanceof KeyboardInterrupt) {
    return {
      ename: error.name,
      evalue: error.message,
      traceback: [`${RED}${error.name}${PLAIN}: interrupted`],
    };
  }
  if (isUserError(error)) {
    const traceback = [`${RED}${error.message}${PLAIN}`, error.remedy];
    return { ename: error.name, evalue: error.message, traceback };
  }
  if (error instanceof Error || hasStack(error)) return thrownError(error as Error);
  const text = inspect(error);
  return { ename: typeof error, evalue: text, traceback: [`${RED}Thrown:${PLAIN} ${text}`] };
}

function hasStack(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'stack' in error && 'message' in error;
}

function thrownError(error: Error): ErrorContent {
  const name = String(error.name ?? 'Error');
  const message = String(error.message ?? '');
  const [, ...frames] = framesOf(error);
  const traceback = [`${BOLD}${RED}${name}${PLAIN}: ${message}`, ...excerpt(frames), ...frames];
  // causes and the like, as inspect shows them
  const more = inspect(error, { depth: 2 }).slice(String(error.stack).length).trim();
  return { ename: name, evalue: message, traceback: more ? [...traceback, more] : traceback };
}

function framesOf(error: Error): string[] {
  const stack = String(error.stack ?? '');
  const at = stack.search(/^ {4}at /m);
  return at < 0 ? [stack] : [stack.slice(0, at), ...stack.slice(at).split('\n')];
}

/** The lines around the first place in a cell. */
function excerpt(frames: readonly string[]): string[] {
  for (const frame of frames) {
    const found = /(cell \[\d+\]):(\d+):(\d+)/.exec(frame);
    const source = found ? sourceOf(found[1]!) : null;
    if (!found || source === null) continue;
    const line = Number(found[2]);
    const lines = source.split('\n');
    const from = Math.max(1, line - 2);
    return lines.slice(from - 1, line + 1).map((text, i) => {
      const number = from + i;
      const label = `${number === line ? '>' : ' '} ${String(number).padStart(3)} | ${text}`;
      return number === line ? `${BOLD}${label}${PLAIN}` : label;
    });
  }
  return [];
}
