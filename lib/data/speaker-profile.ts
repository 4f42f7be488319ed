/** The speaker profile of a dataset, kept on disk: taking it needs all the audio in memory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Audio } from '../audio/audio';
import type { ContentEncoder, SpeakerProfile } from '../encoder/content-encoder';
import { writeFileAtomic } from '../storage/atomic-file';
import { hashOf } from './feature-cache';

const fileSchema = z.object({
  key: z.string(),
  profile: z.object({
    encoder: z.string(),
    values: z.record(z.string(), z.union([z.number(), z.array(z.number())])),
  }),
});

/**
 * Profile over all clips of a dataset. Read from `dir` if it was taken of the same clips by the same encoder.
 * @param clipHashes hash of every clip, @param readClips loads them all
 */
export async function speakerProfile(
  dir: string,
  encoder: ContentEncoder,
  clipHashes: readonly string[],
  readClips: () => Audio[],
): Promise<SpeakerProfile> {
  const key = hashOf({ encoder: encoder.id, clipHashes });
  const path = join(dir, 'profile.json');
  const kept = readProfile(path);
  if (kept?.key === key) return kept.profile;
  const profile = await encoder.profile(readClips());
  const text = JSON.stringify({ key, profile });
  await writeFileAtomic(path, Buffer.from(`${text}\n`));
  // from the text, so that the first run and the later ones have the very same numbers
  return fileSchema.parse(JSON.parse(text)).profile;
}

/** null for a file that is missing or damaged: the profile is then taken again. */
function readProfile(path: string): z.infer<typeof fileSchema> | null {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}
