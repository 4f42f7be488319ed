/** `diff-svc drive ...`: logging in, and what lies on Drive. */

import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { openDrive, workFolder } from '../assembly/drive';
import { findCheckpoints } from '../checkpoint/find';
import { UserError } from '../config/errors';
import { megabytes } from '../config/progress';
import { datasetPlace, uploadToPlace } from '../data/drive-dataset';
import { drivePlace } from '../storage/drive-path';
import { dataFolder } from '../storage/mount-drive';
import { systemClock } from '../storage/retry';
import { openCheckpointUploader } from '../training/checkpoint-uploader';
import { formatBytes } from '../training/forecast';
import {
  asCheckpoint,
  listRemoteCheckpoints,
  marks,
  type RemoteCheckpoint,
} from '../training/remote-checkpoints';
import { registerDriveLogin } from './drive-login';
import { runVerb, type Session, type VerbResult } from './session';

interface Json {
  readonly json?: boolean;
}

/** Adds the verb and its parts to `program`. */
export function registerDrive(program: Command): void {
  const drive = program.command('drive').description('Google Drive: log in, list, restore, pin, measure');
  registerDriveLogin(drive);
  const verb = (signature: string, what: string): Command =>
    drive.command(signature).description(what).option('--json', 'print the result as JSON');
  const run = (flags: Json, work: (session: Session) => Promise<VerbResult>): Promise<void> =>
    runVerb(flags.json === true, work);
  verb('ls [folder]', 'checkpoints of a voice (default: the voices in diff-svc)').action(
    (folder: string | undefined, flags: Json) => run(flags, (session) => list(folder, session)),
  );
  verb('restore <folder> <step>', 'take a checkpoint out of the trash').action(
    (folder: string, step: string, flags: Json) => run(flags, (session) => restore(folder, step, session)),
  );
  verb('pin <folder> <step>', 'keep a checkpoint beside those that rotate')
    .option('--off', 'let it rotate again')
    .action((folder: string, step: string, flags: Json & { off?: boolean }) =>
      run(flags, (session) => pin(folder, step, flags.off !== true, session)),
    );
  verb('du [folder]', 'room on Drive, and what a voice takes of it').action(
    (folder: string | undefined, flags: Json) => run(flags, (session) => measure(folder, session)),
  );
  verb('sync <folder>', 'upload what a training could not')
    .option('--keep <n>', 'checkpoints that stay', '10')
    .action((folder: string, flags: Json & { keep: string }) =>
      run(flags, (session) => sync(folder, flags.keep, session)),
    );
  verb('upload <zip>', 'put recordings where training looks for them: diff-svc/NAME/NAME.zip')
    .requiredOption('--singer <name>', 'name of the voice')
    .action((zip: string, flags: Json & { singer: string }) =>
      run(flags, (session) => upload(zip, flags.singer, session)),
    );
}

/** `diff-svc/alice`, `drive:diff-svc/alice` or the path of a mounted Drive. */
function placeOf(folder: string, session: Session): string {
  return drivePlace(folder, session.notice) ?? drivePlace(`drive:${folder}`, session.notice)!;
}

async function list(folder: string | undefined, session: Session): Promise<VerbResult> {
  const { store, text } = await openDrive(session);
  session.notice(text);
  if (folder === undefined) {
    const top = await store.folder(['diff-svc'], false);
    const voices = top === null ? [] : (await store.list(top)).filter((file) => file.kind === 'folder');
    const names = voices.map(({ name }) => `diff-svc/${name}`).sort();
    return { text: names.join('\n') || 'Nothing in diff-svc yet.', json: names };
  }
  const files = await listRemoteCheckpoints(store, placeOf(folder, session));
  const rows = files.map(({ file, step, run, slim, pinned }) => ({
    step,
    name: file.name,
    bytes: file.bytes,
    run,
    slim,
    pinned,
  }));
  const line = (row: (typeof rows)[number]): string =>
    `${String(row.step).padStart(8)}  ${formatBytes(row.bytes).padStart(8)}  ${row.name}${row.slim ? '  slim' : ''}${row.run === null ? '  not saved by diff-svc' : ''}`;
  const pinned = rows.filter((row) => row.pinned);
  const lines = rows.filter((row) => !row.pinned).map(line);
  if (pinned.length > 0) lines.push('Pinned:', ...pinned.map(line));
  return { text: lines.join('\n') || 'No checkpoints there.', json: rows };
}

