/** What a notebook is made of, in both languages; `write.ts` makes .ipynb files of it. */

/** The same text in English and Korean. */
export interface Text {
  readonly en: string;
  readonly ko: string;
}

/** One field of a form. `options` as in Colab's `#@param`. */
export interface Field {
  readonly name: string;
  /** the literal as it stands in the cell */
  readonly literal: string;
  /** what follows `#@param` */
  readonly param: string;
}

export type CellSource =
  | { readonly kind: 'markdown'; readonly id: string; readonly text: Text }
  | {
      readonly kind: 'code';
      readonly id: string;
      readonly title: Text;
      /** lines of explanation under the title */
      readonly notes?: Text;
      readonly fields: readonly Field[];
      /** name of the cell library's function; it gets the fields as one object */
      readonly call: string;
    };

export interface NotebookSource {
  readonly name: string;
  readonly cells: readonly CellSource[];
}

export function markdown(id: string, en: string, ko: string): CellSource {
  return { kind: 'markdown', id, text: { en, ko } };
}

export function text(name: string, value: string, placeholder?: string): Field {
  const extra = placeholder === undefined ? '' : `, placeholder:${JSON.stringify(placeholder)}`;
  return { name, literal: JSON.stringify(value), param: `{type:"string"${extra}}` };
}

export function integer(name: string, value: number): Field {
  return { name, literal: String(value), param: '{type:"integer"}' };
}

export function number(name: string, value: number): Field {
  return { name, literal: String(value), param: '{type:"number"}' };
}

export function boolean(name: string, value: boolean): Field {
  return { name, literal: String(value), param: '{type:"boolean"}' };
}

export function choice(name: string, value: string, options: readonly string[]): Field {
  return { name, literal: JSON.stringify(value), param: JSON.stringify(options) };
}
