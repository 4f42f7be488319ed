/** Where `train` saves: a folder, or a folder with its mirror on Google Drive, and what resuming means for either. */

import { basename } from 'node:path';
import { stepOfName } from '../checkpoint/file-names';
import { findCheckpoints, newestGoodCheckpoint } from '../checkpoint/find';
import { UserError } from '../config/errors';
import { megabytes } from '../config/progress';
import type { Config } from '../config/schema';
import { drivePlace } from '../storage/drive-path';
import type { MountedDrive } from '../storage/mount-drive';
import { isStoreError } from '../storage/store-errors';
import { type BackgroundUploader, startBackgroundUploader } from '../training/background-uploader';
import { fetchLatest } from '../training/fetch-checkpoint';
import {
  checkpointSizes,
  describeForecast,
  type ForecastInput,
  forecast,
  formatBytes,
  type SpacePlan,
} from '../training/forecast';
import { listRemoteCheckpoints } from '../training/remote-checkpoints';
import type { ResumeFrom } from '../training/resume';
import type { Mirror } from '../training/train';
import { openDrive, workFolder } from './drive';
import { checkpointOnDisk } from './drive-checkpoint';
import type { Session } from './session';

/** How Drive is to be used. */
export interface DriveFlags {
  readonly drivePurge?: boolean;
  readonly driveWholeEvery?: string;
}

/** What `prepare` has to know. */
export interface Plan {
  readonly resume: ResumeFrom;
  /** whether a person said how many steps; else the documented number is counted with */
  readonly planned: boolean;
  readonly flags: DriveFlags;
}

/** A place for the checkpoints of one training. */
export interface SaveTarget {
  /** local save folder */
  readonly folder: string;
  /** Makes a resume point local: what lies on Drive is fetched and checked. */
  resolve(from: ResumeFrom, session: Session): Promise<ResumeFrom>;
  /** Shows the forecast and refuses what will not fit; null: nothing to mirror. */
  prepare(config: Config, plan: Plan, session: Session): Promise<Mirror | null>;
  /** Waits for uploads; what a person should read about them. */
  finish(session: Session): Promise<string>;
  close(): Promise<void>;
}

/** Steps that the documented training takes at most; counted with when nobody said how many. */
const documentedSteps = 120_000;

/** `drive:...` and paths of a mounted Drive are mirrored; every other path is a folder of this machine. */
export async function saveTarget(path: string, session: Session): Promise<SaveTarget> {
  const place = drivePlace(path, session.notice);
  if (place === null) return localTarget(path);
  const drive = await openDrive(session);
  session.notice(drive.text);
  return new DriveTarget(drive, place);
}

function localTarget(folder: string): SaveTarget {
  return {
    folder,
    resolve: async (from, session) =>
      typeof from === 'string' ? from : { path: await checkpointOnDisk(from.path, session, null) },
    prepare: async () => null,
    finish: async () => '',
    close: async () => undefined,
  };
}

class DriveTarget implements SaveTarget {
  readonly folder: string;
  private startRun: string | null = null;
  private uploader: BackgroundUploader | null = null;

  constructor(
    private readonly drive: MountedDrive,
    private readonly place: string,
  ) {
    this.folder = workFolder(place);
  }

  async resolve(from: ResumeFrom, session: Session): Promise<ResumeFrom> {
    if (from === 'none') return this.requireNew();
    if (from !== 'latest') return { path: await checkpointOnDisk(from.path, session, this.drive) };
    const local = await newestGoodCheckpoint(this.folder, { onTorn: () => undefined });
    try {
      const newest = (await listRemoteCheckpoints(this.drive.store, this.place)).find(({ slim }) => !slim);
      // What was not uploaded yet is newer than anything on Drive.
      if (newest === undefined || (local !== null && local.step >= newest.step)) return 'latest';
      const fetched = await fetchLatest(this.drive.store, this.place, this.folder, session);
      if (fetched === null || (local !== null && local.step >= fetched.step)) return 'latest';
      this.startRun = fetched.run;
      session.notice(`Going on from step ${fetched.step} of ${this.drive.store.label}.`);
      return { path: fetched.path };
    } catch (error) {
      if (local === null || !isStoreError(error, 'store-unavailable', 'store-signed-out')) throw error;
      session.notice(`Drive does not answer, so training goes on from the local step ${local.step}.`);
      return 'latest';
    }
  }

