/** The cells "Setup / Install" and "Load model". */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../../config/cache-folder';
import { confirm } from '../ask';
import { checkFields, existingFile, rule } from '../checks';
import { table } from '../display';
import { localPath, localVoice } from './inference-files';
import { keepInference } from './inference-state';
import { inLanguage, say } from './messages';
import { inCell } from './run';

/** Fields of "Setup / Install". */
export interface SetupFields {
  readonly Mode: string;
  readonly Repository: string;
  readonly Branch_name: string;
}

/**
 * install and update: loads the engine once, which shows that everything is there. remove: asks, then deletes what this
 * program keeps in its cache folder.
 * @throws UserError `form-fields`, `no-input`, those of loading the engine
 */
export async function setupInference({ Mode, Repository, Branch_name }: SetupFields): Promise<void> {
  await checkFields({
    Mode: rule(['install', 'update', 'remove'].includes(Mode), 'expected install, update or remove'),
  });
  if (Mode === 'remove') return removeCache();
  if (Repository !== 'UtaUtaUtau' || Branch_name.trim() !== '') {
    say({
      en: 'Repository and Branch_name have no effect: this notebook belongs to one program, which is installed already.',
      ko: 'Repository와 Branch_name은 효과가 없습니다. 이 노트북의 프로그램은 이미 설치되어 있습니다.',
    });
  }
  if (Mode === 'update') {
    say({
      en: 'To update, run `git pull` and `npm run setup` in the folder of diff-svc, then restart the kernel.',
      ko: '업데이트하려면 diff-svc 폴더에서 `git pull`과 `npm run setup`을 실행하고 커널을 다시 시작하세요.',
    });
  }
  const { loadEngine } = await import('../../engine/backend');
  const engine = await loadEngine();
  say({
    en: `Ready: ${engine.backend}, ${engine.usesGpu ? 'GPU' : 'CPU'}.`,
    ko: `준비됨: ${engine.backend}, ${engine.usesGpu ? 'GPU' : 'CPU'}.`,
  });
}

async function removeCache(): Promise<void> {
  const folder = cacheFolder();
  const names = await readdir(folder).catch(() => [] as string[]);
  if (names.length === 0)
    return say({ en: `Nothing is kept in ${folder}.`, ko: `${folder}는 비어 있습니다.` });
  const question = inLanguage({
    en: `Delete ${folder} (${names.join(', ')})? Voices, songs and Drive are not touched; \`npm run setup\` makes it again.`,
    ko: `${folder} (${names.join(', ')})를 지울까요? 목소리, 노래, 드라이브는 그대로이며 \`npm run setup\`으로 다시 만들 수 있습니다.`,
  });
  if (!(await confirm(question)))
    return say({ en: 'Nothing was deleted.', ko: '아무것도 지우지 않았습니다.' });
  for (const name of names) await rm(join(folder, name), { recursive: true, force: true });
  say({ en: `Deleted what was in ${folder}.`, ko: `${folder}의 내용을 지웠습니다.` });
}

/** Fields of "Load model". */
export interface ModelFields {
  readonly project_name: string;
  readonly model_path: string;
  readonly config_path: string;
}

/**
 * Finds the voice, fetched from Drive if it lies there, reads it whole, and keeps its place for the cells below.
 * @throws UserError `form-fields`, `not-found`, `no-checkpoint`, `no-voice-data`, those of reading and of Drive
 */
export async function loadModel({ project_name, model_path, config_path }: ModelFields): Promise<void> {
  await checkFields({
    project_name: rule(!/[/\\\0]/.test(project_name), 'expected a name without / and \\'),
    model_path: rule(model_path.trim() !== '', 'expected the path of a .ckpt or of a folder of checkpoints'),
  });
  const found = await inCell(async (session) => {
    const { checkpointAt } = await import('../../inference/load-voice');
    const at = await localVoice(model_path.trim(), session);
    const config = config_path.trim();
    return {
      modelPath: await checkpointAt(at, session.notice),
      configPath: config === '' ? null : await localPath(config, () => false, session),
    };
  });
  if (found.configPath !== null) {
    await checkFields({ config_path: existingFile(found.configPath, '.yaml', '.yml', '.json') });
  }
  await showModel(found.modelPath);
  const project = project_name.trim().replace(/\s+/g, '_');
  await keepInference({ ...found, project });
  if (found.configPath !== null) {
    say({
      en: 'Of config_path, the settings of inference hold; everything else stands in the checkpoint.',
      ko: 'config_path에서는 변환 설정만 쓰이고, 나머지는 체크포인트 안의 설정을 따릅니다.',
    });
  }
}

async function showModel(path: string): Promise<void> {
  const { readCheckpoint } = await import('../../checkpoint/read');
  const { configOf } = await import('../../checkpoint/config-of');
  const checkpoint = await readCheckpoint(path);
  const megabytes = (await stat(path)).size / 1e6;
  const config = await configOf(checkpoint, path);
  table([
    {
      [inLanguage({ en: 'voice', ko: '목소리' })]: path,
      [inLanguage({ en: 'steps', ko: '단계' })]: checkpoint.step,
      MB: megabytes,
      [inLanguage({ en: 'encoder', ko: '인코더' })]: config?.features.encoder ?? '',
      [inLanguage({ en: 'vocoder', ko: '보코더' })]: config?.features.vocoder ?? '',
    },
  ]);
}
