/** The code of a notebook's cell, and the frame of an .ipynb (nbformat 4.5). */
import type { CellSource, Text } from './source';

export type Language = keyof Text;

type CodeCell = Extract<CellSource, { kind: 'code' }>;

/** A cell as it stands in a file. */
export interface FileCell {
  readonly id: string;
  readonly kind: 'code' | 'markdown';
  readonly text: string;
}

/** Form lines, then one call into the cell library. */
export function cellCode(cell: CodeCell, language: Language): string {
  const notes = cell.notes === undefined ? [] : [`// #@markdown ${cell.notes[language]}`];
  const fields = cell.fields.map(
    ({ name, literal, param }) => `let ${name} = ${literal}; // #@param ${param}`,
  );
  return [
    `// #@title ${cell.title[language]} { display-mode: "form" }`,
    ...notes,
    ...fields,
    ...callLines(cell, language),
  ].join('\n');
}

const pythonWords: Readonly<Record<string, string>> = { true: 'True', false: 'False' };

/** The same for a `%%ts` cell of a Python notebook: form lines as Colab reads them in Python cells, without `//`. */
export function magicCode(cell: CodeCell, language: Language): string {
  const notes = cell.notes === undefined ? [] : [`#@markdown ${cell.notes[language]}`];
  const fields = cell.fields.map(
    ({ name, literal, param }) => `${name} = ${pythonWords[literal] ?? literal} #@param ${param}`,
  );
  return [
    '%%ts',
    `#@title ${cell.title[language]} { display-mode: "form" }`,
    ...notes,
    ...fields,
    ...callLines(cell, language),
  ].join('\n');
}

function callLines({ call, fields }: CodeCell, language: Language): string[] {
  const names = fields.map(({ name }) => name);
  const given = names.length === 0 ? '' : `{ ${names.join(', ')} }`;
  const imports =
    language === 'en'
      ? [`import { ${call} } from 'diff-svc/notebook';`]
      : [`import { ${call}, useLanguage } from 'diff-svc/notebook';`, `useLanguage('${language}');`];
  return [...imports, `await ${call}(${given});`];
}

/** The text of an .ipynb. */
export function fileText(cells: readonly FileCell[], metadata: object): string {
  const inFile = cells.map(({ id, kind, text }) => ({
    cell_type: kind,
    id,
    metadata: {},
    ...(kind === 'code' ? { execution_count: null, outputs: [] } : {}),
    source: text.split(/(?<=\n)/),
  }));
  return `${JSON.stringify({ cells: inFile, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;
}

/** Metadata of a notebook that runs on our kernel. */
export function kernelMetadata(language: Language): object {
  return {
    kernelspec: { display_name: 'TypeScript (Diff-SVC)', language: 'typescript', name: 'diff-svc' },
    language_info: { file_extension: '.ts', mimetype: 'text/x-typescript', name: 'typescript' },
    diff_svc: { language },
  };
}
