/** Pictures of recordings: mel spectrograms with their pitch, one below the other, and the three melodies together. */
import type { FrameMatrix } from '../audio/audio';
import { hzToMel, melPointsHz } from '../audio/mel-filterbank';
import type { AudioConfig } from '../config/schema';
import { lineColours } from './colours';
import { heatMapPng, loudestLevel } from './heat-map';
import { escapeXml, line, pitchPath, text } from './svg';

/** A recording in the picture. */
export interface PictureTrack {
  readonly mel: FrameMatrix;
  /** Hz per frame of the mel, 0 = unvoiced */
  readonly f0Hz: Float32Array;
  readonly label: string;
  /** `#rrggbb` of its curve in the panel of all melodies */
  readonly colour: string;
}

export interface PictureOptions {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** width of the picture in its own units (about pixels); default 1000 */
  readonly width?: number;
}

/** Everything above is empty in 16 kHz voices. */
const TOP_HZ = 8000;
const RANGE_LOG10 = 3.2;
const PANEL_HEIGHT = 210;
const MELODY_HEIGHT = 150;
const PANEL_GAP = 34;
const LEFT = 62;
const RIGHT = 16;
const TOP = 28;
const BOTTOM = 46;
const FREQUENCY_TICKS_HZ = [250, 500, 1000, 2000, 4000, 8000];

/** Where things lie: x from seconds, and a panel's y. */
interface Frame {
  readonly x: (seconds: number) => number;
  readonly left: number;
  readonly right: number;
  readonly from: number;
  readonly to: number;
  readonly config: AudioConfig;
}

function tickLabel(hz: number): string {
  return hz >= 1000 ? `${hz / 1000} kHz` : `${hz} Hz`;
}

