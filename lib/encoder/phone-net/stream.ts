/**
 * The net over a recording that arrives in pieces of any length. Blocks of units lie on a fixed grid and each is computed
 * with all that it depends on, so equal samples give equal bits however they are cut.
 *
 * The net sees two frames of 10 ms per step. It is run twice, from the even and from the odd frames, and gives a unit
 * every 10 ms: unit u sees frames u and u + 1 and is centred between them.
 */
import * as tf from '@tensorflow/tfjs';
import type { FrameMatrix } from '../../audio/audio';
import { BANDS, FrontEnd, HOP, SAMPLE_RATE, WINDOW } from './front-end';
import { frameLoudness, type Levels, normalise, silence } from './levels';
import { BOTTLENECK, bottleneckOf, FRAMES_PER_STEP, phoneLogits, REACH, type Weights } from './network';

/** Steps of the net that are computed at a time. */
const BLOCK = 128;
/** Units of a block. */
const BLOCK_UNITS = FRAMES_PER_STEP * BLOCK;
/** Frames before a unit that it depends on. */
const BEFORE = FRAMES_PER_STEP * REACH;
/** Frames that a block depends on: one more than the steps have, for the odd run. */
const SEEN = FRAMES_PER_STEP * (BLOCK + 2 * REACH) + 1;
export const UNIT_SECONDS = HOP / SAMPLE_RATE;
/** Samples before a frame's first one that its window reaches, and after its last. */
const MARGIN = (WINDOW - HOP) / 2;

/** Units of a recording: those whose centre lies inside, at least one. */
export function unitCount(samples: number): number {
  return Math.max(1, Math.floor(samples / HOP));
}

/** What the net says of some units. */
export interface NetOutput {
  /** [U, BOTTLENECK] */
  readonly bottleneck: FrameMatrix;
  /** [U, phones] */
  readonly logits: FrameMatrix;
  /** natural logarithm of the power of a unit's first frame [U, 1] */
  readonly loudness: FrameMatrix;
}

/** A frame as the net sees it, and how loud it is. */
interface Frame {
  readonly features: Float32Array;
  readonly loudness: number;
}

/** Runs the net over 16 kHz samples. Holds as much of them as the next block needs. */
export class PhoneNetStream {
  private readonly frontEnd = new FrontEnd();
  private readonly silent: Frame;
  /** samples from `heldFrom` on */
  private held = new Float32Array(0);
  private heldFrom = 0;
  /** frames from `keptFrom` on */
  private readonly kept: Frame[] = [];
  private keptFrom = 0;
  private frames = 0;
  private nextBlock = 0;

  /** @param phones columns of the logits */
  constructor(
    private readonly weights: Weights,
    private readonly phones: number,
    private readonly levels: Levels,
  ) {
    const features = silence(levels);
    this.silent = { features, loudness: frameLoudness(new Float32Array(BANDS)) };
  }

  /** Takes the next samples. @returns the units that are complete with them */
  push(samples: Float32Array): NetOutput {
    const joined = new Float32Array(this.held.length + samples.length);
    joined.set(this.held);
    joined.set(samples, this.held.length);
    this.held = joined;
    const known = this.heldFrom + joined.length;
    this.addFrames(Math.max(0, Math.floor((known - MARGIN) / HOP)));
    return this.runBlocks(null);
  }

  /** The recording ends here. @returns the units that are left */
  end(): NetOutput {
    const total = unitCount(this.heldFrom + this.held.length);
    this.addFrames(total + 1);
    return this.runBlocks(total);
  }

  private addFrames(upTo: number): void {
    for (; this.frames < upTo; this.frames++) {
      const features = new Float32Array(BANDS);
      this.frontEnd.powers(this.held, this.frames, features, 0, this.heldFrom);
      const loudness = frameLoudness(features);
      normalise(features, this.levels);
      this.kept.push({ features, loudness });
    }
    const keep = Math.max(this.heldFrom, this.frames * HOP - MARGIN);
    this.held = this.held.slice(Math.min(this.held.length, keep - this.heldFrom));
    this.heldFrom = keep;
  }

  /** Runs the blocks that are complete, or where the `total` of units is known all that are left. */
  private runBlocks(total: number | null): NetOutput {
    const done: NetOutput[] = [];
    for (;;) {
      const first = this.nextBlock * BLOCK_UNITS;
      const complete = first - BEFORE + SEEN <= this.frames;
      if (total === null ? !complete : first >= total) break;
      done.push(this.run(first, total === null ? BLOCK_UNITS : Math.min(BLOCK_UNITS, total - first)));
      this.nextBlock += 1;
      this.forget(this.nextBlock * BLOCK_UNITS - BEFORE);
    }
    return joinOutputs(done, this.phones);
  }

  private forget(before: number): void {
    const gone = Math.max(0, Math.min(this.kept.length, before - this.keptFrom));
    this.kept.splice(0, gone);
    this.keptFrom += gone;
  }

  private frame(index: number): Frame {
    return this.kept[index - this.keptFrom] ?? this.silent;
  }

  private run(first: number, count: number): NetOutput {
    const seen = new Float32Array(SEEN * BANDS);
    for (let i = 0; i < SEEN; i++) seen.set(this.frame(first - BEFORE + i).features, i * BANDS);
    const [bottleneck, logits] = tf.tidy(() => {
      const all = tf.tensor2d(seen, [SEEN, BANDS]);
      const runs = [0, 1].map((odd) => all.slice([odd, 0], [SEEN - 1, BANDS]));
      const hidden = bottleneckOf(this.weights, tf.stack(runs) as tf.Tensor3D);
      return [interleave(hidden), interleave(phoneLogits(this.weights, hidden))];
    });
    const loudness = Float32Array.from({ length: count }, (_, u) => this.frame(first + u).loudness);
    const output = {
      bottleneck: rows(bottleneck, count),
      logits: rows(logits, count),
      loudness: { data: loudness, frames: count, width: 1 },
    };
    tf.dispose([bottleneck, logits]);
    return output;
  }
}

/** The even and the odd run [2, N, C] in the order of time [2 N, C]. */
function interleave(x: tf.Tensor3D): tf.Tensor2D {
  const [, count, width] = x.shape;
  return x.transpose([1, 0, 2]).reshape([2 * count, width]);
}

function rows(x: tf.Tensor2D, count: number): FrameMatrix {
  const width = x.shape[1];
  return { data: x.dataSync<'float32'>().slice(0, count * width), frames: count, width };
}

/** Outputs one after the other. @param phones columns of the logits, for an empty list */
export function joinOutputs(parts: readonly NetOutput[], phones: number): NetOutput {
  const join = (width: number, pick: (part: NetOutput) => FrameMatrix): FrameMatrix => {
    const frames = parts.reduce((sum, part) => sum + pick(part).frames, 0);
    const data = new Float32Array(frames * width);
    let at = 0;
    for (const part of parts) {
      data.set(pick(part).data, at);
      at += pick(part).data.length;
    }
    return { data, frames, width };
  };
  return {
    bottleneck: join(BOTTLENECK, (part) => part.bottleneck),
    logits: join(phones, (part) => part.logits),
    loudness: join(1, (part) => part.loudness),
  };
}
