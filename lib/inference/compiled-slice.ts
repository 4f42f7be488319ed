/** One slice of a song on its way through compiled functions. */
import * as tf from '@tensorflow/tfjs';
import type { Move, NoiseSource, PredictNoise } from '../model/sampler';
import type { TensorProgram } from '../tensor/program';
import { initialState, moveFactors, type SliceModel, type SliceShape } from './compiled-functions';
import type { SampleRequest } from './voice';

/** A name for signatures. */
export function nameOf({ frames, units }: SliceShape): string {
  return `${frames}x${units}`;
}

/** One slice on its way: its condition on the device, and the calls that move its mel. */
export class SliceRun {
  private readonly projected: Record<string, tf.Tensor>;

  constructor(
    private readonly program: TensorProgram,
    private readonly model: SliceModel,
    readonly shape: SliceShape,
    private readonly request: SampleRequest,
  ) {
    const inputs = this.conditionTensors();
    const projected = program.call(`condition/${nameOf(shape)}`, inputs);
    tf.dispose(inputs);
    this.projected = { ...projected, length: tf.scalar(request.condition.mel2ph.length, 'int32') };
  }

  dispose(): void {
    tf.dispose(this.projected);
  }

  /** Noise for the real frames, as it is without padding; zeros behind. */
  padded(noise: NoiseSource): NoiseSource {
    const frames = this.request.condition.mel2ph.length;
    return (shape, step) =>
      tf.tidy(() =>
        noise([shape[0], frames, shape[2]], step).pad<tf.Tensor3D>([
          [0, 0],
          [0, shape[1] - frames],
          [0, 0],
        ]),
      );
  }

  readonly predict: PredictNoise = (x, t) =>
    this.program.call(`predict/${nameOf(this.shape)}`, { x, t, ...this.projected }).noise as tf.Tensor3D;

  /** All moves of DDIM or PLMS. @param xT stays the caller's */
  async moveAll(
    xT: tf.Tensor3D,
    { moves, multistep }: { readonly moves: readonly Move[]; readonly multistep: boolean },
    movesPerCall: number,
  ): Promise<tf.Tensor3D> {
    const { signal, onStep } = this.request;
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
        onStep(done, moves.length);
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
    const { units, mel2ph, f0Log2 } = this.request.condition;
    const { frames: T, units: U } = this.shape;
    const paddedUnits = new Float32Array(U * units.width);
    const [paddedMel2ph, paddedF0] = [new Int32Array(T), new Float32Array(T)];
    paddedUnits.set(units.data);
    paddedMel2ph.set(mel2ph);
    paddedF0.set(f0Log2);
    return {
      units: tf.tensor3d(paddedUnits, [1, U, units.width]),
      mel2ph: tf.tensor2d(paddedMel2ph, [1, T], 'int32'),
      f0Log2: tf.tensor2d(paddedF0, [1, T]),
    };
  }
}
