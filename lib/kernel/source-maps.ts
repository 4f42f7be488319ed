/**
 * Stack traces in terms of the source: `cell [3]:2:5` and `lib/model.ts:10:3`, not of what was compiled from it.
 * Mappings: Source Map specification revision 3 (base64 VLQ).
 */
import { sep } from 'node:path';

interface Mapped {
  /** source map as JSON, read at the first error */
  readonly map: string;
  /** what traces show instead of the script's name */
  readonly shown: string;
  readonly source: string;
  lines?: readonly (readonly Segment[])[];
}

/** Generated column, source line, source column; all from 0. */
type Segment = readonly [number, number, number];

/** A place in a source, lines and columns from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Cells whose maps are kept; functions of older ones show places of the compiled text. */
const MAX_SCRIPTS = 500;

const scripts = new Map<string, Mapped>();

/** Remembers how the compiled `script` leads back to `source`. */
export function addSourceMap(script: string, shown: string, source: string, map: string): void {
  scripts.delete(script);
  scripts.set(script, { map, shown, source });
  if (scripts.size > MAX_SCRIPTS) scripts.delete(scripts.keys().next().value!);
}

/** The source behind what traces show, for an excerpt; null if unknown. */
export function sourceOf(shown: string): string | null {
  for (const mapped of [...scripts.values()].reverse()) if (mapped.shown === shown) return mapped.source;
  return null;
}

/** Place in the source of a place in the compiled script; null if there is none. */
function originalPlace(script: string, { line, column }: Place): Place | null {
  const mapped = scripts.get(script);
  if (!mapped) return null;
  mapped.lines ??= decode(mapped.map);
  const segments = mapped.lines[line - 1] ?? [];
  const before = segments.filter(([generated]) => generated <= column - 1).at(-1) ?? segments[0];
  return before ? { line: before[1] + 1, column: before[2] + 1 } : null;
}

/** Makes `error.stack` of this process speak of sources. The kernel's own frames under those of cells are left out. */
export function installStackTraces(): void {
  Error.prepareStackTrace = (error, frames) => {
    const lines = frames.map(frameText);
    const inCell = lines.some((line) => line?.mapped);
    const kept = lines.filter((line) => line !== null && !(inCell && line.internal));
    const head = headline(error);
    return [head, ...kept.map((line) => `    at ${line!.text}`)].join('\n');
  };
}

function headline(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return 'Error';
  }
}

function frameText(frame: NodeJS.CallSite): { text: string; mapped: boolean; internal: boolean } | null {
  const text = frameString(frame);
  const script =
    (frame as { getScriptNameOrSourceURL?(): string }).getScriptNameOrSourceURL?.() ?? frame.getFileName();
  const mapped = script ? scripts.get(script) : undefined;
  const [line, column] = [frame.getLineNumber(), frame.getColumnNumber()];
  if (!script || !mapped || line === null || column === null) {
    const internal =
      !script || script.startsWith(`${__dirname}${sep}`) || /^node:(inspector|async_hooks)/.test(script);
    return { text, mapped: false, internal };
  }
  const place = originalPlace(script, { line, column }) ?? { line, column };
  const shown = `${mapped.shown}:${place.line}:${place.column}`;
  return { text: text.replace(`${script}:${line}:${column}`, shown), mapped: true, internal: false };
}

function frameString(frame: NodeJS.CallSite): string {
  return String(frame).replace(/\beval at \S+ \(/, '');
}

const DIGITS = new Map(
  [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].map((c, i) => [c, i]),
);

function decode(map: string): Segment[][] {
  const { mappings } = JSON.parse(map) as { mappings: string };
  let [sourceLine, sourceColumn] = [0, 0];
  return mappings.split(';').map((line) => {
    let generated = 0;
    return line.split(',').flatMap((text): Segment[] => {
      const [column = 0, source, lineStep = 0, columnStep = 0] = numbers(text);
      generated += column;
      if (source === undefined) return [];
      sourceLine += lineStep;
      sourceColumn += columnStep;
      return [[generated, sourceLine, sourceColumn]];
    });
  });
}

/** Variable-length quantities: 5 bits a digit, the sixth says that more follow; the lowest bit is the sign. */
function numbers(text: string): number[] {
  const result: number[] = [];
  let [value, shift] = [0, 0];
  for (const character of text) {
    const digit = DIGITS.get(character) ?? 0;
    value += (digit & 31) << shift;
    if (digit & 32) {
      shift += 5;
      continue;
    }
    result.push(value & 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return result;
}
