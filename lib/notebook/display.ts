/** Shows text, tables, pictures and sound in the output of a cell; as plain text where there is no front end. */
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { type Audio, durationSeconds } from '../audio/audio';
import { encodeWav } from '../audio/wav';
import { UserError } from '../config/errors';
import { formatDuration } from '../config/progress-bar';
import { escapeXml } from '../pictures/svg';
import { show } from './output';

/** Shows HTML; tags are left out where only text can be shown. */
export function html(source: string): void {
  const text = source
    .replace(/<(style|script)\b[\s\S]*?<\/\1>|<[^>]*>/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  show({ 'text/plain': text, 'text/html': source });
}

/** Shows Markdown. */
export function markdown(source: string): void {
  show({ 'text/plain': source, 'text/markdown': source });
}

const IMAGE_TYPES: Readonly<Record<string, 'image/png' | 'image/jpeg'>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
};

/**
 * Shows a picture: SVG source, the path of a .png, .jpg or .svg, or the bytes of a PNG.
 * @throws UserError `unknown-picture` for another kind of file; `no-such-file`
 */
export function image(picture: string | Uint8Array, label = 'picture'): void {
  if (typeof picture !== 'string') {
    show({ 'text/plain': `[${label}]`, 'image/png': Buffer.from(picture).toString('base64') });
  } else if (picture.trimStart().startsWith('<')) {
    show({ 'text/plain': `[${label}]`, 'image/svg+xml': picture });
  } else {
    showImageFile(picture);
  }
}

function showImageFile(path: string): void {
  const type = IMAGE_TYPES[extname(path).toLowerCase()];
  const bytes = readOrExplain(path);
  const text = { 'text/plain': `[${basename(path)}]` };
  if (type !== undefined) show({ ...text, [type]: bytes.toString('base64') });
  else if (extname(path).toLowerCase() === '.svg') show({ ...text, 'image/svg+xml': bytes.toString('utf8') });
  else {
    throw new UserError(
      'unknown-picture',
      `Expected a .png, .jpg or .svg, got ${path}`,
      'Convert the picture, or give its bytes as PNG.',
    );
  }
}

function readOrExplain(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new UserError(
      'no-such-file',
      `Expected to read ${path}: ${(cause as Error).message}`,
      'Check the path.',
      {
        cause,
      },
    );
  }
}

/** Larger sounds would make the notebook heavy to save and to open. */
const MOST_AUDIO_BYTES = 32e6;

/**
 * Shows a player with the sound inside the notebook.
 * @param sound samples, or the path of a .wav, .mp3, .flac, .ogg or .m4a
 * @throws UserError `sound-too-long` above 32 MB (6 minutes at 44.1 kHz); `no-such-file`
 */
export function audio(sound: Audio | string, label?: string): void {
  const isPath = typeof sound === 'string';
  const bytes = isPath ? readOrExplain(sound) : Buffer.from(encodeWav(sound, '16'));
  const name = label ?? (isPath ? basename(sound) : formatDuration(durationSeconds(sound)));
  if (bytes.length > MOST_AUDIO_BYTES) {
    throw new UserError(
      'sound-too-long',
      `Expected a sound of at most ${MOST_AUDIO_BYTES / 1e6} MB for the notebook, ${name} has ${Math.round(bytes.length / 1e6)} MB`,
      'Write it to a file and download that, or show a part of it.',
    );
  }
  const source = `data:${audioType(isPath ? sound : '.wav')};base64,${bytes.toString('base64')}`;
  const caption = `<figcaption style="font-size:12px;opacity:.8">${escapeXml(name)}</figcaption>`;
  show({
    'text/plain': `[sound: ${name}]`,
    'text/html': `<figure style="margin:4px 0">${caption}<audio controls preload="metadata" src="${source}" style="width:min(420px,100%)"></audio></figure>`,
  });
}

function audioType(path: string): string {
  const types: Readonly<Record<string, string>> = {
    '.mp3': 'mpeg',
    '.ogg': 'ogg',
    '.flac': 'flac',
    '.m4a': 'mp4',
  };
  return `audio/${types[extname(path).toLowerCase()] ?? 'wav'}`;
}

/** What may stand in a table. */
export type Cell = string | number | boolean | null | undefined;

const MOST_ROWS = 200;

/** Shows rows as a table, columns in the order of the first row that has them; at most 200 rows. */
export function table(rows: readonly Readonly<Record<string, Cell>>[]): void {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const shown = rows.slice(0, MOST_ROWS).map((row) => columns.map((column) => cellText(row[column])));
  const more = rows.length > MOST_ROWS ? `and ${rows.length - MOST_ROWS} more rows` : '';
  show({
    'text/plain': plainTable([columns, ...shown], more),
    'text/html': htmlTable(columns, rows.slice(0, MOST_ROWS), more),
  });
}

function cellText(value: Cell): string {
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value ?? '');
  return String(Number(value.toPrecision(5)));
}

function htmlTable(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, Cell>>[],
  more: string,
): string {
  const head = columns.map((column) => `<th>${escapeXml(column)}</th>`).join('');
  const body = rows.map((row) => {
    const cells = columns.map((column) => {
      // A column without a name is that of facts of all kinds.
      const align = typeof row[column] === 'number' && column.trim() !== '' ? 'right' : 'left';
      return `<td style="text-align:${align}">${escapeXml(cellText(row[column]))}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  const foot = more === '' ? '' : `<caption style="caption-side:bottom">${more}</caption>`;
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody>${foot}</table>`;
}

function plainTable(rows: readonly (readonly string[])[], more: string): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => textWidth(row[i]!))));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => cell + ' '.repeat(widths[i]! - textWidth(cell)))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return [...lines, ...(more === '' ? [] : [more])].join('\n');
}

/** Columns that a text takes in a terminal: letters of East Asian scripts are two wide. */
function textWidth(text: string): number {
  return [...text].reduce(
    (sum, c) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/.test(c) ? 2 : 1),
    0,
  );
}
