/**
 * Colab's habits beyond cells: mounting the Drive, and files to and from the person's own computer. Sources: colabtools,
 * google/colab/drive.py, files.py and _message.py; jupyter.md's measurements. Not tried on Colab itself.
 */
import { existsSync } from 'node:fs';
import { UserError } from '../config/errors';
import type { KernelHost } from './host';

/** Where Colab shows the Drive. */
const DRIVE_FOLDER = '/content/drive';

/**
 * Mounts the person's Google Drive. Once it is mounted, by whatever means, it is an ordinary folder.
 * @param run runs the program that mounts (`python3 -c …`) and gives its exit code; `host.shell` by default
 * @returns folder of the Drive's content
 * @throws UserError `not-colab`, `colab-refused`, `colab-no-answer`, `drive-not-mounted`
 */
export async function mountDrive(host: KernelHost, mountPoint = DRIVE_FOLDER): Promise<string> {
  const content = `${mountPoint}/MyDrive`;
  if (existsSync(content)) return content;
  if (host.frontEnd !== 'colab') {
    throw new UserError(
      'not-colab',
      'Expected to run on Colab to mount the Drive',
      'Set save_dir to a folder of this machine instead.',
    );
  }
  await host.colabRequest('request_auth', { authType: 'dfs_ephemeral' });
  const code = await host.shell(`python3 -c ${quote(MOUNT)} ${quote(mountPoint)}`);
  if (code === 0 && existsSync(content)) return content;
  throw new UserError(
    'drive-not-mounted',
    `Expected the Drive at ${content} after mounting (exit code ${code})`,
    'Mount it with the folder button at the left of the page, then run the cell again.',
  );
}

/** The front end has agreed already, and only an IPython kernel could ask it again. */
const MOUNT = `
import sys
from google.colab import _message, drive
_message.blocking_request = lambda *args, **kwargs: None
drive.mount(sys.argv[1])
`;

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
