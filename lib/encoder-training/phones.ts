/** The sounds that the net tells apart: flite's American English set, `pau` for silence. */

export const phoneNames: readonly string[] =
  'pau aa ae ah ao aw ax ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh t th uh uw v w y z zh'.split(
    ' ',
  );

/** Class of silence. */
export const SILENCE = 0;

const vowels = new Set('aa ae ah ao aw ax ay eh er ey ih iy ow oy uh uw'.split(' '));
const glides = new Set('aw ay ey ow oy'.split(' '));
const hissing = new Set('ch dh f jh s sh th v z zh'.split(' '));
const voiceless = new Set('pau ch f hh k p s sh t th'.split(' '));

/** Class of a phone's name. @throws Error for a name that flite does not have */
export function phoneClass(name: string): number {
  const found = phoneNames.indexOf(name);
  if (found < 0) throw new Error(`Expected a phone of flite, got ${name}`);
  return found;
}

const flags = (names: ReadonlySet<string>): readonly boolean[] => phoneNames.map((name) => names.has(name));

/** By class: whether it can be held on a note. */
export const isVowel = flags(vowels);
/** By class: whether it is a vowel that moves from one place to another. */
export const isGlide = flags(glides);
/** By class: whether the vocal folds stand still. */
export const isVoiceless = flags(voiceless);
/** By class: whether it is made at the teeth or lips, where a longer throat changes little. */
export const isHissing = flags(hissing);
