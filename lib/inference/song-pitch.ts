/** The melody that a voice is to sing: the song's F0, transposed. */
import { f0FromLog2, type LogF0, shiftKey, shiftKeyCompat } from '../audio/pitch';
import type { Config } from '../config/schema';

/** What the model and the vocoder are told, per mel frame. */
export interface SongPitch {
  /** log2 Hz, interpolated through unvoiced frames [T] */
  readonly f0Log2: Float32Array;
  /** Hz [T]; 0 = unvoiced, unless `compat.pitch` sings those frames too */
  readonly f0Hz: Float32Array;
}

/**
 * Transposes the song's pitch into the model's range. With `compat.pitch` as the reference: notes above the range fall to
 * 1 Hz (spec k.7), unvoiced frames are sung (k.8).
 * @param found F0 of the song, @param keyShift semitones
 */
export function songPitch(
  found: LogF0,
  keyShift: number,
  config: Pick<Config, 'model' | 'compat'>,
): SongPitch {
  const { f0MinHz, f0MaxHz } = config.model;
  if (config.compat.pitch) {
    const f0Log2 = shiftKeyCompat(found.log2, keyShift, f0MaxHz);
    return { f0Log2, f0Hz: f0FromLog2(f0Log2) };
  }
  const f0Log2 = shiftKey(found.log2, keyShift, f0MinHz, f0MaxHz);
  return { f0Log2, f0Hz: f0FromLog2(f0Log2).map((hz, i) => (found.unvoiced[i] ? 0 : hz)) };
}
