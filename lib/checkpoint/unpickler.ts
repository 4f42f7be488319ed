/**
 * A pickle reader that executes nothing: the opcodes that PyTorch's files use (spec section m; protocols 2 to 5 as
 * described in Python's pickletools), and an allow-list instead of imports. One opcode costs at most as much time as it
 * pops, nothing recurses, and every object is charged to the file's allowance.
 */
import { PickleMachine } from './pickle-machine';
import { OPCODES } from './pickle-opcodes';
import type { PickleHost, PickleValue } from './pickle-values';

/**
 * Reads one pickle that starts at `start`; `end` is the byte after its STOP.
 * @throws UserError `checkpoint-invalid`, `checkpoint-refused`
 */
export function loadPickle(
  bytes: Uint8Array,
  start: number,
  host: PickleHost,
): { value: PickleValue; end: number } {
  const machine = new PickleMachine(bytes, start, host);
  while (!machine.finished) {
    const at = machine.at;
    const code = machine.uint8();
    const operation = OPCODES[code];
    if (!operation) {
      throw machine.broken(
        `byte ${at} of its pickle is opcode 0x${code.toString(16)}, which PyTorch never writes`,
      );
    }
    operation(machine);
  }
  return { value: machine.pop(), end: machine.at };
}
