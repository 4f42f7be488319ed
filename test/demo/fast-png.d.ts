/** The part of fast-png that the tests use: its own types are found through `exports`, which our resolution ignores. */
declare module 'fast-png' {
  export function decode(
    bytes: Uint8Array,
    options?: { checkCrc?: boolean },
  ): { width: number; height: number; data: ArrayLike<number>; palette?: [number, number, number][] };
}
