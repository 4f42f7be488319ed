/** Units as wide as the model's hidden size. */
import type { FrameMatrix } from '../audio/audio';

/**
 * `matrix` with zeros appended to every frame [frames, width]; itself if it is that wide already.
 * @throws RangeError if it is wider
 */
export function padWidth(matrix: FrameMatrix, width: number): FrameMatrix {
  if (matrix.width === width) return matrix;
  if (matrix.width > width)
    throw new RangeError(`Expected at most ${width} values a frame, got ${matrix.width}`);
  const data = new Float32Array(matrix.frames * width);
  for (let frame = 0; frame < matrix.frames; frame++) {
    data.set(matrix.data.subarray(frame * matrix.width, (frame + 1) * matrix.width), frame * width);
  }
  return { data, frames: matrix.frames, width };
}
