/**
 * Reads the form of a cell. The grammar is that of Colab's forms notebook (docs/notebook-library.md): `#@title`,
 * `#@markdown` and `#@param`, here behind `//`, or bare as Colab's Python cells have them.
 */
import type { Field, Form, FormProblem, Markdown } from './form';
import { type MaskedSource, maskSource } from './mask';
import { fieldValue, readParameter } from './parameter';
import { type Scalar, SettingsError, SettingsReader } from './settings';

const MARKER = /^(\/\/[ \t]*#?|#)[ \t]*@(title|markdown|param)(?![\w-])[ \t]?(.*?)\r?$/;
const HEAD =
  /^[ \t]*(?:export[ \t]+)?(?:(?:const|let|var)[ \t]+)?([\p{ID_Start}_$][\p{ID_Continue}$]*)[ \t]*(?=[:=])/u;
const TITLE_SETTINGS = ['display-mode', 'run', 'vertical-output', 'form-width'];

/** One line with a form comment. */
interface MarkedLine {
  readonly line: number;
  /** masked code before the comment, and where it starts in the source */
  readonly code: string;
  readonly offset: number;
  readonly marker: string;
  readonly keyword: 'title' | 'markdown' | 'param';
  readonly rest: string;
  readonly continued: boolean;
}

/** Lines of the source that carry a form comment. */
function markedLines(source: string, masked: MaskedSource): MarkedLine[] {
  const marked: MarkedLine[] = [];
  let offset = 0;
  for (const [index, text] of source.split('\n').entries()) {
    const comment = masked.comments.get(index);
    const match = comment === undefined ? null : MARKER.exec(text.slice(comment - offset));
    if (comment !== undefined && match !== null) {
      const [, marker, keyword, rest] = match as unknown as [string, string, MarkedLine['keyword'], string];
      const continued = masked.continued.has(index);
      marked.push({
        line: index + 1,
        code: masked.text.slice(offset, comment),
        offset,
        marker,
        keyword,
        rest,
        continued,
      });
    }
    offset += text.length + 1;
  }
  return marked;
}

/** Where the value of `name = value;` stands in masked code, or why it cannot be told. */
function findLiteral(code: string): { name: string; start: number; end: number } | string {
  const head = HEAD.exec(code);
  const equals = head === null ? -1 : assignmentAt(code, head[0].length);
  if (head === null || equals < 0) return 'expected `name = value` before it';
  const start = equals + 1 + /^[ \t]*/.exec(code.slice(equals + 1))![0].length;
  const end = endOfValue(code, start);
  if (typeof end === 'string') return end;
  return end > start ? { name: head[1]!, start, end } : 'expected a value before it';
}

/** Index of the `=` of an assignment behind a name and perhaps its type, or -1. */
function assignmentAt(code: string, from: number): number {
  if (code[from] === '=') return /[=>]/.test(code[from + 1] ?? '') ? -1 : from;
  for (let i = from + 1, depth = 0; i < code.length; i++) {
    const c = code[i]!;
    if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c)) depth--;
    else if (c === '=' && code[i + 1] === '>') i++;
    else if (c === '=' && depth === 0) return i;
  }
  return -1;
}

function endOfValue(code: string, start: number): number | string {
  let depth = 0;
  let end = code.length;
  for (let i = start; i < code.length; i++) {
    const c = code[i]!;
    if ('([{'.includes(c)) depth++;
    else if (')]}'.includes(c) && --depth < 0) return 'a bracket is closed that was not opened';
    else if (depth === 0 && (c === ',' || c === ';')) {
      if (c === ',' || code.slice(i + 1).trim() !== '') return 'expected one value on the line';
      end = i;
      break;
    }
  }
  if (depth > 0) return 'expected the whole value on one line';
  return start + code.slice(start, end).trimEnd().length;
}

function fieldOf(source: string, marked: MarkedLine): Field | string {
  const found = marked.continued ? 'expected the whole value on one line' : findLiteral(marked.code);
  if (typeof found === 'string') return found;
  try {
    const parameter = readParameter(marked.rest, found.name);
    const [start, end] = [marked.offset + found.start, marked.offset + found.end];
    const literal = source.slice(start, end);
    const value = fieldValue(parameter, literal);
    const { line, marker } = marked;
    return {
      kind: 'field',
      name: found.name,
      line,
      ...parameter,
      literal,
      start,
      end,
      value,
      bare: marker === '#',
    };
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
}

interface Title {
  readonly text: string;
  readonly settings: ReadonlyMap<string, Scalar>;
}

/** `TEXT { run: "auto" }`; braces that hold no known setting belong to the text. */
function titleOf(rest: string): Title {
  const brace = rest.lastIndexOf('{');
  const none: Title = { text: rest.trim(), settings: new Map() };
  if (brace < 0 || !TITLE_SETTINGS.some((key) => rest.includes(key, brace))) return none;
  const reader = new SettingsReader(rest.slice(brace + 1));
  const settings = reader.settings();
  for (const key of settings.keys()) {
    if (!TITLE_SETTINGS.includes(key))
      throw new SettingsError(`${key} is not one of ${TITLE_SETTINGS.join(', ')}`);
  }
  return { text: rest.slice(0, brace).trim(), settings };
}

/** Reads the form of a cell's source. Never throws for what people type: lines that cannot be read are `problems`. */
export function parseForm(source: string): Form {
  const masked = maskSource(source);
  const items: (Field | Markdown)[] = [];
  const problems: FormProblem[] = [];
  let title: Title | null = null;
  for (const marked of markedLines(source, masked)) {
    const alone = marked.code.trim() === '' && !marked.continued;
    if (marked.keyword === 'param') {
      // `// @param x the thing` alone on its line is documentation.
      if (marked.code.trim() === '' && !marked.marker.includes('#')) continue;
      const field = fieldOf(source, marked);
      if (typeof field === 'string') problems.push({ line: marked.line, message: field });
      else items.push(field);
    } else if (alone && marked.keyword === 'markdown') {
      items.push({ kind: 'markdown', line: marked.line, text: marked.rest });
    } else if (alone && title === null) {
      title = readTitle(marked, problems);
    }
  }
  return { ...titleSettings(title?.settings), title: title?.text ?? null, items, problems };
}

function readTitle(marked: MarkedLine, problems: FormProblem[]): Title {
  try {
    return titleOf(marked.rest);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    problems.push({ line: marked.line, message: error.message });
    return { text: marked.rest.trim(), settings: new Map() };
  }
}

function titleSettings(
  settings: ReadonlyMap<string, Scalar> | undefined,
): Pick<Form, 'displayMode' | 'autoRun' | 'verticalOutput' | 'formWidth'> {
  const mode = settings?.get('display-mode')?.text;
  return {
    displayMode: mode === 'form' || mode === 'code' ? mode : 'both',
    autoRun: settings?.get('run')?.text === 'auto',
    verticalOutput: settings?.get('vertical-output')?.value === true,
    formWidth: settings?.get('form-width')?.text ?? null,
  };
}
