/** A name for a process that stays its own after it has died, although process numbers are used again. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which process, on which machine. */
export interface ProcessId {
  readonly host: string;
  /** which start of that machine and which process namespace (container); empty where the system does not say */
  readonly machine: string;
  readonly pid: number;
  /** start of the process in clock ticks since boot; empty where the system does not say */
  readonly started: string;
}

/** The id of the running process. */
export function thisProcess(): ProcessId {
  return {
    // only what is safe in a file name; `~` separates the parts
    host: hostname()
      .replace(/[^A-Za-z0-9.-]/g, '_')
      .slice(0, 64),
    machine: machineId(),
    pid: process.pid,
    started: procStat(process.pid)?.started ?? '',
  };
}

/** As part of a file name. */
export function processIdText(id: ProcessId): string {
  return [id.host, id.machine, id.pid, id.started].join('~');
}

/** Inverse of `processIdText`; null for anything else. */
export function parseProcessId(text: string): ProcessId | null {
  const [host, machine, pid, started, ...rest] = text.split('~');
  if (started === undefined || rest.length > 0 || !/^\d+$/.test(pid!)) return null;
  return { host: host!, machine: machine!, pid: Number(pid), started };
}

/** Whether the process lives; null if it belongs to another machine or container, where we cannot look. */
export function isRunning(id: ProcessId): boolean | null {
  const here = thisProcess();
  if (id.host !== here.host) return null;
  if (id.machine !== here.machine) return rebootedSince(id, here) ? false : null;
  try {
    process.kill(id.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // the number lives, but is it the same process?
  const stat = procStat(id.pid);
  if (stat === null) return true;
  // a zombie has let go of everything; only its parent has not looked yet
  return stat.state !== 'Z' && (id.started === '' || stat.started === id.started);
}

/** The same host was started again: nothing of before lives on. Another container of the same start is not told by this. */
function rebootedSince(id: ProcessId, here: ProcessId): boolean {
  const boot = (of: ProcessId): string => of.machine.split('-')[0] ?? '';
  return boot(id) !== '' && boot(here) !== '' && boot(id) !== boot(here);
}

/** After a reboot, and in another container, the same number is another process. */
function machineId(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '';
    return `${boot}-${namespace}`;
  } catch {
    return '';
  }
}

/** State and start of a process: fields 3 and 22 of /proc/pid/stat (proc(5)); field 2 may hold blanks and brackets. */
function procStat(pid: number): { state: string; started: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0]!, started: fields[19]! };
  } catch {
    return null;
  }
}
