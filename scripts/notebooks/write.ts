/**
 * Makes notebooks/*.ipynb (English) and notebooks/ko/*.ipynb (Korean) from one source, byte for byte the same every time.
 * `npm run notebooks` writes them; a test sees that they do not drift.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../lib/storage/atomic-file';
import { inference } from './inference';
import { quickstart } from './quickstart';
import type { CellSource, NotebookSource, Text } from './source';
import { train } from './train';

export type Language = keyof Text;

export const notebooks: readonly NotebookSource[] = [train, inference, quickstart];

/** The text of an .ipynb (nbformat 4.5). */
export function notebookText(notebook: NotebookSource, language: Language): string {
  const cells = notebook.cells.map((cell) => ({
    cell_type: cell.kind,
    id: cell.id,
    metadata: {},
    ...(cell.kind === 'code' ? { execution_count: null, outputs: [] } : {}),
    source: lines(cell.kind === 'code' ? code(cell, language) : cell.text[language]),
  }));
  const metadata = {
    kernelspec: { display_name: 'TypeScript (Diff-SVC)', language: 'typescript', name: 'diff-svc' },
    language_info: { file_extension: '.ts', mimetype: 'text/x-typescript', name: 'typescript' },
    diff_svc: { language },
  };
  return `${JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;
}

/** A cell: form lines, then one call into the cell library. */
function code(cell: Extract<CellSource, { kind: 'code' }>, language: Language): string {
  const notes = cell.notes === undefined ? [] : [`// #@markdown ${cell.notes[language]}`];
  const fields = cell.fields.map(
    ({ name, literal, param }) => `let ${name} = ${literal}; // #@param ${param}`,
  );
  const names = cell.fields.map(({ name }) => name);
  const given = names.length === 0 ? '' : `{ ${names.join(', ')} }`;
  return [
    `// #@title ${cell.title[language]} { display-mode: "form" }`,
    ...notes,
    ...fields,
    ...(language === 'en'
      ? [`import { ${cell.call} } from 'diff-svc/notebook';`]
      : [`import { ${cell.call}, useLanguage } from 'diff-svc/notebook';`, `useLanguage('${language}');`]),
    `await ${cell.call}(${given});`,
  ].join('\n');
}

function lines(text: string): string[] {
  return text.split(/(?<=\n)/);
}

/** Where a notebook lies, from the repository's root. */
export function notebookPath(notebook: NotebookSource, language: Language): string {
  return join('notebooks', language === 'en' ? '' : language, `${notebook.name}.ipynb`);
}

async function writeAll(root: string): Promise<void> {
  for (const language of ['en', 'ko'] as const) {
    mkdirSync(join(root, 'notebooks', language === 'en' ? '' : language), { recursive: true });
    for (const notebook of notebooks) {
      const path = notebookPath(notebook, language);
      await writeFileAtomic(join(root, path), Buffer.from(notebookText(notebook, language)));
      process.stdout.write(`${path}\n`);
    }
  }
}

if (require.main === module) void writeAll(join(__dirname, '../..'));
