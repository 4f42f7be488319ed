/** Everything that is measured on speech and real singing, without a conversion. */
import { type Audio, durationSeconds } from '../../audio/audio';
import type { FliteOptions, FliteVoice, Utterance } from '../../demo/flite';
import { speakAll } from '../../demo/flite';
import type { ContentEncoder, Units } from '../../encoder/content-encoder';
import type { PhoneClassifier, Posteriors } from '../evaluated-encoder';
import { activeFrames } from './active-frames';
import { alignPhones } from './forced-alignment';
import { ljTexts } from './lj-texts';
import { type PhoneScores, scorePhones, topPhones } from './phone-scores';
import { type ProbedVoice, type ProbeResult, probeSpeakers } from './speaker-probe';
import { type NamedRecording, speakJudged } from './spoken-voices';

/** A voice that says the same kind of thing as the others. */
export interface SpokenVoice {
  readonly name: string;
  readonly recordings: readonly Audio[];
}

/** Agreement with a person's recordings of which only the text is known. */
export interface ReadingScores {
  /** recordings whose own text is the best of all texts */
  readonly found: number;
  readonly of: number;
  /** share of the frames whose likeliest phone is the one that the alignment to the text puts there */
  readonly frameAgreement: number;
}

export interface Cost {
  /** length of the audio over the time that its units take */
  readonly timesRealTime: number;
  readonly parameters: number;
  readonly bytes: number;
}

/** The rows of `matrix` whose frame is not silent. */
function activeRows(audio: Audio, { matrix, ...times }: Units): Units['matrix'] {
  const active = activeFrames(audio, { ...times, frames: matrix.frames });
  const chosen = [...active.keys()].filter((t) => active[t]);
  const data = new Float32Array(chosen.length * matrix.width);
  for (const [i, t] of chosen.entries())
    data.set(matrix.data.subarray(t * matrix.width, (t + 1) * matrix.width), i * matrix.width);
  return { data, frames: chosen.length, width: matrix.width };
}

/**
 * The probe on units as a conversion gets them: the first voice is the target, all others are on their way to it. A
 * standardisation of each voice by itself would hide from a linear classifier whatever is left.
 */
export async function probeUnits(
  encoder: ContentEncoder,
  voices: readonly SpokenVoice[],
): Promise<ProbeResult> {
  const probed: ProbedVoice[] = [];
  const target = await encoder.profile(voices[0]!.recordings);
  for (const { name, recordings } of voices) {
    const profile = name === voices[0]!.name ? target : await encoder.profile(recordings, target);
    const utterances = [];
    for (const audio of recordings) utterances.push(activeRows(audio, await encoder.units(audio, profile)));
    probed.push({ name, utterances });
  }
  return probeSpeakers(probed);
}

/** Phone scores on `judgedSentences` by one of flite's voices. */
export async function scoreVoice(
  classifier: PhoneClassifier,
  voice: FliteVoice,
  options: FliteOptions,
): Promise<PhoneScores> {
  const utterances: { posteriors: Posteriors; phones: Utterance['phones'] }[] = [];
  for (const { audio, phones } of await speakJudged(voice, options)) {
    utterances.push({ posteriors: await classifier.posteriors(audio), phones });
  }
  return scorePhones(utterances, classifier.phones);
}

/** Which text each recording is aligned to best, and how its frames agree with the right one; null without a known text. */
export async function scoreReading(
  classifier: PhoneClassifier,
  recordings: readonly NamedRecording[],
  options: FliteOptions,
): Promise<ReadingScores | null> {
  const known = recordings.filter(({ name }) => Object.hasOwn(ljTexts, name));
  if (known.length === 0) return null;
  const spoken = await speakAll(
    known.map(({ name }) => ({ voice: 'kal16', text: ljTexts[name]! })),
    { ...options, label: 'texts' },
  );
  const column = (phone: string): number => classifier.phones.indexOf(phone);
  const texts = spoken.map(({ phones }) => phones.map(({ name }) => column(name)).filter((c) => c >= 0));
  let [found, agreeing, frames] = [0, 0, 0];
  for (const [i, { audio }] of known.entries()) {
    const posteriors = await classifier.posteriors(audio);
    const alignments = texts.map((text) => alignPhones(posteriors.matrix, text, column('pau')));
    if (alignments.every(({ score }) => score <= alignments[i]!.score)) found += 1;
    const { classes } = topPhones(posteriors);
    agreeing += alignments[i]!.path.filter((c, t) => c === classes[t]).length;
    frames += classes.length;
  }
  return { found, of: known.length, frameAgreement: agreeing / frames };
}

/** Times the encoder on about half a minute of speech, after a first pass that loads and compiles. */
export async function measureCost(
  encoder: ContentEncoder,
  weights: { readonly parameters: number; readonly bytes: number } | null,
  recordings: readonly Audio[],
  clock: () => number,
): Promise<Cost> {
  const profile = await encoder.profile(recordings);
  const pass = async (): Promise<void> => {
    for (const audio of recordings) await encoder.units(audio, profile);
  };
  await pass();
  const started = clock();
  await pass();
  const seconds = (clock() - started) / 1000;
  const length = recordings.reduce((sum, audio) => sum + durationSeconds(audio), 0);
  return {
    timesRealTime: length / seconds,
    parameters: weights?.parameters ?? 0,
    bytes: weights?.bytes ?? 0,
  };
}
