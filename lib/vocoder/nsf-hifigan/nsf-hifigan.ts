/**
 * NSF-HiFiGAN as a `Vocoder`. May be imported by inference and cli; knows no files: weights and configuration come
 * from whoever read them.
 */
import * as tf from '@tensorflow/tfjs';
import type { FrameMatrix } from '../../audio/audio';
import type { AudioConfig } from '../../config/schema';
import type { Vocoder, VocoderInput } from '../vocoder';
import { assertSameMel, type NsfConfig } from './config';
import { type FoldedWeights, foldNsf } from './fold';
import { type CompiledNsfOptions, compiledNetwork, eagerNetwork, type NsfNetwork } from './network';
import { Source, type SourceDraws, seededDraws } from './source';
import type { HostTensor } from './state';
import { haloFrames, planWindows } from './windows';

/** ln 10 as the reference has it; its model mels are log10, the vocoder's natural. In float32, as tensors multiply. */
// biome-ignore lint/suspicious/noApproximativeNumericConstant: the rounded value is part of the definition
export const lnPerLog10 = Math.fround(2.30259);

/** A vocoder that holds tensors until it is disposed of. */
export interface NsfHifigan extends Vocoder {
  /** The same with the random draws given: `synthesize` is this with draws from its seed. */
  synthesizeWith(input: Omit<VocoderInput, 'seed'>, draws: SourceDraws): Promise<Float32Array>;
  dispose(): void;
}

/**
 * Makes the vocoder.
 * @param state of the generator, PyTorch's layout, as `generatorState` gives it
 * @param config the `config.json` beside it, as `parseNsfConfig` gives it
 * @param audio the voice's audio settings
 * @param id name + version + hash of the weights
 * @param compiled how to compile the network, at its first use; without it runs operation by operation
 * @throws UserError `vocoder-mismatch` or `vocoder-weights`
 */
export function createNsfHifigan(
  state: ReadonlyMap<string, HostTensor>,
  config: NsfConfig,
  audio: AudioConfig,
  id: string,
  compiled?: CompiledNsfOptions,
): NsfHifigan {
  assertSameMel(config, audio);
  const { mix, layers } = foldNsf(state, config);
  const network = compiled
    ? new LateNetwork(() => compiledNetwork({ mix, layers }, config, compiled))
    : new LateNetwork(() => Promise.resolve(eagerNetwork({ mix, layers }, config)));
  const synthesizeWith: NsfHifigan['synthesizeWith'] = async (input, draws) =>
    synthesizeSamples(await network.get(), config, mix, input, draws);
  return {
    id,
    sampleRate: config.sampleRate,
    hopSize: config.hopSize,
    synthesizeWith,
    synthesize: (input) => synthesizeWith(input, seededDraws(input.seed, mix.weights.length, config.hopSize)),
    dispose: () => network.dispose(),
  };
}

/** A network that is put onto the device when it is first needed; the weights on the host are let go then. */
class LateNetwork {
  private coming: Promise<NsfNetwork> | undefined;
  private network: NsfNetwork | undefined;
  private disposed = false;

  constructor(private make: (() => Promise<NsfNetwork>) | undefined) {}

  async get(): Promise<NsfNetwork> {
    this.coming ??= this.make!();
    this.make = undefined;
    this.network = await this.coming;
    if (!this.disposed) return this.network;
    this.network.dispose();
    throw new Error('Expected a vocoder that is not disposed of');
  }

  dispose(): void {
    this.disposed = true;
    this.network?.dispose();
  }
}

/** Frames `start` to `end` of a mel in natural log. */
function melLnOf({ data, width }: FrameMatrix, start: number, end: number): Float32Array {
  return data.subarray(start * width, end * width).map((v) => v * lnPerLog10);
}

async function synthesizeSamples(
  network: NsfNetwork,
  config: NsfConfig,
  mix: FoldedWeights['mix'],
  { mel, f0Hz, onProgress, signal }: Omit<VocoderInput, 'seed'>,
  draws: SourceDraws,
): Promise<Float32Array> {
  if (mel.width !== config.melBins || mel.frames !== f0Hz.length) {
    throw new Error(
      `Expected a mel of ${config.melBins} bins and as many frames as F0 (${f0Hz.length}), got [${mel.frames}, ${mel.width}]`,
    );
  }
  const { hopSize, sampleRate } = config;
  const source = new Source(f0Hz, { draws, hopSize, sampleRate }, mix);
  const out = new Float32Array(mel.frames * hopSize);
  const windows = planWindows(mel.frames, haloFrames(config), network.sizes);
  for (const { start, size, from, to } of windows) {
    signal?.throwIfAborted();
    const end = Math.min(start + size, mel.frames);
    const melLn = melLnOf(mel, start, end);
    const samples = await network.run({ melLn, source: source.read(start, end), frames: end - start });
    out.set(samples.subarray((from - start) * hopSize, (to - start) * hopSize), from * hopSize);
    onProgress?.(to, mel.frames);
    // A signal is only heard when the event loop turns.
    await tf.nextFrame();
  }
  return out;
}