/** Vertical lines and labels every so many seconds, as many as fit. */
function timeTicks(frame: Frame): number[] {
  const span = frame.to - frame.from;
  const room = (frame.right - frame.left) / 70;
  const step = [0.25, 0.5, 1, 2, 5, 10, 20, 30, 60].find((s) => span / s <= room) ?? 120;
  const first = Math.ceil(frame.from / step - 1e-9);
  return Array.from({ length: Math.floor(frame.to / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

/** Scored bins of a mel up to 8 kHz and the edges of their picture in mel. */
function melArea(config: AudioConfig): { bins: number; low: number; high: number } {
  const points = melPointsHz(config);
  const bins = points.subarray(1, config.melBins + 1).filter((hz) => hz <= TOP_HZ).length;
  const low = hzToMel(points[1]!);
  const step = hzToMel(points[2]!) - low;
  return { bins, low: low - step / 2, high: low + (bins - 0.5) * step };
}

/** One spectrogram with its pitch, its frame and its frequency axis. */
function spectrogramPanel(track: PictureTrack, top: number, levels: [number, number], frame: Frame): string {
  const { bins, low, high } = melArea(frame.config);
  const y = (hz: number): number => top + PANEL_HEIGHT * (1 - (hzToMel(hz) - low) / (high - low));
  const framesPerSecond = frame.config.sampleRate / frame.config.hopSize;
  const fromFrame = Math.floor(frame.from * framesPerSecond);
  const toFrame = Math.min(Math.ceil(frame.to * framesPerSecond), track.mel.frames);
  const png = heatMapPng(track.mel, { fromFrame, toFrame, bins, quiet: levels[0], loud: levels[1] });
  const left = frame.x(fromFrame / framesPerSecond);
  const size = `width="${(frame.x(toFrame / framesPerSecond) - left).toFixed(1)}" height="${PANEL_HEIGHT}"`;
  const path = pitchPath(track.f0Hz, frame.config, frame, y);
  return [
    text(frame.left, top - 8, track.label, 'title', 'start'),
    `<image x="${left.toFixed(1)}" y="${top}" ${size} preserveAspectRatio="none" href="data:image/png;base64,${png.toString('base64')}"/>`,
    `<path d="${path}" class="halo"/><path d="${path}" class="curve" stroke="${lineColours.overlay}"/>`,
    ...FREQUENCY_TICKS_HZ.filter((hz) => hzToMel(hz) < high + 0.5).map((hz) => {
      const at = Math.max(y(hz), top);
      return (
        line(frame.left - 5, at, frame.left, at, 'axis') +
        text(frame.left - 8, at + 4, tickLabel(hz), 'tick', 'end')
      );
    }),
    box(frame, top, PANEL_HEIGHT),
  ].join('\n');
}

function box(frame: Frame, top: number, height: number): string {
  return `<rect x="${frame.left}" y="${top}" width="${frame.right - frame.left}" height="${height}" class="box"/>`;
}

/** All melodies on a logarithmic axis. */
function melodyPanel(tracks: readonly PictureTrack[], top: number, frame: Frame): string {
  const voiced = tracks
    .flatMap((track) => Array.from(track.f0Hz).filter((hz) => hz > 0))
    .sort((a, b) => a - b);
  const low = Math.log2((voiced[Math.floor(voiced.length * 0.005)] ?? 100) * 0.94);
  const high = Math.log2((voiced[Math.floor(voiced.length * 0.995)] ?? 400) * 1.06);
  const y = (hz: number): number => top + MELODY_HEIGHT * (1 - (Math.log2(hz) - low) / (high - low));
  const inside = (hz: number): boolean => hz > 0 && Math.log2(hz) > low && Math.log2(hz) < high;
  const ticks = [50, 75, 100, 150, 200, 300, 400, 600, 800].filter(inside);
  let legendX = frame.right;
  const legend = [...tracks].reverse().map((track) => {
    legendX -= 8 * track.label.length + 40;
    return (
      line(legendX, top - 12, legendX + 22, top - 12, 'curve', track.colour) +
      text(legendX + 28, top - 8, track.label, 'tick', 'start')
    );
  });
  return [
    text(frame.left, top - 8, 'Pitch', 'title', 'start'),
    ...legend,
    ...ticks.map(
      (hz) =>
        line(frame.left, y(hz), frame.right, y(hz), 'grid') +
        text(frame.left - 8, y(hz) + 4, tickLabel(hz), 'tick', 'end'),
    ),
    ...tracks.map(
      (track) =>
        `<path d="${pitchPath(
          track.f0Hz.map((hz) => (inside(hz) ? hz : 0)),
          frame.config,
          frame,
          y,
        )}" class="curve" stroke="${escapeXml(track.colour)}"/>`,
    ),
    box(frame, top, MELODY_HEIGHT),
  ].join('\n');
}

const STYLE =
  'text{font-family:system-ui,"Noto Sans","Noto Sans KR","Noto Sans CJK KR",sans-serif;fill:#333}' +
  '.title{font-size:15px;font-weight:600;fill:#111}.tick{font-size:12px}' +
  '.axis{stroke:#666;stroke-width:1}.grid{stroke:#ddd;stroke-width:1}.box{fill:none;stroke:#888;stroke-width:1}' +
  '.curve{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}' +
  '.halo{fill:none;stroke:#fff;stroke-width:4;stroke-opacity:.75;stroke-linejoin:round;stroke-linecap:round}';

/**
 * Mel spectrograms of the same song as an SVG document with embedded PNGs: 40 Hz to 8 kHz on the mel axis, all with
 * the same colours per level, the pitch drawn over each; below, if there are several, all pitches together.
 */
export function comparisonPicture(
  tracks: readonly PictureTrack[],
  config: AudioConfig,
  options: PictureOptions,
): string {
  const width = options.width ?? 1000;
  const { fromSeconds: from, toSeconds: to } = options;
  const [left, right] = [LEFT, width - RIGHT];
  const frame: Frame = {
    x: (s) => left + ((s - from) / (to - from)) * (right - left),
    left,
    right,
    from,
    to,
    config,
  };
  const loud = loudestLevel(
    tracks.map((track) => track.mel),
    melArea(config).bins,
  );
  const step = PANEL_HEIGHT + PANEL_GAP;
  const melodyTop = TOP + tracks.length * step;
  // One melody alone is in its spectrogram already.
  const melodies = tracks.length > 1;
  const bottom = melodies ? melodyTop + MELODY_HEIGHT : melodyTop - PANEL_GAP;
  const height = bottom + BOTTOM;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escapeXml(`Mel spectrograms and pitch: ${tracks.map((track) => track.label).join(', ')}`)}</title>`,
    `<style>${STYLE}</style><rect width="${width}" height="${height}" fill="#fff"/>`,
    ...tracks.map((track, i) => spectrogramPanel(track, TOP + i * step, [loud - RANGE_LOG10, loud], frame)),
    melodies ? melodyPanel(tracks, melodyTop, frame) : '',
    ...timeTicks(frame).map(
      (s) =>
        line(frame.x(s), bottom, frame.x(s), bottom + 5, 'axis') +
        text(frame.x(s), bottom + 19, String(s), 'tick', 'middle'),
    ),
    text((left + right) / 2, bottom + 38, 'Time in seconds', 'tick', 'middle'),
    '</svg>',
  ].join('\n');
}
