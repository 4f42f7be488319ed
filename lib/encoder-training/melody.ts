/** Pitch for a piece: notes on its vowels with glides and vibrato, or an intonation; any height that people sing at. */
import type { Philox } from '../random/philox';
import { isVowel } from './phones';
import type { Timeline } from './timeline';

const LOWEST_HZ = 75;
const HIGHEST_HZ = 800;
const CENTRE_LOW_HZ = 85;
const CENTRE_HIGH_HZ = 520;

function between(random: Philox, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

/** F0 in Hz of every frame of a timeline. @param phones classes of the corpus's phones */
export function drawMelody(timeline: Timeline, phones: Int32Array, random: Philox): Float32Array {
  const frames = timeline.phone.length;
  const centre = CENTRE_LOW_HZ * (CENTRE_HIGH_HZ / CENTRE_LOW_HZ) ** random.uniform();
  const sung = random.uniform() < 0.6;
  const range = sung ? 7 : 4;
  // Share of the way to the note that is gone in a frame.
  const glide = between(random, 0.08, 0.5);
  const vibratoHz = between(random, 4.5, 7);
  const vibratoSemitones = sung && random.uniform() < 0.6 ? between(random, 0.15, 1) : 0;
  const out = new Float32Array(frames);
  let note = between(random, -range / 2, range / 2);
  let pitch = note;
  let last = -1;
  const phase = random.uniform();
  for (let t = 0; t < frames; t++) {
    const phone = timeline.phone[t]!;
    if (phone !== last && isVowel[phones[phone]!]) {
      note = Math.min(range, Math.max(-range, note + between(random, -5, 5)));
    }
    last = phone;
    pitch += glide * (note - pitch);
    const onset = Math.min(1, timeline.since[t]! / 0.3);
    const vibrato = vibratoSemitones * onset * Math.sin(2 * Math.PI * (phase + vibratoHz * 0.01 * t));
    const hz = centre * 2 ** ((pitch + vibrato) / 12);
    out[t] = Math.min(HIGHEST_HZ, Math.max(LOWEST_HZ, hz));
  }
  return out;
}
