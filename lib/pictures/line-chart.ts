/** Lines over a number axis as SVG, e.g. the loss of a training. */
import { lineColours } from './colours';
import { escapeXml, line, text } from './svg';

export interface ChartSeries {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

export interface ChartOptions {
  readonly title?: string;
  readonly xLabel?: string;
  /** logarithmic y axis; values of 0 and below are left out */
  readonly logY?: boolean;
  /** width and height of the picture in its own units (about pixels); default 720 x 300 */
  readonly width?: number;
  readonly height?: number;
}

const LEFT = 64;
const RIGHT = 16;
const TOP = 34;
const BOTTOM = 44;
/** more points than pixels only make the picture heavy */
const MOST_POINTS = 600;
const COLOURS = [lineColours.source, lineColours.converted, lineColours.truth, '#7a3e9d'];

/** Readable on light and dark pages. */
const STYLE =
  'text{font-family:system-ui,"Noto Sans KR",sans-serif;font-size:12px;fill:#777}.title{font-size:14px;font-weight:600}' +
  '.grid{stroke:#888;stroke-opacity:.25}.box{fill:none;stroke:#888;stroke-opacity:.6}' +
  '.curve{fill:none;stroke-width:1.8;stroke-linejoin:round}';

/** From values to places in the picture. */
interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** The chart as an SVG document; series without a finite point are left out. */
export function lineChart(series: readonly ChartSeries[], options: ChartOptions = {}): string {
  const { width = 720, height = 300, logY = false } = options;
  const drawn = series.map((one) => thinned(points(one, logY)));
  const all = drawn.flat();
  const x = linearScale(
    all.map(([value]) => value),
    LEFT,
    width - RIGHT,
    8,
  );
  const y = (logY ? logScale : linearScale)(
    all.map(([, value]) => value),
    height - BOTTOM,
    TOP,
    5,
  );
  const [right, bottom] = [width - RIGHT, height - BOTTOM];
  const paths = drawn.map((one, i) => curve(one, x, y, COLOURS[i % COLOURS.length]!));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escapeXml(options.title ?? series.map(({ name }) => name).join(', '))}</title><style>${STYLE}</style>`,
    text(LEFT, TOP - 14, options.title ?? '', 'title', 'start'),
    ...y.ticks.map(
      (v) =>
        line(LEFT, y.at(v), right, y.at(v), 'grid') + text(LEFT - 8, y.at(v) + 4, label(v), 'tick', 'end'),
    ),
    ...x.ticks.map(
      (v) =>
        line(x.at(v), TOP, x.at(v), bottom, 'grid') + text(x.at(v), bottom + 18, label(v), 'tick', 'middle'),
    ),
    `<rect x="${LEFT}" y="${TOP}" width="${right - LEFT}" height="${bottom - TOP}" class="box"/>`,
    ...paths,
    ...legend(series, right),
    text((LEFT + right) / 2, height - 8, options.xLabel ?? '', 'tick', 'middle'),
    '</svg>',
  ].join('\n');
}

type Point = readonly [number, number];

function points({ x, y }: ChartSeries, logY: boolean): Point[] {
  return x
    .map((value, i): Point => [value, y[i] ?? Number.NaN])
    .filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b) && (!logY || b > 0));
}

/** The means of equally many neighbours each. */
function thinned(all: readonly Point[]): Point[] {
  const size = Math.ceil(all.length / MOST_POINTS);
  if (size <= 1) return [...all];
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i): Point => {
    const part = all.slice(i * size, (i + 1) * size);
    const mean = (axis: 0 | 1): number => part.reduce((sum, point) => sum + point[axis], 0) / part.length;
    return [mean(0), mean(1)];
  });
}

function curve(all: readonly Point[], x: Scale, y: Scale, colour: string): string {
  if (all.length === 1) {
    const [a, b] = all[0]!;
    return `<circle cx="${x.at(a).toFixed(1)}" cy="${y.at(b).toFixed(1)}" r="3" fill="${colour}"/>`;
  }
  const path = all
    .map(([a, b], i) => `${i === 0 ? 'M' : 'L'}${x.at(a).toFixed(1)} ${y.at(b).toFixed(1)}`)
    .join('');
  return all.length === 0 ? '' : `<path d="${path}" class="curve" stroke="${colour}"/>`;
}

/** @param room about how many ticks fit */
function linearScale(values: readonly number[], from: number, to: number, room: number): Scale {
  let [low, high] = [
    values.reduce((a, b) => Math.min(a, b), Infinity),
    values.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  if (values.length === 0) [low, high] = [0, 1];
  if (low === high)
    [low, high] = [low - Math.max(1e-9, Math.abs(low) * 0.1), high + Math.max(1e-9, Math.abs(high) * 0.1)];
  const raw = (high - low) / room;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  const ticks = Array.from({ length: Math.max(0, count) }, (_, i) => (first + i) * step);
  return { at: (value) => from + ((value - low) / (high - low)) * (to - from), ticks };
}

function logScale(values: readonly number[], from: number, to: number, room: number): Scale {
  const inner = linearScale(values.map(Math.log10), from, to, room);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high) && values.length > 0; power++) {
    for (const digit of [1, 2, 5])
      if (digit * 10 ** power >= low && digit * 10 ** power <= high) ticks.push(digit * 10 ** power);
  }
  return { at: (value) => inner.at(Math.log10(value)), ticks };
}

function label(value: number): string {
  if (value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3)) return value.toExponential(0);
  return String(Number(value.toPrecision(4)));
}

function legend(series: readonly ChartSeries[], right: number): string[] {
  let at = right;
  return [...series.entries()].reverse().map(([i, { name }]) => {
    at -= 8 * name.length + 40;
    const y = TOP - 18;
    return (
      line(at, y, at + 22, y, 'curve', COLOURS[i % COLOURS.length]) +
      text(at + 28, y + 4, name, 'tick', 'start')
    );
  });
}
