/** Pieces of SVG. */
import type { AudioConfig } from '../config/schema';

/** Text as it may stand in XML and HTML, in elements and in quoted attributes. */
export function escapeXml(value: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  // Control characters other than tab and line ends cannot stand in XML at all.
  return value.replace(/(?![\t\n\r])\p{Cc}/gu, '').replace(/[&<>"']/g, (c) => names[c]!);
}

/** A straight line of CSS class `kind`. */
export function line(x1: number, y1: number, x2: number, y2: number, kind: string, stroke?: string): string {
  const ends = `x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}"`;
  return `<line ${ends} class="${kind}"${stroke ? ` stroke="${escapeXml(stroke)}"` : ''}/>`;
}

/** A label of CSS class `kind`. */
export function text(
  x: number,
  y: number,
  label: string,
  kind: string,
  anchor: 'start' | 'middle' | 'end',
): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" class="${kind}" text-anchor="${anchor}">${escapeXml(label)}</text>`;
}

/** What a pitch curve needs of a picture: the time shown, in seconds, and x of a time. */
export interface TimeAxis {
  readonly x: (seconds: number) => number;
  readonly from: number;
  readonly to: number;
}

/** Frames with a larger jump than this (a whole tone and more) are not joined by a line. */
const JUMP = 1.13;

/**
 * Path data of an F0 track (Hz per frame, 0 = unvoiced) in the time shown; broken where unvoiced and at jumps. Frame m is
 * at `m·hop + hop/2` samples.
 */
export function pitchPath(
  f0Hz: Float32Array,
  config: AudioConfig,
  axis: TimeAxis,
  y: (hz: number) => number,
): string {
  const parts: string[] = [];
  let last = 0;
  for (let t = 0; t < f0Hz.length; t++) {
    const hz = f0Hz[t]!;
    const seconds = ((t + 0.5) * config.hopSize) / config.sampleRate;
    const drawn = hz > 0 && seconds >= axis.from && seconds <= axis.to;
    if (drawn) {
      const joined = last > 0 && Math.max(hz / last, last / hz) < JUMP;
      parts.push(`${joined ? 'L' : 'M'}${axis.x(seconds).toFixed(1)} ${y(hz).toFixed(1)}`);
    }
    last = drawn ? hz : 0;
  }
  return parts.join('');
}
