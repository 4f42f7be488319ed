/** What the benches against PyTorch have in common: their figures, the bounds of these, and how both are shown. */
import { readFileSync } from 'node:fs';
import { type Contender, type Measurement, measure } from './interleave';
import type { TimedProcess } from './timed-process';

/** How often is measured. */
export type Plan = Parameters<typeof measure>[1];

/** What a figure must not pass, and aims at. */
export interface Bound {
  readonly must: number;
  readonly aim?: number;
}

/** Figures by name. */
export interface Report {
  readonly ratios: Record<string, number>;
  readonly figures: Record<string, number>;
  readonly notes: string[];
}

/** Notes that PyTorch's side is missing, if it is. */
export function notePeer(processes: ReadonlyMap<string, TimedProcess>, { notes }: Report): void {
  if (!processes.has('peer')) notes.push('peer absent: install torch==2.13.0, set DIFF_SVC_TORCH_PYTHON');
}

/** Repeats of the one work of every process, each a contender by its name. @param what is measured, in notes */
export async function measureAll(
  what: string,
  processes: ReadonlyMap<string, TimedProcess>,
  work: string,
  plan: Plan,
  report: Report,
): Promise<Measurement> {
  const contenders = [...processes].map(([name, process]): Contender => ({ name, process, work }));
  const own = [...processes.values()].map(({ pid }) => pid);
  const measured = await measure(contenders, plan, own);
  noteBusy(what, measured, report);
  return measured;
}

/** Notes how busy others kept the machine. */
export function noteBusy(what: string, { busy, foreignCpu }: Measurement, { notes, figures }: Report): void {
  figures[`${what} foreign cpu before`] = foreignCpu.before;
  figures[`${what} foreign cpu after`] = foreignCpu.after;
  if (busy) notes.push(`machine busy during ${what}: the figures mean little`);
}

/** Whether this CPU multiplies bfloat16; only Linux says so. */
export function hasBfloat16(): boolean {
  try {
    return /avx512_bf16|amx_bf16/.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return false;
  }
}

/** Prints every figure, and whether it keeps its bound. */
export function print({ ratios, figures, notes }: Report, bounds: Readonly<Record<string, Bound>>): void {
  for (const [name, value] of Object.entries({ ...ratios, ...figures })) {
    const bound = bounds[name];
    const aim = bound?.aim === undefined ? '' : `, aim ${bound.aim}`;
    const verdict = bound ? `${value <= bound.must ? 'ok  ' : 'MISS'} must ${bound.must}${aim}` : '';
    console.log(`${name.padEnd(34)} ${value.toFixed(4).padStart(9)}  ${verdict}`);
  }
  for (const note of notes) console.log(note);
}
