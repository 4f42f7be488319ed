/** "Step 6: Package model": one zip with everything that singing in the voice takes, but the vocoder. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeFileAtomic } from '../../storage/atomic-file';
import { say } from './messages';
import { inCell } from './run';
import { datasetFolder, readState, releaseFolder, requireState, stepMissing } from './state';
import { uploadToDrive } from './upload-dataset';

/** Fields of the cell. */
export interface PackageFields {
  readonly store_on_drive: boolean;
}

/**
 * Writes SINGER_TIME.zip and, if asked, stores it in Diff-SVC_release on Drive.
 * @throws UserError `step-missing` without a checkpoint
 */
export async function packageModel({ store_on_drive }: PackageFields): Promise<void> {
  const singerName = requireState('singerName');
  const checkpoint = await newestCheckpoint(requireState('parameters').save_dir);
  const name = `${singerName}_${new Date().toISOString().replace(/[-:]/g, '').slice(0, 15)}.zip`;
  await mkdir(releaseFolder(), { recursive: true });
  const path = join(releaseFolder(), name);
  const { zipChunks } = await import('../../checkpoint/zip-writer');
  const members = await membersOf(singerName, checkpoint);
  await writeFileAtomic(path, zipChunks(members));
  say({
    en: `Packed ${basename(checkpoint)} into ${name}: ${members.map((member) => member.name).join(', ')}.\nHere: ${path}`,
    ko: `${basename(checkpoint)}을(를) ${name}(으)로 묶었습니다: ${members.map((member) => member.name).join(', ')}.\n이 컴퓨터: ${path}`,
  });
  if (store_on_drive) await uploadToDrive(path, `Diff-SVC_release/${name}`);
}

async function newestCheckpoint(saveDir: string): Promise<string> {
  const { saveTarget } = await import('../../assembly/save-target');
  const { newestGoodCheckpoint } = await import('../../checkpoint/find');
  return inCell(async (session) => {
    const target = await saveTarget(saveDir, session);
    try {
      const resume = await target.resolve('latest', session);
      if (typeof resume !== 'string') return resume.path;
      const found = await newestGoodCheckpoint(target.folder, { onTorn: () => undefined });
      if (found === null) throw stepMissing('a checkpoint', 'Step 5');
      return found.path;
    } finally {
      await target.close();
    }
  });
}

interface Member {
  readonly name: string;
  readonly bytes: Uint8Array;
}

async function membersOf(singerName: string, checkpoint: string): Promise<Member[]> {
  const { writeSlim } = await import('../../training/slim-checkpoint');
  const { readCheckpointExtra } = await import('../../checkpoint/read-extra');
  const { parseConfig } = await import('../../config/load');
  const { toReferenceYaml } = await import('../../config/reference-keys');
  const extra = await readCheckpointExtra(checkpoint);
  if (extra === null) throw stepMissing('a checkpoint of this program', 'Step 5');
  const config = parseConfig(JSON.parse(extra.config), checkpoint);
  const slim = join(releaseFolder(), basename(checkpoint));
  await writeSlim(checkpoint, slim);
  const text = (name: string, content: string): Member => ({ name, bytes: Buffer.from(content) });
  const voice = await readFile(join(datasetFolder(singerName), 'voice.json'), 'utf8').catch(() => '{}');
  const voiceOf = (JSON.parse(voice) as { voice_of?: string }).voice_of || 'not stated';
  const parts = { encoder: extra.encoderId, pitch: extra.pitchId, vocoder: config.features.vocoder };
  const base = readState().parameters?.base ?? null;
  const members = [
    { name: basename(checkpoint), bytes: await readFile(slim) },
    text('config.yaml', toReferenceYaml(config)),
    text(
      'MODEL_CARD.md',
      modelCard({ singerName, voiceOf, checkpoint: basename(checkpoint), base, ...parts }),
    ),
    text('LICENCES.txt', licences(base)),
  ];
  await rm(slim, { force: true });
  return [...members, text('SHA256SUMS', members.map(sumLine).join(''))];
}

function sumLine({ name, bytes }: Member): string {
  return `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`;
}

function modelCard(facts: Readonly<Record<string, string | null>>): string {
  return [
    `# ${facts.singerName}`,
    '',
    'A singing voice model of Diff-SVC (44.1 kHz).',
    '',
    `- Voice of: ${facts.voiceOf}`,
    `- Weights: ${facts.checkpoint} (for conversion; without the optimiser)`,
    `- Encoder: ${facts.encoder}`,
    `- F0: ${facts.pitch}`,
    `- Vocoder: ${facts.vocoder} (not in this package)`,
    `- Began from: ${facts.base ?? 'nothing'}`,
    '',
    'Use it only as the owner of the voice allows, and say that what it sings was made by a model.',
    '',
  ].join('\n');
}

function licences(base: string | null): string {
  return [
    'config.yaml and the file formats: MIT (Diff-SVC in TypeScript).',
    'The weights belong to whoever trained them, and are subject to the rights of the voice owner.',
    ...(base === null ? [] : [`They began from "${base}"; its terms apply too.`]),
    'No vocoder is in this package. NSF-HiFiGAN (openvpi/vocoders) is CC BY-NC-SA 4.0.',
    '',
  ].join('\n');
}