/** Checkpoints of one step: what a person means by it is the full one. */
function atStep(files: readonly RemoteCheckpoint[], step: string, where: string): RemoteCheckpoint {
  const found = files.filter((file) => String(file.step) === step && file.run !== null);
  const best = found.find(({ slim }) => !slim) ?? found[0];
  if (best !== undefined) return best;
  throw new UserError(
    'no-checkpoint',
    `Expected a checkpoint of ours of step ${step} in ${where}, found none`,
    'Look with `diff-svc drive ls`.',
  );
}

async function restore(folder: string, step: string, session: Session): Promise<VerbResult> {
  const { store } = await openDrive(session);
  const place = placeOf(folder, session);
  const id = await store.folder(place.split('/'), false);
  const trashed = id === null ? [] : (await store.listTrash(id)).flatMap((file) => asCheckpoint(file) ?? []);
  const { file } = atStep(trashed, step, `the trash of ${place}`);
  await store.restore(file.id);
  // Otherwise the next save would put it back into the trash.
  await store.mark(file.id, { [marks.pinned]: '1' });
  return { text: `Restored ${file.name} in ${place}, and pinned it.`, json: { name: file.name, place } };
}

async function pin(folder: string, step: string, on: boolean, session: Session): Promise<VerbResult> {
  const { store } = await openDrive(session);
  const place = placeOf(folder, session);
  const { file } = atStep(await listRemoteCheckpoints(store, place), step, place);
  await store.mark(file.id, { [marks.pinned]: on ? '1' : null });
  const text = on ? `${file.name} stays until it is unpinned.` : `${file.name} rotates with the others.`;
  return { text, json: { name: file.name, pinned: on } };
}

async function measure(folder: string | undefined, session: Session): Promise<VerbResult> {
  const { store, text } = await openDrive(session);
  session.notice(text);
  const space = await store.space();
  const say = (bytes: number | null): string => (bytes === null ? 'not said' : formatBytes(bytes));
  const lines = [
    `Free: ${say(space.freeBytes)}`,
    `Used: ${say(space.usedBytes)}`,
    `Trash: ${say(space.trashBytes)} (counts as used for 30 days)`,
  ];
  if (folder === undefined) return { text: lines.join('\n'), json: space };
  const place = placeOf(folder, session);
  const id = await store.folder(place.split('/'), false);
  const sum = (files: readonly { bytes: number }[]): number =>
    files.reduce((total, { bytes }) => total + bytes, 0);
  const here = id === null ? 0 : sum(await store.list(id));
  const trashed = id === null ? 0 : sum(await store.listTrash(id));
  lines.push(`${place}: ${formatBytes(here)}, and ${formatBytes(trashed)} in the trash`);
  return { text: lines.join('\n'), json: { ...space, folderBytes: here, folderTrashBytes: trashed } };
}

async function sync(folder: string, keep: string, session: Session): Promise<VerbResult> {
  const { store } = await openDrive(session);
  const place = placeOf(folder, session);
  const workDir = workFolder(place);
  const uploader = await openCheckpointUploader({
    store,
    folder: place,
    workDir,
    keep: Number(keep),
    fullCount: null,
    fullEvery: null,
    purge: false,
    startStep: (await findCheckpoints(workDir))[0]?.step ?? 0,
    clock: systemClock,
    ...session,
    onBytes: (name, done, total) => megabytes(session.progress, 'upload', name)(done, total),
  });
  try {
    await uploader.catchUp();
  } finally {
    await uploader.close();
  }
  return { text: `Everything of ${workDir} is in ${place} at ${store.label}.`, json: { place } };
}

async function upload(zip: string, singer: string, session: Session): Promise<VerbResult> {
  const drive = await openDrive(session);
  const place = datasetPlace(singer);
  const journal = join(dataFolder(process.env, homedir()), 'uploads');
  const file = await uploadToPlace(drive, zip, place, journal, {
    signal: session.signal,
    onBytes: megabytes(session.progress, 'upload'),
  });
  const how = drive.store.verifies ? 'size and checksum verified' : 'not verified';
  return {
    text: `Uploaded ${formatBytes(file.bytes)} to ${place} at ${drive.store.label}: ${how}.`,
    json: { place, bytes: file.bytes },
  };
}
