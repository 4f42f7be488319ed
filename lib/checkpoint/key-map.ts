/**
 * PyTorch's axis order and ours (channels last): the only place that knows both. linear [out, in] <-> [in, out];
 * conv1d [out, in, kernel] <-> [kernel, in, out]; vectors and tables stay.
 */
import type { HostTensor, ParameterSpec } from '../model/parameters';

/** Rows and columns of a block that is turned at once: both sides stay in the processor's first cache. */
const BLOCK = 32;

/** @param tensor in PyTorch's layout; returned itself if nothing changes, else copied */
export function toInternal(spec: Pick<ParameterSpec, 'kind'>, { shape, data }: HostTensor): HostTensor {
  if (spec.kind === 'linear') {
    const [out, width] = axes(shape, 2) as [number, number];
    return { shape: [width, out], data: turn(data, out, width, same, same) };
  }
  if (spec.kind === 'conv1d') {
    const [out, width, kernel] = axes(shape, 3) as [number, number, number];
    // column i * kernel + k of the matrix [out, in * kernel] becomes row k * in + i
    const row = (column: number) => (column % kernel) * width + Math.floor(column / kernel);
    return { shape: [kernel, width, out], data: turn(data, out, width * kernel, same, row) };
  }
  return { shape, data };
}

/** @param tensor in our layout; returned itself if nothing changes, else copied */
export function toTorch(spec: Pick<ParameterSpec, 'kind'>, { shape, data }: HostTensor): HostTensor {
  if (spec.kind === 'linear') {
    const [width, out] = axes(shape, 2) as [number, number];
    return { shape: [out, width], data: turn(data, width, out, same, same) };
  }
  if (spec.kind === 'conv1d') {
    const [kernel, width, out] = axes(shape, 3) as [number, number, number];
    const column = (row: number) => (row % width) * kernel + Math.floor(row / width);
    return { shape: [out, width, kernel], data: turn(data, kernel * width, out, column, same) };
  }
  return { shape, data };
}

type Place = (index: number) => number;
const same: Place = (index) => index;

/** [rows, columns] -> [columns, rows]: row r becomes column `placeRow(r)`, column c becomes row `placeColumn(c)`. */
function turn(
  data: Float32Array,
  rows: number,
  columns: number,
  placeRow: Place,
  placeColumn: Place,
): Float32Array {
  const out = new Float32Array(data.length);
  const columnOf = Int32Array.from({ length: rows }, (_, r) => placeRow(r));
  const startOf = Int32Array.from({ length: columns }, (_, c) => placeColumn(c) * rows);
  for (let r0 = 0; r0 < rows; r0 += BLOCK) {
    const rEnd = Math.min(r0 + BLOCK, rows);
    for (let c0 = 0; c0 < columns; c0 += BLOCK) {
      const cEnd = Math.min(c0 + BLOCK, columns);
      for (let r = r0; r < rEnd; r++) {
        for (let c = c0; c < cEnd; c++) out[startOf[c]! + columnOf[r]!] = data[r * columns + c]!;
      }
    }
  }
  return out;
}

function axes(shape: readonly number[], rank: number): readonly number[] {
  if (shape.length !== rank) throw new Error(`Expected ${rank} axes, got [${shape.join(', ')}]`);
  return shape;
}
