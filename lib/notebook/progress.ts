/**
 * A bar in the output of a cell: moves in place, with rate and time left. In our kernel it is a widget, so a page that
 * is reloaded while the cell runs shows it moving on; when it has ended, its last state is plain HTML in the notebook.
 */
import type { OnProgress, Progress } from '../config/progress';
import {
  createProgressBar,
  formatCounts,
  formatDuration,
  formatProgress,
  formatRate,
} from '../config/progress-bar';
import type { KernelHost, Widget } from '../kernel/host';
import { escapeXml } from '../pictures/svg';
import { controlState, layoutState } from './form-widgets';
import { kernelHost, type OutputSlot, showSlot } from './output';

/** A bar that any number of pieces of work report to, one after the other. */
export interface NotebookProgress {
  readonly report: OnProgress;
  /** Draws the last state for good. */
  close(): void;
}

const MIN_INTERVAL_MS = 100;
/** without a widget each drawing is a whole output */
const SLOT_INTERVAL_MS = 500;

interface Bar {
  readonly label: string;
  readonly from: number;
  readonly sinceMs: number;
  last: Progress;
  drawnMs: number;
  readonly view: BarView;
}

/** Creates a bar; nothing is shown before the first report. A report with a new `label` starts a new bar below. */
export function createNotebookProgress(clock: () => number = () => performance.now()): NotebookProgress {
  const host = kernelHost();
  if (host === null && !process.env.JPY_PARENT_PID) return terminalBar(clock);
  let bar: Bar | null = null;
  const close = (): void => {
    if (bar !== null) bar.view.end(drawing(bar, clock()));
    bar = null;
  };
  const report = (progress: Progress): void => {
    const now = clock();
    if (bar !== null && bar.label !== progress.label) close();
    if (bar === null) {
      const { label, done } = progress;
      const first = { label, from: done, sinceMs: now, last: progress, drawnMs: now };
      bar = { ...first, view: openView(host, drawing(first, now)) };
    }
    bar.last = progress;
    if (now - bar.drawnMs < bar.view.intervalMs() && progress.done < progress.total) return;
    bar.drawnMs = now;
    bar.view.draw(drawing(bar, now));
  };
  return { report, close };
}

/**
 * Goes through `items` with a bar.
 * @example for await (const file of progressOf(files, { label: 'reading', unit: 'files' })) ...
 */
export async function* progressOf<T>(
  items: readonly T[],
  { label = '', unit = 'items' }: { readonly label?: string; readonly unit?: string } = {},
): AsyncGenerator<T> {
  const { report, close } = createNotebookProgress();
  try {
    for (const [done, item] of items.entries()) {
      report({ label, done, total: items.length, unit });
      yield item;
    }
    report({ label, done: items.length, total: items.length, unit });
  } finally {
    close();
  }
}

function terminalBar(clock: () => number): NotebookProgress {
  const bar = createProgressBar({
    write: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
    clock,
  });
  return { report: bar.report, close: bar.close };
}

/** The bar as text and as HTML. */
interface Drawing {
  readonly text: string;
  readonly html: string;
}

function drawing({ last, from, sinceMs }: Omit<Bar, 'view'>, nowMs: number): Drawing {
  const seconds = (nowMs - sinceMs) / 1000;
  const perSecond = (last.done - from) / Math.max(1e-3, seconds);
  return { text: formatProgress(last, perSecond), html: barHtml(last, perSecond, seconds) };
}

const BAR =
  'height:10px;border-radius:5px;overflow:hidden;background:rgba(128,128,128,.25);flex:1 1 200px;max-width:420px';

/** One line: label, bar, counts, rate, time left or taken, note. Colours hold on light and dark pages. */
function barHtml(progress: Progress, perSecond: number, seconds: number): string {
  const { label, done, total, unit, note } = progress;
  const percent = total > 0 ? Math.min(100, (100 * done) / total) : 100;
  const left = total - done;
  const facts = [
    `${formatCounts(progress, ' / ')} ${unit}`,
    perSecond > 0 ? `${formatRate(perSecond)} ${unit}/s` : '',
    left <= 0
      ? `${formatDuration(seconds)}`
      : perSecond > 0
        ? `${formatDuration(left / perSecond)} left`
        : '',
    note ?? '',
  ].filter((fact) => fact !== '');
  const aria = `role="progressbar" aria-valuemin="0" aria-valuemax="${total}" aria-valuenow="${done}" aria-label="${escapeXml(label)}"`;
  const fill = `<div style="height:100%;width:${percent.toFixed(1)}%;background:${left <= 0 ? '#2e9e5b' : '#1976d2'}"></div>`;
  return (
    `<div class="dsvc-progress" style="display:flex;flex-wrap:wrap;gap:4px 12px;align-items:center;font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:13px;line-height:1.6">` +
    `<span style="min-width:80px">${escapeXml(label)}</span><div ${aria} style="${BAR}">${fill}</div>` +
    `<span style="font-variant-numeric:tabular-nums;opacity:.85">${facts.map(escapeXml).join(' · ')}</span></div>`
  );
}

/** Where a bar is drawn. */
interface BarView {
  draw(drawing: Drawing): void;
  end(drawing: Drawing): void;
  intervalMs(): number;
}

function openView(host: KernelHost | null, first: Drawing): BarView {
  if (host === null || host.frontEnd === 'colab') return slotView(first);
  const style = host.createWidget({
    ...controlState('HTMLStyle', { description_width: '' }),
    _view_name: 'StyleView',
    _view_module: '@jupyter-widgets/base',
  });
  const layout = host.createWidget(layoutState({ width: '100%' }));
  const widget = host.createWidget(
    controlState('HTML', { value: first.html, layout: layout.ref, style: style.ref }),
  );
  // Widgets of an older run of the cell are of no use any more.
  keepForCell(host, [widget, style, layout]);
  const id = `dsvc-bar-${widget.id}`;
  const content = ({ text, html }: Drawing) => ({ 'text/plain': text, 'text/html': html });
  host.publish({ ...widget.view, ...content(first) }, { id });
  const update = (now: Drawing): void => host.publish(content(now), { id, update: true });
  return {
    draw: (now) => (widget.closed ? update(now) : widget.set({ value: now.html })),
    end(now) {
      widget.set({ value: now.html });
      update(now);
    },
    intervalMs: () => (widget.closed ? SLOT_INTERVAL_MS : MIN_INTERVAL_MS),
  };
}

function slotView(first: Drawing): BarView {
  const content = ({ text, html }: Drawing) => ({ 'text/plain': text, 'text/html': html });
  const slot: OutputSlot = showSlot(content(first));
  const draw = (now: Drawing): void => slot.update(content(now));
  return { draw, end: draw, intervalMs: () => SLOT_INTERVAL_MS };
}

/** Widgets of each cell's last run. They outlive the run: a page that comes back later still finds the bar. */
const kept = new Map<string, { readonly parentId: string; readonly widgets: Widget[] }>();

function keepForCell(host: KernelHost, widgets: readonly Widget[]): void {
  const { cell } = host;
  if (cell?.id == null) return;
  const before = kept.get(cell.id);
  if (before?.parentId === cell.parentId) before.widgets.push(...widgets);
  else {
    for (const widget of before?.widgets ?? []) widget.close();
    kept.set(cell.id, { parentId: cell.parentId, widgets: [...widgets] });
  }
}
