/**
 * SwiftF0 (Nieradzik 2025, arXiv 2508.18440), a pitch net of 14,000 parameters, as published on PyPI (swift-f0 0.3):
 * samples at 16 kHz in, pitch and confidence for every 256 of them out, frame k centred at sample 256 k.
 */
import type { Audio } from '../audio/audio';
import type { PitchEstimator } from '../audio/pitch-estimator';
import { resample } from '../audio/resample';
import { UserError } from '../config/errors';
import { onGrid } from './pitch-track';
import type { OnnxSession } from './session';

const sampleRate = 16000;
const hopSamples = 256;
/** the net's own range */
const rangeHz = { lowest: 46.875, highest: 2093.75 } as const;
/** calibrated by its author: voiced from here on */
const voicedConfidence = 0.5;
/** the net has never heard digital silence and answers it at random */
const silencePeak = 1e-3;

/**
 * What a run needs: eleven frames before and ten after a frame decide it, so a song is taken in pieces of 30 s with those
 * margins, and the pieces' frames equal those of the whole.
 */
const pieceFrames = 1875;
const framesBefore = 11;
const framesAfter = 10;

/**
 * @param options.id name, hash of the weights and range
 * @throws UserError `onnx-not-swift-f0` for another net
 */
export function createSwiftF0(
  session: OnnxSession,
  options: { readonly id: string; readonly f0MinHz: number; readonly f0MaxHz: number },
): PitchEstimator {
  const names = session.inputs.map(({ name }) => name).join();
  if (names !== 'audio,fmin,fmax') {
    throw new UserError(
      'onnx-not-swift-f0',
      `Expected the inputs audio, fmin and fmax in ${session.path}, found ${names}`,
      'Use model.onnx of swift-f0 0.3.',
    );
  }
  const fmin = Math.max(options.f0MinHz, rangeHz.lowest);
  const fmax = Math.min(options.f0MaxHz, rangeHz.highest);
  return {
    id: options.id,
    estimate: async (audio, grid) => {
      const { samples } = await resample(audio, sampleRate);
      const hz = await track(session, samples, { fmin, fmax });
      return onGrid({ hz, periodSeconds: hopSamples / sampleRate }, grid);
    },
  };
}

async function track(
  session: OnnxSession,
  samples: Audio['samples'],
  range: { readonly fmin: number; readonly fmax: number },
): Promise<Float32Array> {
  const total = Math.max(1, Math.floor(samples.length / hopSamples));
  const hz = new Float32Array(total);
  for (let start = 0; start < total; start += pieceFrames) {
    const end = Math.min(total, start + pieceFrames);
    const from = Math.max(0, start - framesBefore);
    const until = end < total ? (end + framesAfter) * hopSamples : samples.length;
    const piece = samples.slice(from * hopSamples, until);
    const { pitch, confidence } = await session.run({
      audio: { shape: [1, piece.length], data: piece },
      fmin: { shape: [], data: Float32Array.of(range.fmin) },
      fmax: { shape: [], data: Float32Array.of(range.fmax) },
    });
    for (let k = start; k < end; k++) {
      const voiced = confidence!.data[k - from]! >= voicedConfidence && !silent(samples, k);
      hz[k] = voiced ? pitch!.data[k - from]! : 0;
    }
  }
  return hz;
}

function silent(samples: Audio['samples'], frame: number): boolean {
  const end = Math.min(samples.length, (frame + 1) * hopSamples);
  for (let n = frame * hopSamples; n < end; n++) if (Math.abs(samples[n]!) >= silencePeak) return false;
  return true;
}
