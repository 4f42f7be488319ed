/**
 * The source of NSF-HiFiGAN: a sum of harmonics of F0 with a little noise (Wang et al. 2019, "Neural source-filter
 * waveform models"; numbers from spec section i). Increments are float32 as in the reference, running sums float64: a
 * float32 sum is off by whole cycles after seconds.
 */
import { Philox, streams } from '../../random/philox';

const amplitude = 0.1;
const voicedNoise = 0.003;
const f32 = Math.fround;
const pi = f32(Math.PI);

/** Everything random in one synthesis. */
export interface SourceDraws {
  /** initial phase of each harmonic in cycles [H]; the first is not used (it is 0) */
  readonly phases: Float32Array;
  /** standard normal values of the samples of one frame, [hopSize, H] */
  noise(frame: number): Float32Array;
}

/** Draws that depend on seed and frame only, so that any stretch of a song can be made again. */
export function seededDraws(seed: number, harmonics: number, hopSize: number): SourceDraws {
  const generator = new Philox(seed, streams.vocoder);
  return {
    phases: Float32Array.from({ length: harmonics }, () => generator.uniform()),
    noise: (frame) => new Philox(seed, streams.vocoder, 1 + frame).normals(hopSize * harmonics),
  };
}

/** One harmonic of the sine generator, frame after frame. */
class Harmonic {
  private total = 0;
  private wrapped = 0;
  private previous = 0;
  private first = true;

  /** @param phase in cycles, before the first increment */
  constructor(
    private readonly number: number,
    private readonly phase: number,
    private readonly sampleRate: number,
  ) {}

  /** Writes the sine of the next frame to every `stride`-th value of `out`, from `offset` on. */
  frame(f0: number, out: Float32Array, offset: number, stride: number): void {
    const step = f32(f32(f0 * this.number) / this.sampleRate) % 1;
    for (let i = offset; i < out.length; i += stride) {
      const cycles = this.first ? f32(step + this.phase) : step;
      this.total += cycles;
      const position = f32(this.total) % 1;
      // A wrap takes one whole cycle off the second sum, which therefore stays small and exact.
      this.wrapped += !this.first && position < this.previous ? f32(cycles - 1) : cycles;
      this.previous = position;
      this.first = false;
      out[i] = f0 > 0 ? f32(f32(Math.sin(f32(f32(f32(this.wrapped) * 2) * pi))) * amplitude) : 0;
    }
  }
}

/** How a source is made. */
export interface SourceSettings {
  readonly draws: SourceDraws;
  readonly hopSize: number;
  readonly sampleRate: number;
}

/** All harmonics with their noise: 0.003 where voiced, a third of the amplitude where not. Frame after frame. */
class SineGenerator {
  private readonly bank: readonly Harmonic[];
  private done = 0;

  constructor(
    private readonly f0Hz: Float32Array,
    private readonly settings: SourceSettings,
  ) {
    const { draws, sampleRate } = settings;
    this.bank = Array.from(draws.phases, (phase, h) => new Harmonic(h + 1, h === 0 ? 0 : phase, sampleRate));
  }

  /** Fills `out` [hopSize, H] with the next frame. */
  next(out: Float32Array): void {
    const f0 = this.f0Hz[this.done]!;
    this.bank.forEach((harmonic, h) => {
      harmonic.frame(f0, out, h, this.bank.length);
    });
    const deviation = f0 > 0 ? voicedNoise : amplitude / 3;
    const noise = this.settings.draws.noise(this.done);
    for (let i = 0; i < out.length; i++) out[i]! += deviation * noise[i]!;
    this.done += 1;
  }
}

/**
 * The harmonics of a whole song, before they are mixed.
 * @param f0Hz [T], 0 = unvoiced; each value lasts `hopSize` samples
 * @returns [T * hopSize, H]; sample 0 already contains the first increment
 */
export function sineGenerator(f0Hz: Float32Array, settings: SourceSettings): Float32Array {
  const frame = settings.hopSize * settings.draws.phases.length;
  const out = new Float32Array(f0Hz.length * frame);
  const generator = new SineGenerator(f0Hz, settings);
  for (let t = 0; t < f0Hz.length; t++) generator.next(out.subarray(t * frame, (t + 1) * frame));
  return out;
}

/** Weights of the harmonics and a bias. */
export interface Mix {
  readonly weights: Float32Array;
  readonly bias: number;
}

/** `tanh(w · sines + b)` per sample. @param sines [N, H]; @returns [N] */
export function mixHarmonics(sines: Float32Array, { weights, bias }: Mix): Float32Array {
  const harmonics = weights.length;
  const out = new Float32Array(sines.length / harmonics);
  for (let n = 0; n < out.length; n++) {
    let sum = bias;
    for (let h = 0; h < harmonics; h++) sum += weights[h]! * sines[n * harmonics + h]!;
    out[n] = Math.tanh(sum);
  }
  return out;
}

/** The mixed source of a song, made as far as it is read; what was read before the last stretch is let go. */
export class Source {
  private readonly generator: SineGenerator;
  private readonly sines: Float32Array;
  private kept = new Float32Array(0);
  /** frame that `kept` begins with */
  private start = 0;

  /** @param f0Hz [T], 0 = unvoiced */
  constructor(
    f0Hz: Float32Array,
    private readonly settings: SourceSettings,
    private readonly mix: Mix,
  ) {
    this.generator = new SineGenerator(f0Hz, settings);
    this.sines = new Float32Array(settings.hopSize * mix.weights.length);
  }

  /** Samples of frames `start` to `end`; neither may be below those of the last call. @returns [(end - start) * hopSize] */
  read(start: number, end: number): Float32Array {
    const { hopSize } = this.settings;
    const known = this.start + this.kept.length / hopSize;
    const out = new Float32Array((end - start) * hopSize);
    out.set(this.kept.subarray((start - this.start) * hopSize));
    for (let t = known; t < end; t++) {
      this.generator.next(this.sines);
      if (t >= start) out.set(mixHarmonics(this.sines, this.mix), (t - start) * hopSize);
    }
    this.kept = out;
    this.start = start;
    return out;
  }
}
