/** Uploads one after the other while training goes on: one under way, at most one waiting, failures tried again. */

import { isUserError } from '../config/errors';
import type { OnNotice } from '../config/progress';
import type { Clock } from '../storage/retry';
import type { CheckpointUploader, SaveHow } from './checkpoint-uploader';

/** A checkpoint that training has saved locally. */
export interface Offer extends SaveHow {
  readonly path: string;
  readonly step: number;
}

/** What training sees of uploads. */
export interface UploadQueue {
  /** Takes a checkpoint and returns at once. A newer one takes the place of one that waits. */
  offer(offer: Offer): void;
  /**
   * Resolves when everything offered is saved, or with what stands in the way after a last try.
   * @returns null, or the error that is left
   */
  settled(): Promise<Error | null>;
  /** No further tries; what is under way is left to the journal. */
  stop(): void;
}

/** Waits between tries; a person who makes room or logs in again should not wait longer. */
const againMs = 60_000;

/** Files that may vanish in one go before it counts as a defect. */
const mostVanished = 10;

/** Feeds `uploader`; begins with what an earlier process left. */
export function createUploadQueue(uploader: CheckpointUploader, clock: Clock, notice: OnNotice): UploadQueue {
  const stop = new AbortController();
  let waiting: Offer | null = null;
  let behind = true;
  let failure: Error | null = null;
  let said = '';
  let running: Promise<void> | null = null;

  const once = async (): Promise<void> => {
    const offer = waiting;
    waiting = null;
    // after a failure the journal knows more than the offer
    if (behind) await uploader.catchUp();
    behind = false;
    if (offer !== null) await uploader.save(offer.path, offer.step, offer);
  };
  const work = async (): Promise<void> => {
    let vanished = 0;
    while ((waiting !== null || behind) && !stop.signal.aborted) {
      try {
        await once();
        failure = null;
        said = '';
      } catch (error) {
        if (stop.signal.aborted) return;
        // Local rotation was faster than the upload (frequent saves, few kept): a newer one is there to be uploaded.
        if (isGone(error) && ++vanished <= mostVanished) continue;
        if (!isUserError(error)) throw error;
        [behind, failure] = [true, error];
        if (said !== error.message) notice(`Not uploaded yet: ${error.message}. ${error.remedy}`);
        said = error.message;
        return;
      }
    }
  };
  const run = (): Promise<void> => {
    running ??= work().finally(() => {
      running = null;
      if (behind && !stop.signal.aborted) void later();
    });
    return running;
  };
  const later = async (): Promise<void> => {
    await clock.sleep(againMs, stop.signal).catch(() => undefined);
    if (!stop.signal.aborted) await run().catch(fail);
  };
  const fail = (error: unknown): void => {
    failure = error instanceof Error ? error : new Error(String(error));
    notice(`Uploading has stopped: ${failure.message}`);
    stop.abort();
  };
  void run().catch(fail);
  return {
    offer: (offer) => {
      waiting = offer;
      if (running === null) void run().catch(fail);
    },
    settled: async () => {
      while (running !== null) await running.catch(fail);
      if ((behind || waiting !== null) && !stop.signal.aborted) await run().catch(fail);
      return behind || waiting !== null ? failure : null;
    },
    stop: () => stop.abort(),
  };
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
