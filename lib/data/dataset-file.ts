/** `dataset.json`: what an ingest made. Its presence says that the clips it names are complete: it is written last. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../config/errors';
import { sliceSchema } from '../config/schema';
import { writeFileAtomic } from '../storage/atomic-file';

const leftOutSchema = z.object({ name: z.string(), reason: z.string() });

const datasetSchema = z.object({
  formatVersion: z.literal(1),
  source: z.object({ label: z.string(), hash: z.string() }),
  /** what the clips depend on besides the source */
  settings: z.object({ sampleRate: z.number(), slice: sliceSchema, compatSlicer: z.boolean() }),
  /** folder of the clips, relative to the dataset's */
  clipFolder: z.string().regex(/^clips\/[A-Za-z0-9-]+$/),
  recordings: z.array(
    z.object({
      name: z.string(),
      seconds: z.number(),
      sampleRate: z.number(),
      clips: z.number(),
      /** largest magnitude in the source, 1 = full scale */
      peak: z.number(),
      warnings: z.array(z.string()),
    }),
  ),
  clips: z.array(
    z.object({
      /** without folder and ending */
      name: z.string().regex(/^[^/\\]+$/),
      /** the recording that it was cut from, and where it begins there */
      recording: z.string(),
      startSeconds: z.number(),
      seconds: z.number(),
      bytes: z.number(),
    }),
  ),
  leftOut: z.array(leftOutSchema),
  totalSeconds: z.number(),
});

export type Dataset = z.infer<typeof datasetSchema>;
export type DatasetClip = Dataset['clips'][number];
export type DatasetRecording = Dataset['recordings'][number];

const FILE = 'dataset.json';

/**
 * The dataset in `dir`; null if there is none.
 * @throws UserError `dataset-invalid` if the file is not one of ours
 */
export function readDataset(dir: string): Dataset | null {
  let text: string;
  try {
    text = readFileSync(join(dir, FILE), 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
  try {
    return datasetSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError(
      'dataset-invalid',
      `Expected ${join(dir, FILE)} to describe a dataset, it does not`,
      'Ingest the recordings again into another folder, or with --replace.',
      { cause },
    );
  }
}

/** Writes `dataset.json`. @throws those of `writeFileAtomic` */
export async function writeDataset(dir: string, dataset: Dataset): Promise<void> {
  await writeFileAtomic(join(dir, FILE), Buffer.from(`${JSON.stringify(dataset, null, 2)}\n`));
}

/** Path of a clip. */
export function clipPath(
  dir: string,
  dataset: Pick<Dataset, 'clipFolder'>,
  clip: Pick<DatasetClip, 'name'>,
): string {
  return join(dir, dataset.clipFolder, `${clip.name}.wav`);
}
