/** The emulator's time: real time plus what a test advanced, so that hours and days pass at once. */
export class EmulatorClock {
  private ahead = 0;

  /** milliseconds since the epoch */
  now(): number {
    return Date.now() + this.ahead;
  }

  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`Expected time to go forward, got ${ms} ms`);
    this.ahead += ms;
  }
}
