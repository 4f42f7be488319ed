/** A pitch estimator that keeps what it found: every encoder is judged on the same recordings. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { PitchEstimator } from '../../audio/pitch-estimator';
import { readCached, writeCached } from '../../demo/cached-file';

/** The same F0 tracks as `estimator`, kept in `folder` by the samples' SHA-256, the grid and the estimator's id. */
export function createCachedPitch(estimator: PitchEstimator, folder: string): PitchEstimator {
  return {
    id: estimator.id,
    async estimate(audio, grid) {
      const { buffer, byteOffset, byteLength } = audio.samples;
      const key = createHash('sha256')
        .update(JSON.stringify([estimator.id, audio.sampleRate, grid.sampleRate, grid.hopSize, grid.frames]))
        .update(new Uint8Array(buffer, byteOffset, byteLength))
        .digest('hex');
      const path = join(folder, key.slice(0, 32));
      const known = await readCached(path);
      if (known !== null) return new Float32Array(new Uint8Array(known).buffer);
      const f0Hz = await estimator.estimate(audio, grid);
      await writeCached(path, new Uint8Array(f0Hz.buffer, f0Hz.byteOffset, f0Hz.byteLength));
      return f0Hz;
    },
  };
}