  async prepare(config: Config, plan: Plan, session: Session): Promise<Mirror> {
    const { flags, resume } = plan;
    const space = await this.requireSpace(config, plan, session);
    const wholeEvery = wholeEveryOf(flags);
    return {
      begin: async (startStep) => {
        this.uploader = startBackgroundUploader(
          {
            folder: this.place,
            workDir: this.folder,
            keep: config.training.numCkptKeep,
            fullCount: space.fullCount,
            fullEvery: wholeEvery > 1 ? wholeEvery * config.training.checkpointInterval : null,
            purge: flags.drivePurge === true,
            startStep,
            startRun: resume === 'none' ? null : this.startRun,
          },
          session.notice,
        );
      },
      offer: (path, step, last) => this.uploader?.offer({ path, step, whole: last }),
    };
  }

  async finish(session: Session): Promise<string> {
    if (this.uploader === null) return '';
    const error = await this.uploader.settled((name, done, total) =>
      megabytes(session.progress, 'upload', name)(done, total),
    );
    if (error === null) return `Drive: everything is in ${this.place} at ${this.drive.store.label}.`;
    return `Not everything is on Drive yet: ${error.message}. It is here in ${this.folder}; \`diff-svc drive sync ${this.place}\` goes on.`;
  }

  async close(): Promise<void> {
    await this.uploader?.stop();
  }

  /** @throws UserError `save-dir-in-use` */
  private async requireNew(): Promise<ResumeFrom> {
    const [newest] = await listRemoteCheckpoints(this.drive.store, this.place);
    if (newest === undefined) return 'none';
    throw new UserError(
      'save-dir-in-use',
      `Expected no checkpoints in ${this.place} at ${this.drive.store.label} for a new run, found some (newest: step ${newest.step})`,
      'Resume with --resume latest, or choose another --save-dir.',
    );
  }

  private async stepOf(resume: ResumeFrom): Promise<number> {
    if (resume === 'none') return 0;
    if (resume === 'latest') return (await findCheckpoints(this.folder))[0]?.step ?? 0;
    return stepOfName(basename(resume.path)) ?? 0;
  }

  /** Shows the forecast. @throws UserError `drive-space` with the choices */
  private async requireSpace(config: Config, plan: Plan, session: Session): Promise<SpacePlan> {
    const { maxUpdates, checkpointInterval, numCkptKeep } = config.training;
    const from = await this.stepOf(plan.resume);
    const until = plan.planned ? maxUpdates : Math.min(maxUpdates, from + documentedSteps);
    const { freeBytes, trashBytes } = await this.drive.store.space();
    const input: ForecastInput = {
      ...checkpointSizes(config.model),
      saves: Math.max(1, Math.ceil((until - from) / checkpointInterval)),
      keep: numCkptKeep,
      freeBytes,
      trashBytes,
      letsGo: this.drive.store.letsGo,
      purge: plan.flags.drivePurge === true,
      wholeEvery: wholeEveryOf(plan.flags),
    };
    const outcome = forecast(input);
    const text = describeForecast(input, outcome);
    if (outcome.plan === null) {
      throw new UserError(
        'drive-space',
        `Expected room on Drive for training until step ${until}: ${text}`,
        `Make room for ${formatBytes(outcome.needBytes)} (\`diff-svc drive du\`), take one of the choices, or train to a local --save-dir.`,
      );
    }
    session.notice(plan.planned ? text : `${text} (Counted until step ${until}; --steps says how many.)`);
    return outcome.plan;
  }
}

/** @throws UserError `flag-invalid` */
function wholeEveryOf({ driveWholeEvery: text }: DriveFlags): number {
  if (text === undefined) return 1;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UserError(
    'flag-invalid',
    `Expected --drive-whole-every to be a whole number from 1 on, got ${text}`,
    'Give 2 for every second checkpoint, or leave it out.',
  );
}
