/** Google Drive and the person's own files, named as Colab's Python names them: `drive.mount()`, `files.upload()`. */
import { UserError } from '../config/errors';
import { mountDrive } from '../kernel/colab';
import { downloadFile, uploadFiles } from '../kernel/file-transfer';
import type { KernelHost } from '../kernel/host';
import { kernelHost } from './output';

function requireHost(what: string): KernelHost {
  const host = kernelHost();
  if (host !== null) return host;
  throw new UserError(
    'needs-kernel',
    `Expected the Diff-SVC kernel for ${what}`,
    'Choose the kernel "TypeScript (Diff-SVC)", or give paths of files that are there.',
  );
}

export const drive = {
  /**
   * Mounts the person's Google Drive in Colab; elsewhere says so and goes on, with folders of this computer.
   * @returns the folder of the Drive, or null where there is none
   * @throws UserError `colab-refused`, `colab-no-answer`, `drive-not-mounted`
   */
  async mount(): Promise<string | null> {
    const host = kernelHost();
    if (host?.frontEnd === 'colab') return mountDrive(host);
    process.stdout.write(
      'This is not Colab: no Google Drive is mounted, paths are those of this computer.\n',
    );
    return null;
  },
};

export const files = {
  /**
   * Asks the person for files.
   * @returns paths; empty if none was chosen
   * @throws UserError `needs-kernel`, `no-input`, those of `writeFileAtomic`
   */
  upload: async (folder?: string): Promise<string[]> => uploadFiles(requireHost('files.upload()'), folder),
  /**
   * Hands a file to the person.
   * @throws UserError `needs-kernel`, `no-such-file`, `too-large-to-download`
   */
  download: async (path: string): Promise<void> => downloadFile(requireHost('files.download()'), path),
};
