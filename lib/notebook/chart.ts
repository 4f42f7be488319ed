/** A chart that grows while a cell runs; each drawing is a whole SVG, so the saved notebook holds the last one. */
import { type ChartOptions, type ChartSeries, lineChart } from '../pictures/line-chart';
import { type OutputSlot, showSlot } from './output';

export interface LiveChart {
  /** Adds a point to a line; the chart is drawn at most once a second. */
  add(name: string, x: number, y: number): void;
  /** Draws what is not drawn yet. */
  close(): void;
}

const MIN_INTERVAL_MS = 1000;

/** A chart without points; shown with the first one. Where there are only lines of text, the last values are printed. */
export function createChart(
  options: ChartOptions = {},
  clock: () => number = () => performance.now(),
): LiveChart {
  const lines = new Map<string, { name: string; x: number[]; y: number[] }>();
  let slot: OutputSlot | null = null;
  let drawnMs = Number.NEGATIVE_INFINITY;
  let dirty = false;
  const draw = (): void => {
    const series = [...lines.values()];
    const content = {
      'text/plain': lastValues(options.title, series),
      'image/svg+xml': lineChart(series, options),
    };
    if (slot === null) slot = showSlot(content, () => undefined);
    else slot.update(content);
    drawnMs = clock();
    dirty = false;
  };
  return {
    add(name, x, y) {
      if (!lines.has(name)) lines.set(name, { name, x: [], y: [] });
      const one = lines.get(name)!;
      one.x.push(x);
      one.y.push(y);
      dirty = true;
      if (clock() - drawnMs >= MIN_INTERVAL_MS) draw();
    },
    close: () => (dirty ? draw() : undefined),
  };
}

function lastValues(title: string | undefined, series: readonly ChartSeries[]): string {
  const last = series.map(({ name, x, y }) => `${name} ${Number(y.at(-1)?.toPrecision(4))} at ${x.at(-1)}`);
  return `[${title ?? 'chart'}: ${last.join(', ')}]`;
}
