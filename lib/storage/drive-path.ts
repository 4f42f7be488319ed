/** How people name a place on Drive, and where a mounted Drive lies. */
import { UserError } from '../config/errors';
import type { OnNotice } from '../config/progress';

/** Where Colab mounts Google Drive. */
export const colabMount = '/content/drive/MyDrive';

/** What people write for `MyDrive`: the documented steps have `Mydrive`, the web page says `My Drive`. */
const mounted = /^\/content\/(?:g?drive)\/(MyDrive|Mydrive|mydrive|My Drive|my drive)(?:\/+(.*))?$/;

/**
 * `drive:diff-svc/alice` and `/content/drive/MyDrive/diff-svc/alice` are the place `diff-svc/alice` on Drive; null for any
 * other path. What is read other than written is said.
 * @throws UserError `drive-path-invalid`
 */
export function drivePlace(path: string, notice: OnNotice = () => undefined): string | null {
  const match = mounted.exec(path);
  const inside = path.startsWith('drive:') ? path.slice('drive:'.length) : match ? (match[2] ?? '') : null;
  if (inside === null) return null;
  if (match && match[1] !== 'MyDrive') notice(`Read ${path} as ${colabMount}/${inside}.`);
  const names = inside.split('/').filter((name) => name !== '');
  if (path.startsWith('drive:') && /^my ?drive$/i.test(names[0] ?? '')) {
    notice(`Read ${path} as drive:${names.slice(1).join('/')}: paths begin in My Drive.`);
    names.shift();
  }
  if (names.length === 0 || names.some((name) => name === '.' || name === '..')) {
    throw new UserError(
      'drive-path-invalid',
      `Expected a folder or file below My Drive, got ${path}`,
      'Give a path like drive:diff-svc/alice.',
    );
  }
  return names.join('/');
}
