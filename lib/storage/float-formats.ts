/**
 * Numbers as files hold them -> float32. Every float16 and bfloat16 value has an exact float32; float64 and wide
 * integers are rounded to nearest.
 */

/** float16 (IEEE 754 binary16) bits -> float32. */
export function halfToFloat32(bits: Uint16Array): Float32Array {
  const out = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = widenHalf(bits[i]!);
  return new Float32Array(out.buffer);
}

/** bfloat16 bits -> float32: the upper half of a float32. */
export function bfloat16ToFloat32(bits: Uint16Array): Float32Array {
  const out = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) out[i] = bits[i]! << 16;
  return new Float32Array(out.buffer);
}

function widenHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 31) return sign | 0x7f800000 | (mantissa << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (mantissa << 13);
  if (mantissa === 0) return sign;
  // subnormal: mantissa * 2^-24; its leading one becomes implicit
  const shift = Math.clz32(mantissa) - 21;
  return sign | ((113 - shift) << 23) | (((mantissa << shift) & 0x3ff) << 13);
}

/** float32 -> float16 bits, rounded to nearest, ties to even; beyond its range infinite. */
export function float32ToHalf(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, narrowToHalf);
}

function narrowToHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent === 255) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200);
  // As a multiple of 2^-24, the smallest half: subnormals drop more bits than the 13 of normal numbers.
  const drop = exponent < 113 ? 126 - exponent : 13;
  if (drop > 24) return sign;
  const whole = exponent < 113 ? mantissa | 0x800000 : ((exponent - 112) << 23) | mantissa;
  const kept = Math.floor(whole / 2 ** drop);
  const rest = whole - kept * 2 ** drop;
  const half = 2 ** (drop - 1);
  const rounded = kept + (rest > half || (rest === half && kept % 2 === 1) ? 1 : 0);
  return sign | Math.min(0x7c00, rounded);
}
