/** Programs that cells have started: an interrupt reaches them as Ctrl-C in a terminal would. */
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Sends SIGINT to the programs below this process, however deep, that are in its process group. Detached ones (jobs, shell commands with a
 * group of their own) are not. Works where /proc does; elsewhere it does nothing.
 */
export function interruptChildren(): void {
  const group = processGroup(process.pid);
  if (group === null) return;
  for (const pid of descendantsOf(process.pid)) {
    if (processGroup(pid) !== group) continue;
    try {
      process.kill(pid, 'SIGINT');
    } catch {
      // it has ended by itself
    }
  }
}

/** A shell waits for its program even when it is asked to end, so the program must be asked too. */
function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

/** Field 5 of /proc/pid/stat (proc(5)); the name in field 2 may hold blanks and brackets. */
function processGroup(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
  } catch {
    return null;
  }
}
