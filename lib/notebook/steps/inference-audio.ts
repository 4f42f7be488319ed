/** The cells "Import your audio" and "Delete old inputted wav and rendered wav". */
import { readFile, rm, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { isUserError, UserError } from '../../config/errors';
import type { LeftOut, Recording } from '../../data/recording';
import { confirm } from '../ask';
import { checkFields, rule } from '../checks';
import { table } from '../display';
import { kernelHost } from '../output';
import { deleteOurs, freePath, localPath, oursUnchanged, writeOurs } from './inference-files';
import { inLanguage, say } from './messages';
import { inCell } from './run';

/** Where songs are put, as the known notebooks call it; below the notebook's folder. */
const songFolder = 'batch_audio';

const otherArchive = /\.(rar|7z|tar|tgz|tbz2?|tar\.gz|tar\.bz2|gz|bz2)$/i;

/**
 * Copies songs into `batch_audio`: of a file, a folder (without subfolders), a zip, or chosen by the person where
 * `audio_location` is empty. Nothing that lies there is replaced.
 * @throws UserError `form-fields`, `not-found`, `no-recordings`, `no-input` where nobody can choose, those of reading zips
 */
export async function importAudio({ audio_location }: { readonly audio_location: string }): Promise<void> {
  const location = audio_location.trim();
  await checkFields({
    audio_location: [
      rule(
        !otherArchive.test(location),
        'expected a .wav, a folder or a .zip; unpack other archives and pack a .zip',
      ),
      rule(!location.endsWith('*'), 'expected a path, this one names nothing yet'),
    ],
  });
  const rows = location === '' ? await uploaded() : await imported(location);
  table(rows);
}

type Row = Readonly<Record<string, string>>;

async function imported(location: string): Promise<Row[]> {
  return inCell(async (session) => {
    const path = await localPath(location, (name) => /\.wave?$/i.test(name), session);
    return copyFrom(path);
  });
}

async function uploaded(): Promise<Row[]> {
  const host = kernelHost();
  if (host === null) {
    throw new UserError(
      'no-input',
      'Expected audio_location, it is empty and nobody can choose files here',
      'Give the path of a .wav, a folder or a .zip.',
    );
  }
  const { uploadFiles } = await import('../../kernel/file-transfer');
  const { mkdtemp } = await import('node:fs/promises');
  const folder = await mkdtemp(resolve('.diff-svc-upload-'));
  try {
    const rows: Row[] = [];
    for (const path of await uploadFiles(host, folder)) rows.push(...(await copyFrom(path)));
    return rows;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyFrom(path: string): Promise<Row[]> {
  const { openSource } = await import('../../data/recording-source');
  const isFolder = (await stat(path)).isDirectory();
  const { recordings, leftOut } = openSource(path);
  const rows = leftOut.map(({ name, reason }: LeftOut) => row(name, reason));
  for (const recording of recordings) {
    if (isFolder && recording.name.includes('/')) {
      rows.push(
        row(recording.name, inLanguage({ en: 'left out: in a subfolder', ko: '제외: 하위 폴더에 있음' })),
      );
    } else rows.push(await copyOne(recording));
  }
  return rows;
}

async function copyOne(recording: Recording): Promise<Row> {
  const bytes = recording.read();
  const path = await freePath(resolve(songFolder), basename(recording.name), bytes);
  const there = await readFile(path).catch(() => null);
  if (there !== null) return row(recording.name, inLanguage({ en: 'was there already', ko: '이미 있음' }));
  await writeOurs(path, bytes);
  return row(recording.name, `${songFolder}/${basename(path)}`);
}

function row(song: string, where: string): Row {
  return {
    [inLanguage({ en: 'song', ko: '노래' })]: song,
    [inLanguage({ en: 'imported', ko: '가져옴' })]: where,
  };
}

/**
 * Asks, then deletes songs and results that these cells wrote and nobody changed since. Everything else stays, and all of
 * it where nobody can answer.
 */
export async function deleteOldAudio(): Promise<void> {
  const files = await oursUnchanged();
  if (files.length === 0) return say({ en: 'There is nothing to delete.', ko: '지울 파일이 없습니다.' });
  table(
    files.map(({ path, bytes }) => ({ [inLanguage({ en: 'file', ko: '파일' })]: path, MB: bytes / 1e6 })),
  );
  const question = inLanguage({
    en: `Delete these ${files.length} files for good?`,
    ko: `이 파일 ${files.length}개를 완전히 지울까요?`,
  });
  if (!(await agreed(question)))
    return say({ en: 'Nothing was deleted.', ko: '아무것도 지우지 않았습니다.' });
  await deleteOurs(files);
  say({ en: `Deleted ${files.length} files.`, ko: `파일 ${files.length}개를 지웠습니다.` });
}

async function agreed(question: string): Promise<boolean> {
  try {
    return await confirm(question);
  } catch (error) {
    if (!isUserError(error) || error.code !== 'no-input') throw error;
    say({ en: 'Nobody can answer here.', ko: '여기서는 답할 사람이 없습니다.' });
    return false;
  }
}
