/** Notebook files: read, their form fields set, written (nbformat 4). */
import { readFile } from 'node:fs/promises';
import { UserError } from '../config/errors';
import { type Field, fieldsOf } from '../forms/form';
import { parseForm } from '../forms/parse';
import { valueFromText, writeField } from '../forms/write';
import { writeFileAtomic } from '../storage/atomic-file';

/** A cell; what is not named here is kept as it was. */
export interface NotebookCell {
  readonly cell_type: string;
  source: string | string[];
  outputs?: object[];
  execution_count?: number | null;
  readonly [more: string]: unknown;
}

export interface NotebookFile {
  readonly cells: NotebookCell[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly nbformat: number;
  readonly [more: string]: unknown;
}

/** @throws UserError `no-such-file`, `not-a-notebook` */
export async function readNotebook(path: string): Promise<NotebookFile> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new UserError('no-such-file', `Expected to read ${path}: ${cause.message}`, 'Check the path.', {
      cause,
    });
  });
  const refuse = (why: string): never => {
    throw new UserError(
      'not-a-notebook',
      `Expected ${path} to be a notebook: ${why}`,
      'Give the path of an .ipynb file.',
    );
  };
  let read: Partial<NotebookFile> | null = null;
  try {
    read = JSON.parse(text) as Partial<NotebookFile> | null;
  } catch (error) {
    refuse((error as Error).message);
  }
  if (read?.nbformat !== 4 || !Array.isArray(read.cells)) refuse('it is not of nbformat 4');
  return read as NotebookFile;
}

/** @throws UserError of `writeFileAtomic` */
export async function writeNotebook(path: string, notebook: NotebookFile): Promise<void> {
  await writeFileAtomic(path, Buffer.from(`${JSON.stringify(notebook, null, 1)}\n`));
}

/** The text of a cell; files hold it whole or as lines. */
export function cellSource(cell: NotebookCell): string {
  return Array.isArray(cell.source) ? cell.source.join('') : cell.source;
}

/**
 * Sets the literals of form fields in place; a name that stands in several cells is set in all of them.
 * @param values `name` -> text from the command line
 * @throws UserError `no-such-field` with the names that there are; `form-value`
 */
export function setFields(notebook: NotebookFile, values: ReadonlyMap<string, string>): void {
  const known = new Set<string>();
  const missing = new Set(values.keys());
  for (const cell of notebook.cells.filter(({ cell_type }) => cell_type === 'code')) {
    let source = cellSource(cell);
    // Every write moves what comes after it, so the form is read anew.
    for (let i = 0; i < fieldsOf(parseForm(source)).length; i++) {
      const field = fieldsOf(parseForm(source))[i]!;
      known.add(field.name);
      const text = values.get(field.name);
      if (text === undefined) continue;
      missing.delete(field.name);
      source = setField(source, field, text);
    }
    cell.source = source;
  }
  if (missing.size === 0) return;
  throw new UserError(
    'no-such-field',
    `Expected a form field for ${[...missing].join(', ')}, the notebook has ${[...known].join(', ') || 'none'}`,
    'Use one of these names; nothing was run.',
  );
}

function setField(source: string, field: Field, text: string): string {
  return writeField(source, field, valueFromText(field, text));
}
