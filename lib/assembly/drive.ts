/** The Drive of this machine, and where copies of its files lie here. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { OnNotice } from '../config/progress';
import { dataFolder, type MountedDrive, mountDrive } from '../storage/mount-drive';
import { systemClock } from '../storage/retry';

/** Where the local copies of a Drive folder lie. */
export function workFolder(place: string): string {
  return join(dataFolder(process.env, homedir()), 'runs', ...place.split('/'));
}

const told = new Set<string>();

/** The Drive of this machine. What it is not is told once: a notebook opens it in many cells. */
export function openDrive({ notice }: { readonly notice: OnNotice }): Promise<MountedDrive> {
  const once: OnNotice = (text) => {
    if (!told.has(text)) notice(text);
    told.add(text);
  };
  return mountDrive({ env: process.env, home: homedir(), clock: systemClock, notice: once });
}
