/** Flite's phones in the spelling of the CMU dictionary, which has fewer. */
import type { Phone } from '../../demo/flite';

/** Those whose name is not just the other in capitals. */
const others: Readonly<Record<string, string>> = {
  ax: 'AH',
  axr: 'ER',
  dx: 'T',
  nx: 'N',
  hv: 'HH',
  el: 'L',
  em: 'M',
  en: 'N',
  wh: 'W',
};

/** The phones of an utterance without silence. */
export function cmuPhones(phones: readonly Phone[]): string[] {
  return phones.filter(({ name }) => name !== 'pau').map(({ name }) => others[name] ?? name.toUpperCase());
}
