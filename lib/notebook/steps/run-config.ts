/** The configuration of the notebook's run: the full reference size; tests and demonstrations name a smaller preset. */
import type { Config } from '../../config/schema';

/** `DIFF_SVC_PRESET` or the full size. @throws UserError `unknown-preset` */
export async function runConfig(): Promise<Config> {
  const { preset } = await import('../../config/presets');
  return preset(process.env.DIFF_SVC_PRESET ?? 'nsf-44k');
}

/** With as many minutes as this, training takes `stepsOfAnHour`; with less, fewer in proportion. */
const hourMinutes = 60;
const stepsOfAnHour = 100_000;
const most = 120_000;
const fewest = 20_000;

/** Steps by the minutes of data: an hour 100,000, never above 120,000 or below 20,000; whole thousands. */
export function plannedSteps(minutes: number): number {
  const steps = Math.round((minutes / hourMinutes) * (stepsOfAnHour / 1000)) * 1000;
  return Math.min(most, Math.max(fewest, steps));
}
