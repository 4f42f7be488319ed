/**
 * What the values of a form must hold, said before the cell works:
 *
 *     await checkFields({ save_dir: writableFolder(save_dir), ckpt_directory: existingFile(ckpt_directory, '.ckpt') });
 */
import { access, constants, mkdtemp, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UserError } from '../config/errors';
import type { FieldMark } from '../forms/messages';
import { escapeXml } from '../pictures/svg';
import { MARKS_KEY, type SetMarks } from './form-comms';
import { kernelHost, show } from './output';

/** Says what is wrong with a value, or null; one sentence without the field's name. */
export type FieldCheck = () => Promise<string | null> | string | null;

/** Shell patterns like Colab's `/content/drive/MyDrive/*` stand for nothing yet. */
const PLACEHOLDER = /\*$/;

/**
 * A folder that can be written, or made where nothing is yet. Tried by making an empty folder there and taking it away
 * again: permissions alone say nothing about full, read-only and remote disks.
 */
export function writableFolder(path: string): FieldCheck {
  return async () => {
    if (path.trim() === '') return 'expected a folder, it is empty';
    const nearest = await nearestThere(resolve(path));
    if (isBelow(resolve(path), DRIVE) && !isBelow(nearest, DRIVE)) {
      return `${path} is on Google Drive, which is not mounted: run the cell that mounts it`;
    }
    if (!(await stat(nearest)).isDirectory()) return `expected a folder, ${nearest} is a file`;
    return canWrite(nearest);
  };
}

/** Where Colab mounts Google Drive. */
const DRIVE = '/content/drive';

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

async function canWrite(folder: string): Promise<string | null> {
  try {
    await rmdir(await mkdtemp(join(folder, '.diff-svc-')));
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EROFS') return `${folder} is on a read-only disk`;
    if (code === 'ENOSPC' || code === 'EDQUOT') return `the disk that holds ${folder} is full`;
    return `writing in ${folder} is not permitted`;
  }
}

async function nearestThere(path: string): Promise<string> {
  const there = await stat(path).catch(() => null);
  return there !== null || dirname(path) === path ? path : await nearestThere(dirname(path));
}

/**
 * A file that is there and can be read.
 * @param endings e.g. `.ckpt`; any of them will do
 */
export function existingFile(path: string, ...endings: readonly string[]): FieldCheck {
  return async () => {
    if (path.trim() === '') return 'expected the path of a file, it is empty';
    if (PLACEHOLDER.test(path)) return `expected the path of a file, ${path} names none yet`;
    if (endings.length > 0 && !endings.some((ending) => path.toLowerCase().endsWith(ending))) {
      return `expected a file that ends in ${endings.join(' or ')}, got ${path}`;
    }
    const there = await stat(path).catch(() => null);
    if (there === null) return isBelow(path, DRIVE) ? notOnDrive(path) : `there is no file ${path}`;
    if (!there.isFile()) return `expected a file, ${path} is a folder`;
    return access(path, constants.R_OK).then(
      () => null,
      () => `reading ${path} is not permitted`,
    );
  };
}

function notOnDrive(path: string): string {
  return `there is no file ${path}; is Google Drive mounted?`;
}

/** A folder that is there. */
export function existingFolder(path: string): FieldCheck {
  return async () => {
    const there = await stat(path).catch(() => null);
    if (there === null) return `there is no folder ${path || '(empty)'}`;
    return there.isDirectory() ? null : `expected a folder, ${path} is a file`;
  };
}

/** Any rule: `rule(steps > 0, 'expected at least one step')`. */
export function rule(holds: boolean, otherwise: string): FieldCheck {
  return () => (holds ? null : otherwise);
}

/**
 * Holds all fields to their checks and marks those that fail, in the form and below the cell. Fields whose check is
 * null, undefined or false are not looked at: `resume && existingFile(path)`.
 * @throws UserError `form-fields` that names every field that fails; nothing was done yet
 */
export async function checkFields(
  checks: Readonly<Record<string, FieldCheck | readonly FieldCheck[] | null | undefined | false>>,
): Promise<void> {
  const marks: FieldMark[] = [];
  for (const [name, check] of Object.entries(checks)) {
    for (const one of check ? (typeof check === 'function' ? [check] : check) : []) {
      const message = await one();
      if (message !== null) marks.push({ name, message });
    }
  }
  const cellId = kernelHost()?.cell?.id;
  if (cellId != null) (globalThis as { [MARKS_KEY]?: SetMarks })[MARKS_KEY]?.(cellId, marks);
  if (marks.length === 0) return;
  showMarks(marks);
  throw new UserError(
    'form-fields',
    marks.map(({ name, message }) => `${name}: ${message}`).join('; '),
    'Correct the fields and run the cell again; nothing was done.',
  );
}

function showMarks(marks: readonly FieldMark[]): void {
  const rows = marks.map(
    ({ name, message }) => `<li><code>${escapeXml(name)}</code>: ${escapeXml(message)}</li>`,
  );
  show({
    'text/plain': marks.map(({ name, message }) => `${name}: ${message}`).join('\n'),
    'text/html': `<div style="border-left:3px solid #d33;padding:2px 10px;font-family:var(--jp-ui-font-family,sans-serif);font-size:13px"><b>Please correct:</b><ul style="margin:2px 0">${rows.join('')}</ul></div>`,
  });
}
