/** Writes NSF-HiFiGAN as ONNX and compares it with our own. */
import { basename } from 'node:path';
import { audioSchema } from '../config/schema';
import { Philox, streams } from '../random/philox';
import { writeFileAtomic } from '../storage/atomic-file';
import type { NsfConfig } from '../vocoder/nsf-hifigan/config';
import { foldNsf } from '../vocoder/nsf-hifigan/fold';
import { createNsfHifigan, lnPerLog10, type NsfHifigan } from '../vocoder/nsf-hifigan/nsf-hifigan';
import { seededDraws } from '../vocoder/nsf-hifigan/source';
import type { HostTensor } from '../vocoder/nsf-hifigan/state';
import { encodeOnnx } from './model-file';
import { compareNet, type NetParity, type ParityCase, type Tolerance } from './parity';
import { vocoderModel } from './vocoder-graph';

/** That of the fixtures of PyTorch's vocoder. */
const tolerance: Tolerance = { atol: 6e-5, rtol: 1e-4 };
const cases = [24, 61];

/** A vocoder's files, read. */
export interface VocoderFiles {
  readonly config: NsfConfig;
  /** of the generator, PyTorch's layout */
  readonly state: ReadonlyMap<string, HostTensor>;
  readonly sha256: string;
}

/**
 * Writes `path`. An engine must be loaded.
 * @throws UserError `vocoder-weights`, those of `writeFileAtomic` and `compareNet`
 */
export async function exportVocoder(files: VocoderFiles, path: string): Promise<NetParity> {
  const { config, state, sha256 } = files;
  const folded = foldNsf(state, config);
  const net = vocoderModel(folded, config, {
    sha256_of_weights: sha256,
    sample_rate: String(config.sampleRate),
    hop_size: String(config.hopSize),
    mel: `natural logarithm, ${config.melBins} bins, ${config.fminHz} to ${config.fmaxHz} Hz, window ${config.winSize}`,
  });
  await writeFileAtomic(path, encodeOnnx(net));
  const { sampleRate, hopSize, winSize, fftSize, melBins, fminHz, fmaxHz } = config;
  const audio = audioSchema.parse({ sampleRate, hopSize, winSize, fftSize, melBins, fminHz, fmaxHz });
  const ours = createNsfHifigan(state, config, audio, `nsf-hifigan:${sha256.slice(0, 16)}`);
  const harmonics = folded.mix.weights.length;
  try {
    return await compareNet(
      { path, file: basename(path), output: 'waveform' },
      tolerance,
      cases.map((frames) => () => randomCase(ours, config, harmonics, frames)),
    );
  } finally {
    ours.dispose();
  }
}

/** A mel of noise under a gliding F0 with a pause. */
async function randomCase(
  ours: NsfHifigan,
  { melBins, hopSize }: NsfConfig,
  harmonics: number,
  frames: number,
): Promise<ParityCase> {
  const random = new Philox(frames, streams.noise);
  const mel = { data: random.normals(frames * melBins).map((v) => v - 3), frames, width: melBins };
  const f0Hz = Float32Array.from({ length: frames }, (_, t) =>
    t % 20 < 4 ? 0 : 220 * 2 ** Math.sin((3 * t) / frames),
  );
  const draws = seededDraws(frames, harmonics, hopSize);
  const noise = new Float32Array(frames * hopSize * harmonics);
  for (let t = 0; t < frames; t++) noise.set(draws.noise(t), t * hopSize * harmonics);
  return {
    inputs: `${frames} frames`,
    feeds: {
      mel: { shape: [1, melBins, frames], data: naturalChannelsFirst(mel.data, frames, melBins) },
      f0: { shape: [1, frames], data: f0Hz },
      phases: { shape: [1, harmonics], data: draws.phases },
      noise: { shape: [1, frames * hopSize, harmonics], data: noise },
    },
    ours: await ours.synthesizeWith({ mel, f0Hz }, draws),
  };
}

/** log10 [T, M] to natural [M, T]. */
function naturalChannelsFirst(data: Float32Array, frames: number, bins: number): Float32Array {
  return Float32Array.from(data, (_, i) => data[(i % frames) * bins + Math.floor(i / frames)]! * lnPerLog10);
}
