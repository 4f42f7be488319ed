/** Node's own timers, for the kernel's own work: those that cells see end with their cell (`timers.ts`). */

const { setTimeout, setImmediate, clearTimeout } = globalThis;

export { clearTimeout, setImmediate, setTimeout };
