/**
 * Letting bytes go without losing them. A trashed file fills the quota for 30 days. A former version of a file does not:
 * `quotaBytesUsed` "includes the head revision as well as previous revisions with keepForever enabled", and a version is
 * purged 30 days after newer content (Drive API v3, File and Revision resources). So a file whose bytes are to go gets a
 * short text as its newest version and is trashed, in one request; the bytes can be had from its versions for as long as
 * from the trash.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { drive_v3 } from 'googleapis/build/src/apis/drive';
import { writeFileAtomic } from './atomic-file';
import { DriveFailure } from './drive-failure';
import type { Requests } from './drive-requests';
import { fileSource } from './file-source';
import { uploadResumably } from './resumable-upload';
import { retrying } from './retry';
import type { StoredFile } from './store';

/** Property on a file whose bytes were let go: md5 of what they were. */
const letGoMark = 'storeLetGo';

/** Trashes `file` and lets its bytes go. Idempotent. @throws DriveFailure */
export async function letGo(requests: Requests, file: StoredFile): Promise<void> {
  if (file.marks[letGoMark] !== undefined && file.trashed) return;
  const boundary = randomUUID();
  const metadata = { trashed: true, properties: { [letGoMark]: file.md5 } };
  const text = `The ${file.bytes} bytes of this file (md5 ${file.md5}) are in its former version: Manage versions.\n`;
  const body = [
    `--${boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${JSON.stringify(metadata)}\r\n`,
    `--${boundary}\r\nContent-Type: application/octet-stream\r\n\r\n${text}\r\n--${boundary}--`,
  ].join('');
  await retrying(requests.rules(), () =>
    requests.once({
      method: 'PATCH',
      url: `/upload/drive/v3/files/${encodeURIComponent(file.id)}?uploadType=multipart&supportsAllDrives=true`,
      headers: { 'Content-Type': `multipart/related; boundary=${boundary}` },
      body,
    }),
  );
}

/**
 * Gives `file` the bytes back that were let go; nothing happens if none were. They go through a temporary file.
 * @throws DriveFailure, 404 when the version is purged
 */
export async function takeBack(
  requests: Requests,
  api: drive_v3.Drive,
  file: StoredFile,
  chunkBytes: number,
): Promise<void> {
  const md5 = file.marks[letGoMark];
  if (md5 === undefined) return;
  const revisions = await requests.call((o) =>
    api.revisions.list({ fileId: file.id, fields: 'revisions(id,size,md5Checksum)' }, o),
  );
  const version = revisions.revisions?.find((revision) => revision.md5Checksum === md5);
  if (version?.id == null) throw new DriveFailure(404, 'versionGone', 'its former version is purged');
  const folder = await mkdtemp(join(tmpdir(), 'diff-svc-restore-'));
  try {
    const path = join(folder, 'version');
    const url = `/drive/v3/files/${encodeURIComponent(file.id)}/revisions/${encodeURIComponent(version.id)}?alt=media`;
    const answer = await retrying(requests.rules(), () =>
      requests.once({ method: 'GET', url, headers: { 'Accept-Encoding': 'identity' }, stream: true }),
    );
    await writeFileAtomic(path, answer.data as AsyncIterable<Uint8Array>);
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      await uploadResumably(requests, {
        name: file.name,
        bytes: size,
        opening: {
          method: 'PATCH',
          path: `/upload/drive/v3/files/${encodeURIComponent(file.id)}`,
          metadata: { properties: { [letGoMark]: null } },
        },
        source: fileSource(handle, path),
        transfer: { session: null, onSession: async () => undefined },
        chunkBytes,
        isThere: async () => false,
      });
    } finally {
      await handle.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
