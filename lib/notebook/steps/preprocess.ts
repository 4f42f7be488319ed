/** "Step 4: Pre-processing" and "Step 2-A: Decompress training data". */

import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../config/errors';
import { megabytes } from '../../config/progress';
import { formatDuration } from '../../config/progress-bar';
import { readDataset } from '../../data/dataset-file';
import { writeFileAtomic } from '../../storage/atomic-file';
import { table } from '../display';
import { localFile } from './local-file';
import { inLanguage, say } from './messages';
import { inCell } from './run';
import { runConfig } from './run-config';
import {
  datasetFolder,
  readState,
  releaseFolder,
  rememberState,
  requireState,
  singerNameOf,
  stepMissing,
} from './state';
import { uploadToDrive } from './upload-dataset';

/** Computes the features, packs clips and features, and stores the pack with its config.yaml on Drive. */
export async function preprocessData(): Promise<void> {
  const singerName = requireState('singerName');
  const folder = datasetFolder(singerName);
  if (readDataset(folder) === null) throw stepMissing('the dataset', 'Step 2');
  const { preprocess } = await import('../../data/preprocess');
  const { loadEngine } = await import('../../engine/backend');
  const { encoderOf, pitchEstimatorOf } = await import('../../assembly/parts');
  const { toReferenceYaml } = await import('../../config/reference-keys');
  const config = await runConfig();
  const { report } = await inCell(async (session) => {
    await loadEngine();
    return preprocess(folder, config, {
      encoder: encoderOf(config),
      pitch: pitchEstimatorOf(config),
      ...session,
    });
  });
  const label = (en: string, ko: string): string => inLanguage({ en, ko });
  const { f0PercentilesHz: f0 } = report;
  table([
    { '': label('In all', '전체 길이'), ' ': formatDuration(report.minutes * 60) },
    {
      '': label('Clips (training, validation)', '클립(학습, 검증)'),
      ' ': `${report.trainingClips}, ${report.validationClips}`,
    },
    { '': label('Voiced', '유성음'), ' ': `${Math.round(report.voicedShare * 100)} %` },
    { '': 'F0', ' ': `${Math.round(f0[5])} - ${Math.round(f0[95])} Hz` },
  ]);
  if (report.leftOut.length > 0) table(report.leftOut.map(({ name, reason }) => ({ name, reason })));
  await writeFileAtomic(join(folder, 'config.yaml'), Buffer.from(toReferenceYaml(config)));
  await mkdir(releaseFolder(), { recursive: true });
  const pack = join(releaseFolder(), `${singerName}-data.zip`);
  const { zipChunks } = await import('../../checkpoint/zip-writer');
  await writeFileAtomic(pack, zipChunks(await packed(folder)));
  await uploadToDrive(pack, `diff-svc/data/${singerName}/${singerName}.zip`);
  await uploadToDrive(join(folder, 'config.yaml'), `diff-svc/data/${singerName}/config.yaml`);
}

/** What a pack may hold; everything else in the folder stays here. */
const MEMBER =
  /^(?:dataset\.json|features\.json|voice\.json|config\.yaml|features\/[\w.-]+|clips\/[A-Za-z0-9-]+\/[^/\\]+\.wav)$/;

async function packed(folder: string): Promise<{ name: string; bytes: Uint8Array }[]> {
  const files = await readdir(folder, { recursive: true });
  const names = files
    .map((name) => name.replace(/\\/g, '/'))
    .filter((name) => MEMBER.test(name))
    .sort();
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
}

/** Fields of step 2-A. */
export interface TrainingDataFields {
  readonly singer_name: string;
  readonly preprocessed_data_location: string;
  readonly config_location: string;
}

/**
 * Unpacks what step 4 stored. With `*` it is looked for in diff-svc/data/SINGER; where a dataset is there already and
 * nothing else is named, nothing is done.
 * @throws UserError `data-pack-invalid`, `dataset-missing`
 */
export async function decompressTrainingData(fields: TrainingDataFields): Promise<void> {
  // Left as it is, the cell is passed by on the way from step 2 to step 3.
  const untouched = fields.singer_name === 'Unnamed' ? readState().singerName : undefined;
  const singerName = untouched ?? singerNameOf(fields.singer_name);
  const folder = datasetFolder(singerName);
  const place = `drive:diff-svc/data/${singerName}`;
  const named = (text: string, name: string): string =>
    /^$|\*$/.test(text.trim()) ? `${place}/${name}` : text.trim();
  const isDefault = /^$|\*$/.test(fields.preprocessed_data_location.trim());
  if (isDefault && readDataset(folder) !== null) {
    await rememberState({ singerName });
    return say({
      en: `The data of ${singerName} are on this machine already; nothing to unpack.`,
      ko: `${singerName}의 데이터가 이미 이 컴퓨터에 있어 풀 것이 없습니다.`,
    });
  }
  const { readZip } = await import('../../checkpoint/zip-reader');
  const { loadConfigFile } = await import('../../config/load');
  await inCell(async (session) => {
    const onBytes = megabytes(session.progress, 'download');
    const pack = await localFile(
      named(fields.preprocessed_data_location, `${singerName}.zip`),
      session,
      onBytes,
    );
    const config = await localFile(named(fields.config_location, 'config.yaml'), session, onBytes);
    const { audio } = await loadConfigFile(config);
    const ours = (await runConfig()).audio;
    if (JSON.stringify(audio) !== JSON.stringify(ours)) throw otherConfig(config);
    await unpack(readZip(await readFile(pack), pack, { verify: true }), folder, pack);
    await writeFileAtomic(join(folder, 'config.yaml'), await readFile(config));
  });
  await rememberState({ singerName });
  const clips = readDataset(folder)?.clips.length ?? 0;
  say({
    en: `${clips} clips with their features are ready.`,
    ko: `특징을 계산해 둔 클립 ${clips}개가 준비되었습니다.`,
  });
}

async function unpack(members: ReadonlyMap<string, Uint8Array>, folder: string, pack: string): Promise<void> {
  const names = [...members.keys()];
  const strange = names.find((name) => !MEMBER.test(name) || name.includes('..'));
  if (strange !== undefined || !members.has('dataset.json')) {
    throw new UserError(
      'data-pack-invalid',
      `Expected the archive that step 4 wrote in ${pack}, ${strange === undefined ? 'it has no dataset.json' : `it holds ${strange}`}`,
      inLanguage({ en: 'Run step 2 and step 4 instead.', ko: '대신 Step 2와 Step 4를 실행하세요.' }),
    );
  }
  // dataset.json last: its presence says that the clips are complete
  for (const name of [...names.filter((one) => one !== 'dataset.json'), 'dataset.json']) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFileAtomic(join(folder, name), members.get(name)!);
  }
}

function otherConfig(path: string): UserError {
  return new UserError(
    'config-other-audio',
    inLanguage({
      en: `Expected the audio settings of the 44.1 kHz configuration in ${path}, they differ`,
      ko: `${path}의 오디오 설정이 44.1 kHz 설정과 다릅니다`,
    }),
    inLanguage({
      en: 'Use the config.yaml that step 4 stored beside the data.',
      ko: 'Step 4가 함께 저장한 config.yaml을 쓰세요.',
    }),
  );
}
