/**
 * Colab-style forms of notebook cells: what a cell's comments say about the values in it. The literal in the source is
 * the only place where a value lives; everything that shows a form is a view of it.
 *
 * Runs in the kernel, in the command line and in the browser, so nothing in this folder imports Node.
 */

/** Type of a field, as in `{type:"integer"}`. */
export const fieldTypes = ['string', 'raw', 'integer', 'number', 'boolean', 'date', 'slider'] as const;
export type FieldType = (typeof fieldTypes)[number];

/** What a field holds. Raw fields hold source text. */
export type FieldValue = string | number | boolean;

/** One entry of a dropdown. */
export interface Choice {
  readonly label: string;
  /** `label` is written between quotes; otherwise it is source text */
  readonly quoted: boolean;
}

/** A line `name = literal // #@param ...`. */
export interface Field {
  readonly kind: 'field';
  readonly name: string;
  /** from 1 */
  readonly line: number;
  readonly type: FieldType;
  /** source text of the value, exactly */
  readonly literal: string;
  /** range of `literal` in the source, in UTF-16 units */
  readonly start: number;
  readonly end: number;
  /** null where the literal is not of the type, e.g. an expression */
  readonly value: FieldValue | null;
  /** present for dropdowns */
  readonly choices?: readonly Choice[];
  /** a dropdown that takes other values too */
  readonly allowInput: boolean;
  /** sliders only */
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly placeholder: string;
  /** a path of a file or folder is asked; by `picker:` in the braces or by the name of the field */
  readonly picker: 'file' | 'folder' | null;
  /** a line that Colab's Python would take: `#@param` without `//` */
  readonly bare: boolean;
}

/** A line `// #@markdown text`. */
export interface Markdown {
  readonly kind: 'markdown';
  readonly line: number;
  readonly text: string;
}

/** A form line that cannot be read. */
export interface FormProblem {
  readonly line: number;
  /** one sentence, without the line */
  readonly message: string;
}

export interface Form {
  readonly title: string | null;
  readonly displayMode: 'form' | 'code' | 'both';
  /** run the cell again after an edit */
  readonly autoRun: boolean;
  readonly verticalOutput: boolean;
  /** CSS width, `50%` or `400px` */
  readonly formWidth: string | null;
  readonly items: readonly (Field | Markdown)[];
  readonly problems: readonly FormProblem[];
}

/** The fields of a form in the order of the source. */
export function fieldsOf(form: Form): Field[] {
  return form.items.filter((item) => item.kind === 'field');
}

/** Whether there is anything to draw. */
export function hasForm(form: Form): boolean {
  return form.title !== null || form.items.length > 0;
}
