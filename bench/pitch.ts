/**
 * Compares our F0 with librosa's pYIN and Praat's autocorrelation, both run as programs when they are there, and with the
 * set pitch of synthetic singing. Prints JSON.
 *
 *   npx tsx bench/pitch.ts song.wav [more.wav …] [samples.json]
 *
 * `samples.json`: `[{ file, pitchHz, phones: [{ name, startSeconds, endSeconds }] }]`, wavs beside it. The Python that has
 * librosa is named by PITCH_PYTHON (else python3), Praat by PITCH_PRAAT (else praat).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type Audio, durationSeconds } from '../lib/audio/audio';
import type { PitchGrid } from '../lib/audio/pitch-estimator';
import { createPyin } from '../lib/audio/pyin';
import { decodeWav, encodeWav } from '../lib/audio/wav';

const RANGE = { f0MinHz: 40, f0MaxHz: 1100 };
const HOP_SECONDS = 512 / 44100;
const GROSS_CENTS = 50;

const LIBROSA = `
import sys, json, warnings
warnings.filterwarnings('ignore')
import numpy as np, soundfile, librosa
y, sr = soundfile.read(sys.argv[1]); hop = int(sys.argv[2]); frames = int(sys.argv[3])
# librosa centres frame m at sample m * hop, we at m * hop + hop / 2
f0, voiced, _ = librosa.pyin(y[hop // 2:], fmin=float(sys.argv[4]), fmax=float(sys.argv[5]), sr=sr, frame_length=2048, hop_length=hop)
f0 = np.where(voiced, f0, 0.0)[:frames]
print(json.dumps(np.pad(f0, (0, frames - len(f0))).tolist()))
`;

const PRAAT = `form F0
  sentence path
  positive hop 0.01
  integer frames 1
  positive floor 40
  positive ceiling 1100
endform
Read from file: path$
To Pitch (ac): hop, floor, 15, "no", 0.03, 0.45, 0.01, 0.35, 0.14, ceiling
for m from 1 to frames
  f = Get value at time: (m - 0.5) * hop, "Hertz", "linear"
  appendInfoLine: f
endfor
`;

type Track = ArrayLike<number>;

function runLibrosa(path: string, grid: PitchGrid): Track {
  const args = ['-c', LIBROSA, path, grid.hopSize, grid.frames, RANGE.f0MinHz, RANGE.f0MaxHz].map(String);
  const python = process.env.PITCH_PYTHON ?? 'python3';
  return JSON.parse(execFileSync(python, args, { encoding: 'utf8', maxBuffer: 2 ** 28, stdio: 'pipe' }));
}

function runPraat(path: string, grid: PitchGrid, folder: string): Track {
  const script = join(folder, 'f0.praat');
  writeFileSync(script, PRAAT);
  const hopSeconds = grid.hopSize / grid.sampleRate;
  const args = ['--run', script, path, hopSeconds, grid.frames, RANGE.f0MinHz, RANGE.f0MaxHz].map(String);
  const out = execFileSync(process.env.PITCH_PRAAT ?? 'praat', args, { encoding: 'utf8', stdio: 'pipe' });
  return out
    .trim()
    .split('\n')
    .map((line) => Number.parseFloat(line) || 0);
}

function median(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1e4) / 1e4;
}

/** `pitchAccuracy`: share of the frames voiced in both that lie within 50 cents. */
function compare(ours: Track, theirs: Track) {
  const cents: number[] = [];
  let [same, onlyOurs, onlyTheirs, octaves] = [0, 0, 0, 0];
  for (let m = 0; m < ours.length; m++) {
    const [a, b] = [ours[m]!, theirs[m]!];
    if (a > 0 === b > 0) same++;
    else if (a > 0) onlyOurs++;
    else onlyTheirs++;
    if (a > 0 && b > 0) {
      const error = Math.abs(1200 * Math.log2(a / b));
      cents.push(error);
      if (Math.abs((error % 1200) - 600) > 600 - GROSS_CENTS && error > 600) octaves++;
    }
  }
  const share = (count: number, of: number) => rounded(of === 0 ? null : count / of);
  return {
    framesVoicedInBoth: cents.length,
    pitchAccuracy50Cents: share(cents.filter((c) => c <= GROSS_CENTS).length, cents.length),
    octaveErrors: share(octaves, cents.length),
    medianCents: rounded(median(cents)),
    voicingAgreement: share(same, ours.length),
    onlyOursVoiced: share(onlyOurs, ours.length),
    onlyTheirsVoiced: share(onlyTheirs, ours.length),
  };
}

