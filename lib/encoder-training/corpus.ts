/** What the training voices said, analysed: every text by all takes, with the times of its phones. */

import type { OnProgress } from '../config/progress';
import { type FliteRequest, type FliteVoice, speakAll, type Utterance } from '../demo/flite';
import { BANDS, FrontEnd, frameCount } from '../encoder/phone-net/front-end';
import { Philox, streams } from '../random/philox';
import { COEFFICIENTS, EnvelopeAnalyser, envelopes } from './envelope';
import { phoneClass } from './phones';
import { utteranceTexts } from './texts';

/** One rendering of all texts by one voice; frames of all texts lie one after the other. */
export interface Take {
  /** end of every phone in seconds from the start of its text's recording [P] */
  readonly ends: Float32Array;
  /** first frame of every text, and the end of the last [N + 1] */
  readonly frameStart: Int32Array;
  /** envelopes [F, COEFFICIENTS]; empty for takes whose pitch is too high for them */
  readonly cepstra: Float32Array;
  /** natural logarithm of band powers [F, BANDS] */
  readonly logs: Float32Array;
}

export interface Corpus {
  /** classes of the phones of all texts [P] */
  readonly phones: Int32Array;
  /** first phone of every text, and the end of the last [N + 1] */
  readonly textStart: Int32Array;
  /** low voices, whose envelopes are resolved: throats to render with */
  readonly throats: readonly Take[];
  /** recordings as they are */
  readonly recordings: readonly Take[];
}

export interface CorpusPlan {
  readonly texts: number;
  readonly seed: number;
}

/** Part of the cache key: changes with what the corpus holds. */
export const CORPUS_GENERATION = 1;

const LOWEST_HZ = 90;
const RECORDING_LOWEST_HZ = 90;
const RECORDING_HIGHEST_HZ = 420;
const LEAST_POWER = 1e-11;

interface TakePlan {
  readonly voice: FliteVoice;
  readonly pitchHz?: (text: number) => number;
}

function requestsOf(take: TakePlan, texts: readonly string[]): FliteRequest[] {
  return texts.map((text, n) => ({
    voice: take.voice,
    text,
    ...(take.pitchHz ? { pitchHz: take.pitchHz(n) } : {}),
  }));
}

/**
 * Speaks and analyses the corpus. Texts whose voices do not say the same phones (they pause differently) are left out.
 * @throws UserError `flite-failed`; the signal's reason when aborted
 */
export async function makeCorpus(
  plan: CorpusPlan,
  { progress, signal }: { readonly progress: OnProgress; readonly signal: AbortSignal },
): Promise<Corpus> {
  const texts = utteranceTexts(plan.texts, plan.seed);
  const pitched = (n: number): number => {
    const u = new Philox(plan.seed, streams.encoderTexts, 1_000_000 + n).uniform();
    return Math.round(RECORDING_LOWEST_HZ * (RECORDING_HIGHEST_HZ / RECORDING_LOWEST_HZ) ** u);
  };
  const plans: readonly TakePlan[] = [
    { voice: 'kal16', pitchHz: () => LOWEST_HZ },
    { voice: 'rms' },
    { voice: 'kal16', pitchHz: pitched },
  ];
  const spoken: Utterance[][] = [];
  for (const take of plans) {
    spoken.push(
      await speakAll(requestsOf(take, texts), { progress, signal, label: `speech of ${take.voice}` }),
    );
  }
  const same = texts.flatMap((_, n) => (samePhones(spoken.map((take) => take[n]!)) ? [n] : []));
  const kept = spoken.map((take) => same.map((n) => take[n]!));
  const names = kept[0]!.map(({ phones }) => phones.map(({ name }) => phoneClass(name)));
  const [low, rms, high] = await Promise.all(kept.map((take, i) => analyse(take, i < 2)));
  return {
    phones: Int32Array.from(names.flat()),
    textStart: starts(names.map((list) => list.length)),
    throats: [low!, rms!],
    recordings: [high!, rms!],
  };
}

function samePhones(utterances: readonly Utterance[]): boolean {
  const [first, ...rest] = utterances.map(({ phones }) => phones.map(({ name }) => name).join(' '));
  return rest.every((other) => other === first);
}

function starts(lengths: readonly number[]): Int32Array {
  const out = new Int32Array(lengths.length + 1);
  lengths.forEach((length, i) => {
    out[i + 1] = out[i]! + length;
  });
  return out;
}

async function analyse(utterances: readonly Utterance[], withEnvelopes: boolean): Promise<Take> {
  const frontEnd = new FrontEnd();
  const analyser = new EnvelopeAnalyser();
  const frameStart = starts(utterances.map(({ audio }) => frameCount(audio.samples.length)));
  const frames = frameStart.at(-1)!;
  const logs = new Float32Array(frames * BANDS);
  const cepstra = new Float32Array(withEnvelopes ? frames * COEFFICIENTS : 0);
  for (const [n, { audio }] of utterances.entries()) {
    const count = frameStart[n + 1]! - frameStart[n]!;
    logs.set(
      frontEnd.all(audio.samples).data.map((power) => Math.log(power + LEAST_POWER)),
      frameStart[n]! * BANDS,
    );
    if (withEnvelopes) cepstra.set(envelopes(analyser, audio.samples, count), frameStart[n]! * COEFFICIENTS);
    if (n % 50 === 0) await new Promise(setImmediate);
  }
  const ends = Float32Array.from(utterances.flatMap(({ phones }) => phones.map((phone) => phone.endSeconds)));
  return { ends, frameStart, cepstra, logs };
}
