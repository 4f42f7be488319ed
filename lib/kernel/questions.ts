/** Completion, inspection and completeness of cells. Positions at the protocol are Unicode code points. */
import * as ts from 'typescript';
import { type Language, parseCell } from './language';
import { readMagics } from './magics';

/** Content of complete_reply, without status. */
export interface Completion {
  readonly matches: readonly string[];
  readonly cursor_start: number;
  readonly cursor_end: number;
  readonly metadata: object;
}

/** A front end shows no more. */
const MAX_MATCHES = 500;

/** What may stand at the cursor. */
export function complete(language: Language, source: string, cursor: number, folder: string): Completion {
  const position = toUnits(source, cursor);
  const code = withoutMagics(source, language);
  const { service, path } = language.open(code, folder);
  const start = position - (/[\w$]*$/.exec(code.slice(0, position))?.[0].length ?? 0);
  const prefix = code.slice(start, position);
  const found = service.getCompletionsAtPosition(path, position, {
    includeCompletionsWithInsertText: false,
    includeCompletionsForModuleExports: false,
  });
  const entries = (found?.entries ?? [])
    .filter((entry) => entry.name.toLowerCase().startsWith(prefix.toLowerCase()))
    .sort((a, b) => a.sortText.localeCompare(b.sortText) || a.name.localeCompare(b.name))
    .slice(0, MAX_MATCHES);
  const [from, to] = [toPoints(source, start), cursor];
  return {
    matches: entries.map((entry) => entry.name),
    cursor_start: from,
    cursor_end: to,
    metadata: {
      _jupyter_types_experimental: entries.map(({ name, kind }) => ({
        text: name,
        type: kind,
        start: from,
        end: to,
      })),
    },
  };
}

/** What is known of the name at the cursor, as a bundle; null if nothing. */
export function inspectAt(
  language: Language,
  source: string,
  cursor: number,
  folder: string,
): { 'text/plain': string; 'text/markdown': string } | null {
  const position = toUnits(source, cursor);
  const { service, path } = language.open(withoutMagics(source, language), folder);
  const info = [position, position - 1]
    .filter((at) => at >= 0)
    .map((at) => service.getQuickInfoAtPosition(path, at))
    .find((found) => found !== undefined);
  if (!info) return null;
  const signature = ts.displayPartsToString(info.displayParts);
  const text = ts.displayPartsToString(info.documentation);
  const tags = (info.tags ?? []).map(({ name, text: parts }) =>
    `@${name} ${ts.displayPartsToString(parts)}`.trim(),
  );
  const rest = [text, ...tags].filter((part) => part !== '').join('\n\n');
  return {
    'text/plain': [signature, rest].filter((part) => part !== '').join('\n\n'),
    'text/markdown': `\`\`\`typescript\n${signature}\n\`\`\`\n\n${rest}`,
  };
}

/** Whether a console may send the text off: `incomplete` asks for another line. */
export function isComplete(source: string): {
  status: 'complete' | 'incomplete' | 'invalid';
  indent?: string;
} {
  let code = source;
  try {
    code = readMagics(source, new Set()).code;
  } catch {
    return { status: 'invalid' };
  }
  const { parseDiagnostics } = parseCell(code);
  if (parseDiagnostics.length === 0) return { status: 'complete' };
  const end = code.trimEnd().length;
  const atEnd = parseDiagnostics.every(
    ({ start = 0, code: number }) => start >= end || UNTERMINATED.has(number),
  );
  if (!atEnd) return { status: 'invalid' };
  const last = code.trimEnd().split('\n').at(-1) ?? '';
  const indent = /^\s*/.exec(last)![0];
  return { status: 'incomplete', indent: /[{([]$/.test(last) ? `${indent}  ` : indent };
}

/** Template, comment. */
const UNTERMINATED = new Set([1160, 1010]);

/** Lines with magics keep their length, so that positions stay. */
function withoutMagics(source: string, language: Language): string {
  try {
    const { code } = readMagics(source, language.names());
    if (code === source) return source;
  } catch {
    // an unknown magic: the line is blanked like the known ones
  }
  return source.replace(/^\s*[!%].*$/gm, (line) => ' '.repeat(line.length)).replace(/#(?=\s*@)/g, ' ');
}

/** UTF-16 position of a code point position. */
function toUnits(text: string, points: number): number {
  let units = 0;
  for (const character of text) {
    if (points-- <= 0) break;
    units += character.length;
  }
  return units;
}

function toPoints(text: string, units: number): number {
  return [...text.slice(0, units)].length;
}
