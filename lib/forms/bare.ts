/** Lines as Colab's Python cells have them, made TypeScript: `use_crepe = True #@param {type:"boolean"}`. */
import { fieldsOf } from './form';
import { maskSource } from './mask';
import { parseForm } from './parse';

const PYTHON_WORDS: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' };

/**
 * The source with bare form lines as TypeScript: `#@` becomes `//#@`, True/False/None on such a line true/false/null, and
 * a bare assignment gets its `let`. No line is added or removed; a source without bare lines comes back as it is.
 */
export function bareToTypeScript(source: string): string {
  const masked = maskSource(source);
  const edits: { at: number; drop: number; insert: string }[] = [];
  for (const offset of masked.comments.values()) {
    if (source[offset] === '#') edits.push({ at: offset, drop: 0, insert: '//' });
  }
  for (const field of fieldsOf(parseForm(source))) {
    if (!field.bare) continue;
    const lineStart = source.lastIndexOf('\n', field.start - 1) + 1;
    const head = source.slice(lineStart, field.start);
    const indent = /^[ \t]*/.exec(head)![0].length;
    if (!/^(?:export|const|let|var)[ \t]/.test(head.slice(indent))) {
      edits.push({ at: lineStart + indent, drop: 0, insert: 'let ' });
    }
    for (const word of masked.text.slice(field.start, field.end).matchAll(/\b(?:True|False|None)\b/g)) {
      edits.push({ at: field.start + word.index, drop: word[0].length, insert: PYTHON_WORDS[word[0]]! });
    }
  }
  edits.sort((a, b) => b.at - a.at);
  return edits.reduce(
    (text, { at, drop, insert }) => text.slice(0, at) + insert + text.slice(at + drop),
    source,
  );
}
