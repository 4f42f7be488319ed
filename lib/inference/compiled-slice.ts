/** Slices of a song on their way through compiled functions. */
import * as tf from '@tensorflow/tfjs';
import { type Move, type NoiseSource, type PredictNoise, samplerNoise } from '../model/sampler';
import type { TensorProgram } from '../tensor/program';
import { initialState, moveFactors, type SliceModel, type SliceShape } from './compiled-functions';
import type { SampleRequest } from './voice';

/** A name for signatures. */
export function nameOf({ frames, units, slices }: SliceShape): string {
  return `${frames}x${units}x${slices}`;
}

/** Slices on their way: their condition on the device, and the calls that move their mels. */
export class SliceRun {
  private readonly projected: Record<string, tf.Tensor>;

  constructor(
    private readonly program: TensorProgram,
    private readonly model: SliceModel,
    readonly shape: SliceShape,
    private readonly requests: readonly SampleRequest[],
  ) {
    const inputs = this.conditionTensors();
    const projected = program.call(`condition/${nameOf(shape)}`, inputs);
    tf.dispose(inputs);
    const lengths = requests.map(({ condition }) => condition.mel2ph.length);
    this.projected = { ...projected, length: tf.tensor1d(lengths, 'int32') };
  }

  dispose(): void {
    tf.dispose(this.projected);
  }

  /** Noise for the real frames of every slice, as it is without padding and without the others; zeros behind. */
  readonly noise: NoiseSource = ([, T, M], step) =>
    tf.tidy(() => {
      const rows = this.requests.map(({ seed, index, condition }) => {
        const frames = condition.mel2ph.length;
        return samplerNoise(seed, index)([1, frames, M], step).pad<tf.Tensor3D>([
          [0, 0],
          [0, T - frames],
          [0, 0],
        ]);
      });
      return tf.concat(rows);
    });

  readonly predict: PredictNoise = (x, t) =>
    this.program.call(`predict/${nameOf(this.shape)}`, { x, t, ...this.projected }).noise as tf.Tensor3D;

  /** Tells every slice. */
  onStep(done: number, total: number): void {
    for (const request of this.requests) request.onStep(done, total);
  }

  /** All moves of DDIM or PLMS. @param xT stays the caller's */
  async moveAll(
    xT: tf.Tensor3D,
    { moves, multistep }: { readonly moves: readonly Move[]; readonly multistep: boolean },
    movesPerCall: number,
  ): Promise<tf.Tensor3D> {
    const { signal } = this.requests[0]!;
    let state = initialState(xT);
    try {
      for (let done = 0; done < moves.length; ) {
        signal.throwIfAborted();
        const first = multistep && done === 0 && moves[0]!.next >= 0;
        const count = first || moves.length - done < movesPerCall ? 1 : movesPerCall;
        const next = this.move(state, moves.slice(done, done + count), first, multistep ? done : null);
        tf.dispose(state);
        state = next;
        done += count;
        this.onStep(done, moves.length);
        await tf.nextFrame();
      }
      const x = state.x as tf.Tensor3D;
      return multistep ? tf.clipByValue(x, -1, 1) : (x.clone() as tf.Tensor3D);
    } finally {
      tf.dispose(state);
    }
  }

  private move(
    state: Record<string, tf.Tensor>,
    moves: readonly Move[],
    first: boolean,
    known: number | null,
  ): Record<string, tf.Tensor> {
    const name = first ? 'first' : moves.length === 1 ? 'move' : 'moves';
    const factors = moveFactors(this.model.schedule, moves, known);
    const steps = first ? [moves[0]!.t, moves[0]!.next] : moves.map(({ t }) => t);
    const numbers = {
      t: tf.tensor1d(steps, 'int32'),
      factors: tf.tensor2d(factors, [moves.length, factors.length / moves.length]),
    };
    try {
      return this.program.call(`${name}/${nameOf(this.shape)}`, { ...state, ...this.projected, ...numbers });
    } finally {
      tf.dispose(numbers);
    }
  }

  private conditionTensors(): Record<string, tf.Tensor> {
    const { frames: T, units: U, slices: B } = this.shape;
    const width = this.requests[0]!.condition.units.width;
    const units = new Float32Array(B * U * width);
    const [mel2ph, f0Log2] = [new Int32Array(B * T), new Float32Array(B * T)];
    for (const [i, { condition }] of this.requests.entries()) {
      units.set(condition.units.data, i * U * width);
      mel2ph.set(condition.mel2ph, i * T);
      f0Log2.set(condition.f0Log2, i * T);
    }
    return {
      units: tf.tensor3d(units, [B, U, width]),
      mel2ph: tf.tensor2d(mel2ph, [B, T], 'int32'),
      f0Log2: tf.tensor2d(f0Log2, [B, T]),
    };
  }
}