/** `compare`, with the other track as it is and moved by the number of frames that makes the two agree best. */
function compareShifted(ours: Track, theirs: Track): Record<string, unknown> {
  const moved = [-3, -2, -1, 0, 1, 2, 3].map((shift) => ({
    shiftFrames: shift,
    ...compare(
      ours,
      Array.from(ours, (_, m) => theirs[m + shift] ?? 0),
    ),
  }));
  const accuracy = (entry: (typeof moved)[number]) => entry.pitchAccuracy50Cents ?? 0;
  const best = moved.reduce((a, b) => (accuracy(b) > accuracy(a) ? b : a));
  return { ...compare(ours, theirs), best };
}

/** The track of a program with its time, or why it could not be run. */
function attempt(action: () => Track): { track: Track; seconds: number } | { absent: string } {
  const start = performance.now();
  try {
    const track = action();
    return { track, seconds: (performance.now() - start) / 1000 };
  } catch (error) {
    return {
      absent: String((error as Error).message)
        .split('\n')
        .slice(-3)
        .join(' ')
        .slice(0, 200),
    };
  }
}

function describeProgram(ours: Track, program: ReturnType<typeof attempt>): unknown {
  if ('absent' in program) return program;
  return { wallSeconds: rounded(program.seconds), ...compareShifted(ours, program.track) };
}

function gridOf(audio: Audio): PitchGrid {
  const hopSize = 2 * Math.round((HOP_SECONDS * audio.sampleRate) / 2);
  return { sampleRate: audio.sampleRate, hopSize, frames: Math.floor(audio.samples.length / hopSize) };
}

async function benchFile(path: string, folder: string): Promise<unknown> {
  const audio = decodeWav(readFileSync(path), path);
  const mono = join(folder, 'mono.wav');
  writeFileSync(mono, encodeWav(audio, '24'));
  const grid = gridOf(audio);
  const start = performance.now();
  const ours = await createPyin(RANGE).estimate(audio, grid);
  const wallSeconds = (performance.now() - start) / 1000;
  const librosa = attempt(() => runLibrosa(mono, grid));
  const praat = attempt(() => runPraat(mono, grid, folder));
  return {
    file: basename(path),
    seconds: rounded(durationSeconds(audio)),
    wallSeconds: rounded(wallSeconds),
    realTimeFactor: rounded(wallSeconds / durationSeconds(audio)),
    voiced: rounded(ours.filter((hz) => hz > 0).length / grid.frames),
    librosa: describeProgram(ours, librosa),
    praat: describeProgram(ours, praat),
    /** how well the two others agree with each other: what can be expected of us */
    librosaAgainstPraat: 'track' in librosa && 'track' in praat ? compare(librosa.track, praat.track) : null,
  };
}

interface SetPitchSample {
  readonly file: string;
  readonly pitchHz: number;
  readonly phones: readonly {
    readonly name: string;
    readonly startSeconds: number;
    readonly endSeconds: number;
  }[];
}

const VOWEL = /^(aa|ae|ah|ao|aw|ax|ay|eh|er|ey|ih|iy|ow|oy|uh|uw)\d?$/;
/** phone ends are left out: there the pitch of a synthesiser moves */
const EDGE_SECONDS = 0.03;

async function benchSetPitch(list: string): Promise<unknown> {
  const rows = [];
  for (const sample of JSON.parse(readFileSync(list, 'utf8')) as SetPitchSample[]) {
    if (!sample.pitchHz || !sample.phones) continue;
    const audio = decodeWav(readFileSync(join(dirname(list), sample.file)), sample.file);
    const grid = gridOf(audio);
    const ours = await createPyin(RANGE).estimate(audio, grid);
    const inVowel = (m: number) => {
      const seconds = ((m + 0.5) * grid.hopSize) / grid.sampleRate;
      return sample.phones.some(
        (p) =>
          VOWEL.test(p.name) &&
          seconds > p.startSeconds + EDGE_SECONDS &&
          seconds < p.endSeconds - EDGE_SECONDS,
      );
    };
    const frames = [...ours].filter((_, m) => inVowel(m));
    const cents = frames.filter((hz) => hz > 0).map((hz) => 1200 * Math.log2(hz / sample.pitchHz));
    rows.push({
      file: sample.file,
      pitchHz: sample.pitchHz,
      vowelFrames: frames.length,
      unvoicedInVowels: frames.length - cents.length,
      grossErrors: cents.filter((c) => Math.abs(c) > GROSS_CENTS).length,
      medianCents: rounded(median(cents)),
    });
  }
  return { setPitch: basename(list), rows };
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pitch-bench-'));
  try {
    const results = [];
    for (const path of process.argv.slice(2)) {
      results.push(path.endsWith('.json') ? await benchSetPitch(path) : await benchFile(path, folder));
    }
    process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

void main();
