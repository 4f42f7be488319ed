/** The uploading process that `background-uploader.ts` starts. It ends with the one that started it. */
import { constants, homedir, setPriority } from 'node:os';
import { isUserError } from '../config/errors';
import { mountDrive } from '../storage/mount-drive';
import { systemClock } from '../storage/retry';
import type { ChildOptions, FromChild, SentError, ToChild } from './background-uploader';
import { openCheckpointUploader } from './checkpoint-uploader';
import { createUploadQueue, type UploadQueue } from './upload-queue';

/** How often the transfer is told of. */
const reportMs = 250;

function send(message: FromChild): void {
  process.send?.(message);
}

const notice = (text: string): void => send({ kind: 'notice', text });

async function open(options: ChildOptions): Promise<UploadQueue> {
  const { store } = await mountDrive({
    env: process.env,
    home: homedir(),
    clock: systemClock,
    notice: () => undefined,
  });
  let reported = 0;
  const uploader = await openCheckpointUploader({
    ...options,
    store,
    clock: systemClock,
    notice,
    onBytes: (name, done, total) => {
      if (done < total && performance.now() - reported < reportMs) return;
      reported = performance.now();
      send({ kind: 'bytes', name, done, total });
    },
  });
  return createUploadQueue(uploader, systemClock, notice);
}

function toSend(error: Error): SentError {
  const remedy = isUserError(error) ? error.remedy : 'Please report it as a defect of diff-svc.';
  return { code: isUserError(error) ? error.code : 'defect', message: error.message, remedy };
}

function main(): void {
  try {
    // Training comes first, whatever there is to send.
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // not everywhere permitted; then it is only less polite
  }
  // Ctrl-C goes to the whole group; the parent decides when to end.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
  let queue: Promise<UploadQueue> | null = null;
  process.on('message', (message: ToChild) => {
    if (message.kind === 'open') queue = open(message.options);
    const refused = (error: Error): void => {
      if (message.kind === 'settle') send({ kind: 'settled', error: toSend(error) });
      else if (message.kind === 'open') notice(`Not uploading: ${error.message}`);
    };
    void queue
      ?.then(async (q) => {
        if (message.kind === 'offer') q.offer(message.offer);
        if (message.kind !== 'settle') return;
        const error = await q.settled();
        send({ kind: 'settled', error: error && toSend(error) });
      })
      .catch(refused);
  });
}

main();
