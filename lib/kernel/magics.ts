/**
 * Lines that are not TypeScript, as Colab and IPython have them: `!command`, `%cd folder`, `const x = !command`, and
 * form comments with `#` alone. Lines stay where they are, so that places in messages fit.
 */
import { UserError } from '../config/errors';
import { declaredNames } from './cell-names';
import { RUNTIME_NAME } from './instrument';
import { parseCell } from './language';
import type { Commands } from './runtime';

/** A cell without magics. */
export interface WithoutMagics {
  /** TypeScript, with calls in place of magics */
  readonly code: string;
  /** Magics before any code: carried out before the rest is checked, because they may install what it imports. */
  readonly first: readonly ((commands: Commands) => Promise<void> | void)[];
}

/**
 * Reads magics.
 * @param known names of variables that `{name}` in a command may mean
 * @throws UserError `unknown-magic` for a `%` line that is none of ours
 */
export function readMagics(source: string, known: ReadonlySet<string>): WithoutMagics {
  if (!/^\s*[!%]|=\s*!|#\s*@/m.test(source)) return { code: source, first: [] };
  const first: ((commands: Commands) => Promise<void> | void)[] = [];
  const lines: string[] = [];
  let atStart = true;
  for (const raw of source.split('\n')) {
    const line = withSlashes(raw);
    const magic = isInsideToken(lines) ? null : parseMagic(line);
    if (!magic) {
      lines.push(line);
      if (line.trim() !== '' && !/^\s*\/\//.test(line)) atStart = false;
      continue;
    }
    const names = namesIn(lines, known);
    if (atStart && magic.target === null && !usesNames(magic.text, names)) {
      first.push((commands) => (magic.kind === 'cd' ? commands.cd(magic.text) : commands.shell(magic.text)));
      lines.push('');
    } else {
      atStart = false;
      lines.push(asCall(magic, names));
    }
  }
  return { code: lines.join('\n'), first };
}

interface Magic {
  readonly kind: 'shell' | 'cd';
  readonly text: string;
  /** what stands before `!`: `const files = ` */
  readonly target: string | null;
  readonly indent: string;
}

function parseMagic(line: string): Magic | null {
  const shell = /^(\s*)!(?![=(])\s*(\S.*?)\s*$/.exec(line);
  if (shell) return { kind: 'shell', text: shell[2]!, target: null, indent: shell[1]! };
  const assigned =
    /^(\s*)((?:const|let|var)\s+[\w$]+\s*=|[\w$]+\s*=)\s*!(?![\w$.]+\s*(?:[;)&|?]|$)|[=([!{"'`])\s*(\S.*?)\s*$/.exec(
      line,
    );
  if (assigned && /\s|[-/]/.test(assigned[3]!)) {
    return { kind: 'shell', text: assigned[3]!, target: assigned[2]!, indent: assigned[1]! };
  }
  const magic = /^(\s*)%(%?\w+)\s*(.*?)\s*;?$/.exec(line);
  if (!magic) return null;
  if (magic[2] === 'cd') return { kind: 'cd', text: magic[3]!, target: null, indent: magic[1]! };
  throw new UserError(
    'unknown-magic',
    `Expected %cd or a line of TypeScript, got ${line.trim()}`,
    'Programs are run by a line that begins with !, for instance !ls.',
  );
}

/** A form comment written as in Python: `#@param` becomes `//@param`. */
function withSlashes(line: string): string {
  if (/\/\/\s*#?\s*@/.test(line)) return line;
  return line.replace(/(^|\s|;)#(\s*@(?:title|markdown|param)\b)/, '$1//$2');
}

/** Whether the next line begins inside a template text or a comment. */
function isInsideToken(lines: readonly string[]): boolean {
  const text = lines.join('\n');
  if (!/`|\/\*/.test(text)) return false;
  const file = parseCell(`${text}\n`);
  return file.parseDiagnostics.some(
    ({ code }) => code === UNTERMINATED_TEMPLATE || code === UNTERMINATED_COMMENT,
  );
}

const UNTERMINATED_TEMPLATE = 1160;
const UNTERMINATED_COMMENT = 1010;

function namesIn(lines: readonly string[], known: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...known, ...declaredNames(parseCell(lines.join('\n'))).keys()]);
}

const PLACEHOLDER = /\{([A-Za-z_$][\w$]*)((?:\.[A-Za-z_$][\w$]*)*)\}/g;

function usesNames(text: string, names: ReadonlySet<string>): boolean {
  return [...text.matchAll(PLACEHOLDER)].some(([, name]) => names.has(name!));
}

/** `{name}` of a variable is filled in, as in IPython; other braces belong to the shell. */
function asCall({ kind, text, target, indent }: Magic, names: ReadonlySet<string>): string {
  const escaped = text.replace(/[\\`]|\$\{/g, '\\$&');
  const filled = escaped.replace(PLACEHOLDER, (whole, name: string, rest: string) =>
    names.has(name) ? `\${${name}${rest}}` : whole,
  );
  const method = kind === 'cd' ? 'cd' : target === null ? 'shell' : 'lines';
  const called = `(globalThis as any).${RUNTIME_NAME}.${method}(\`${filled}\`)`;
  if (kind === 'cd') return `${indent}${called};`;
  return target === null ? `${indent}await ${called};` : `${indent}${target} await ${called} as string[];`;
}
