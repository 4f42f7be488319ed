/** The language that the steps speak. The notebook's metadata does not reach the kernel: Korean cells say so themselves. */

/** The same text in every language that the notebooks are written in. */
export interface Text {
  readonly en: string;
  readonly ko: string;
}

/** What `useLanguage` takes. */
export type Language = keyof Text;

let language: Language = 'en';

/** Sets the language of what the steps say, until it is set again. */
export function useLanguage(next: Language): void {
  language = next;
}

/** `text` in the language that the notebook asked for. */
export function inLanguage(text: Text): string {
  return text[language];
}

/** Prints a line below the cell. */
export function say(text: Text): void {
  process.stdout.write(`${inLanguage(text)}\n`);
}
