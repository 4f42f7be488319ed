/**
 * Makes all notebooks from one source, byte for byte the same every time: English and Korean, for our kernel, and both
 * plans for Colab. `npm run notebooks` writes them; a test sees that they do not drift.
 */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeFileAtomic } from '../../lib/storage/atomic-file';
import { cellCode, fileText, kernelMetadata, type Language } from './cell-code';
import { colabPath, colabText } from './colab';
import { inference } from './inference';
import { quickstart } from './quickstart';
import type { NotebookSource } from './source';
import { train } from './train';

export const notebooks: readonly NotebookSource[] = [train, inference, quickstart];
export const languages: readonly Language[] = ['en', 'ko'];

/** A notebook as it must lie in the repository. */
export interface NotebookFile {
  /** from the repository's root */
  readonly path: string;
  readonly text: string;
}

/** The text of a notebook for our kernel. */
export function notebookText(notebook: NotebookSource, language: Language): string {
  const cells = notebook.cells.map((cell) => {
    const text = cell.kind === 'code' ? cellCode(cell, language) : cell.text[language];
    return { id: cell.id, kind: cell.kind, text };
  });
  return fileText(cells, kernelMetadata(language));
}

/** Where a notebook lies, from the repository's root. */
export function notebookPath(notebook: NotebookSource, language: Language): string {
  return join('notebooks', language === 'en' ? '' : language, `${notebook.name}.ipynb`);
}

/** The variants for Colab. */
export function colabFiles(): NotebookFile[] {
  return notebooks.flatMap((notebook) =>
    languages.flatMap((language) =>
      (['kernel', 'python'] as const).map((plan) => ({
        path: colabPath(notebook, plan, language),
        text: colabText(notebook, plan, language),
      })),
    ),
  );
}

function allFiles(): NotebookFile[] {
  const own = notebooks.flatMap((notebook) =>
    languages.map((language) => ({
      path: notebookPath(notebook, language),
      text: notebookText(notebook, language),
    })),
  );
  return [...own, ...colabFiles()];
}

async function writeAll(root: string): Promise<void> {
  for (const { path, text } of allFiles()) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    await writeFileAtomic(join(root, path), Buffer.from(text));
    process.stdout.write(`${path}\n`);
  }
}

if (require.main === module) void writeAll(join(__dirname, '../..'));
