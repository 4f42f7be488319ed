/** The evaluation as a table, and the lines that an encoder of ours has to pass. */
import type { ConversionResult } from './conversion';
import type { Evaluation } from './evaluate';

/** A line to pass; `value` null: not measured. */
export interface Bar {
  readonly id: string;
  readonly value: number | null;
  readonly limit: number;
  readonly bound: 'at-most' | 'at-least';
}

const LIMITS = { source: 0.55, control: 0.7, speaker: 0.45 } as const;
/** How far the exchanged singers may stay behind. */
const EXCHANGED = 1.15;
const PROBE = 0.33;
const INTELLIGIBILITY = 0.75;
const SURE = 0.6;
const CALIBRATION = 0.1;

/** Whether a bar is passed; null when it was not measured. */
export function passes({ value, limit, bound }: Bar): boolean | null {
  if (value === null) return null;
  return bound === 'at-most' ? value <= limit : value >= limit;
}

/** MCD and speaker distance of the converted song over those of the source and the controls. */
function conversionBars(result: ConversionResult | null, name: string, slack: number): Bar[] {
  const tracks = result?.scores.tracks;
  const mcd = (other: string) => (tracks ? tracks.converted!.mcdDb / tracks[other]!.mcdDb : null);
  const speaker = tracks ? tracks.converted!.speakerDistanceDb / tracks.source!.speakerDistanceDb : null;
  const atMost = (id: string, value: number | null, limit: number): Bar => ({
    id: `${name} ${id}`,
    value,
    limit: limit * slack,
    bound: 'at-most',
  });
  return [
    atMost('mcd/source', mcd('source'), LIMITS.source),
    atMost('mcd/equalised', mcd('equalised'), LIMITS.control),
    atMost('mcd/zeroed', mcd('zeroed'), LIMITS.control),
    atMost('speaker/source', speaker, LIMITS.speaker),
  ];
}

/** All lines, passed or not. */
export function barsOf(evaluation: Evaluation): Bar[] {
  const { probe, phones, stability, conversion, exchanged } = evaluation;
  const heard = conversion?.intelligibility;
  const unheard = phones && Object.values(phones).map((scores) => scores.calibrationError);
  return [
    ...conversionBars(conversion, 'awb>slt', 1),
    ...conversionBars(exchanged, 'slt>awb', EXCHANGED),
    {
      id: 'speaker probe',
      value: probe?.voices.length === 5 ? probe.balancedAccuracy : null,
      limit: PROBE,
      bound: 'at-most',
    },
    {
      id: 'phone accuracy/truth, song',
      value: heard?.song.ofTruth.converted ?? null,
      limit: INTELLIGIBILITY,
      bound: 'at-least',
    },
    {
      id: 'phone accuracy/truth, all songs',
      value: heard?.songs.ofTruth.converted ?? null,
      limit: INTELLIGIBILITY,
      bound: 'at-least',
    },
    { id: 'sure frames of real singing', value: stability?.sure ?? null, limit: SURE, bound: 'at-least' },
    {
      id: 'calibration, unheard voices',
      value: unheard ? Math.max(...unheard) : null,
      limit: CALIBRATION,
      bound: 'at-most',
    },
  ];
}

const figure = (value: number | null | undefined, digits = 2): string =>
  value === null || value === undefined || Number.isNaN(value) ? '-' : value.toFixed(digits);

function conversionText(result: ConversionResult | null, name: string): string[] {
  if (result === null) return [];
  const tracks = Object.entries(result.scores.tracks);
  const rows = tracks.map(
    ([track, t]) =>
      `  ${track.padEnd(16)}${figure(t.mcdDb).padStart(8)}${figure(t.speakerDistanceDb).padStart(9)}`,
  );
  return [`${name.padEnd(18)}  MCD dB  speaker`, ...rows, ...heardText(result)];
}

function heardText({ intelligibility }: ConversionResult): string[] {
  if (intelligibility === null) return ['  (intelligibility: no recogniser)'];
  return Object.entries(intelligibility).flatMap(
    ([material, { phoneAccuracy, ofTruth, interval, phones }]) => [
      `  phone accuracy by PocketSphinx, ${material} (${phones} phones): accuracy, of the truth's, 95 %`,
      ...Object.keys(phoneAccuracy).map(
        (name) =>
          `    ${name.padEnd(14)}${figure(phoneAccuracy[name], 3).padStart(8)}${figure(ofTruth[name]).padStart(7)}   ` +
          `${figure(interval[name]?.[0])}..${figure(interval[name]?.[1])}`,
      ),
    ],
  );
}

function listeningText({ probe, phones, reading, stability, cost }: Evaluation): string[] {
  const rows: string[] = [];
  if (probe) {
    const recall = Object.entries(probe.recall).map(([name, r]) => `${name} ${figure(r)}`);
    rows.push(
      `speaker probe, ${probe.voices.length} voices: ${figure(probe.balancedAccuracy, 3)} (${recall.join(', ')})`,
    );
  }
  for (const [voice, s] of Object.entries(phones ?? {})) {
    rows.push(
      `phones, ${voice}: frames ${figure(s.frameAccuracy)}, greedy error ${figure(s.phoneError)}, ` +
        `calibration error ${figure(s.calibrationError, 3)}, mean top ${figure(s.meanTop)}`,
    );
  }
  if (reading)
    rows.push(
      `read texts: ${reading.found} of ${reading.of} found, frames that agree ${figure(reading.frameAgreement)}`,
    );
  if (stability) {
    rows.push(
      `real singing: ${figure(100 * stability.sure, 0)} % of frames sure (silence too: ${figure(100 * stability.sureOfAll, 0)} %), ` +
        `mean top ${figure(stability.meanTop)}, mean run ${figure(stability.meanRunMs, 0)} ms`,
    );
  }
  if (cost)
    rows.push(
      `cost: ${figure(cost.timesRealTime, 0)} x real time, ${cost.parameters} parameters, ${cost.bytes} bytes`,
    );
  return rows;
}

/** The whole evaluation for a person. */
export function describe(evaluation: Evaluation): string {
  const bars = barsOf(evaluation).map((bar) => {
    const passed = passes(bar);
    const mark = passed === null ? '--  ' : passed ? 'ok  ' : 'FAIL';
    return `  ${mark} ${bar.id}: ${figure(bar.value, 3)} (${bar.bound.replace('-', ' ')} ${figure(bar.limit, 3)})`;
  });
  return [
    `${evaluation.encoderId}, ${evaluation.steps} steps${evaluation.quick ? ', quick' : ''}`,
    ...listeningText(evaluation),
    ...conversionText(evaluation.conversion, 'awb>slt'),
    ...conversionText(evaluation.exchanged, 'slt>awb'),
    'lines to pass:',
    ...bars,
  ].join('\n');
}
