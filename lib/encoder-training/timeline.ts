/**
 * How a piece of the corpus is timed: texts one after the other, spoken or sung. Only times are decided here; every
 * throat then says the same at the same time, so that what differs between renderings is not content.
 */
import type { Philox } from '../random/philox';
import { isGlide, isVowel, SILENCE } from './phones';

/** What is timed: phones of all texts and how long one of the takes holds them. */
export interface TimedTexts {
  readonly phones: Int32Array;
  readonly textStart: Int32Array;
  /** end of every phone from the start of its text, seconds */
  readonly ends: Float32Array;
}

/** Where every 10 ms of a piece lies in the corpus. */
export interface Timeline {
  /** index of the phone in the corpus [T] */
  readonly phone: Int32Array;
  /** seconds since the phone began [T] */
  readonly since: Float32Array;
  /** length of the phone in this piece, seconds [T] */
  readonly length: Float32Array;
  /** text of the frame [T] */
  readonly text: Int32Array;
  /** how late a glide leaves its first vowel: exponent on the place within the middle [T] */
  readonly hold: Float32Array;
  /** seconds at both ends of a phone that pass at natural speed */
  readonly edgeSeconds: number;
}

/**
 * `spoken`: natural but for the tempo. `sung`: vowels are held, consonants are not, as people sing. `stretched`: all sounds
 * are held alike, as synthesisers sing.
 */
type Manner = 'spoken' | 'sung' | 'stretched';

export const FRAME_SECONDS = 0.01;
const SUNG_SHARE = 0.35;
const STRETCHED_SHARE = 0.35;
/** What is left at natural speed at both ends of a phone, where sounds pass into each other. */
const EDGE_SECONDS = 0.04;
const LEAST_SECONDS = 0.02;

function between(random: Philox, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

function drawManner(random: Philox): Manner {
  const draw = random.uniform();
  if (draw < SUNG_SHARE) return 'sung';
  return draw < SUNG_SHARE + STRETCHED_SHARE ? 'stretched' : 'spoken';
}

/** Draws how long a phone is held. */
function heldSeconds(random: Philox, phone: number, natural: number, manner: Manner, rate: number): number {
  if (phone === SILENCE) return between(random, 0.03, 0.35);
  if (manner !== 'sung') return natural * rate * between(random, 0.85, 1.2);
  if (!isVowel[phone]) return natural * between(random, 0.7, 1.5);
  return Math.max(natural, 0.1 * Math.exp(between(random, 0, 2.5)));
}

/**
 * Times `frames` frames, beginning somewhere in a text that is drawn.
 * @param random draws; the timeline depends on nothing else
 */
export function drawTimeline(texts: TimedTexts, frames: number, random: Philox): Timeline {
  const manner = drawManner(random);
  const out: Timeline = {
    phone: new Int32Array(frames),
    since: new Float32Array(frames),
    length: new Float32Array(frames),
    text: new Int32Array(frames),
    hold: new Float32Array(frames),
    edgeSeconds: manner === 'stretched' ? 0 : EDGE_SECONDS,
  };
  const count = texts.textStart.length - 1;
  let clock = 0;
  for (let t = 0, first = true; t < frames; first = false) {
    const text = random.integer(count);
    const [start, end] = [texts.textStart[text]!, texts.textStart[text + 1]!];
    const rate = Math.exp(manner === 'stretched' ? between(random, 0, 1.4) : between(random, -0.35, 0.45));
    for (let p = first ? start + random.integer(end - start) : start; p < end && t < frames; p++) {
      const natural = texts.ends[p]! - (p === start ? 0 : texts.ends[p - 1]!);
      const length = Math.max(LEAST_SECONDS, heldSeconds(random, texts.phones[p]!, natural, manner, rate));
      const hold = manner === 'sung' && isGlide[texts.phones[p]!] ? between(random, 1, 3) : 1;
      const began = clock;
      clock += length;
      for (; t < frames && (t + 0.5) * FRAME_SECONDS < clock; t++) {
        out.phone[t] = p;
        out.text[t] = text;
        out.since[t] = (t + 0.5) * FRAME_SECONDS - began;
        out.length[t] = length;
        out.hold[t] = hold;
      }
    }
  }
  return out;
}

/**
 * Place within a phone of `natural` seconds that is heard `since` seconds after its start where it is held for `length`:
 * its ends pass at natural speed, its middle is stretched.
 * @param hold exponent on the place within the middle; 1 = even
 * @param edgeSeconds how long the ends are
 */
export function placeInPhone(
  since: number,
  length: number,
  natural: number,
  hold: number,
  edgeSeconds = EDGE_SECONDS,
): number {
  const edge = Math.min(edgeSeconds, natural / 3, length / 3);
  if (since <= edge) return since;
  if (since >= length - edge) return natural - (length - since);
  const place = ((since - edge) / (length - 2 * edge)) ** hold;
  return edge + place * (natural - 2 * edge);
}
