/** --base: a path, or the name of a published voice, which is fetched. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { baseVoices } from '../assets/base-voices';
import { provideAsset } from '../assets/provide';
import { UserError } from '../config/errors';
import { provideOptions } from './provide-options';
import type { Session } from './session';

/** What fetching takes. */
export interface BaseVoiceSession extends Session {
  /** open no connection */
  readonly offline: boolean;
}

/**
 * The .ckpt that `named` stands for: a file, a name of `diff-svc assets list`, or a choice of `pretrain_model_select`.
 * @throws UserError `no-base-voice`, `base-voice-24k`, those of `provideAsset`
 */
export async function baseVoicePath(named: string, session: BaseVoiceSession): Promise<string> {
  const voice = baseVoices.find(({ name, choice }) => name === named || choice === named);
  if (voice === undefined) {
    if ((await stat(named).catch(() => null))?.isFile()) return named;
    const names = baseVoices.filter(({ sampleRate }) => sampleRate === 44100).map(({ name }) => name);
    throw new UserError(
      'no-base-voice',
      `Expected --base to be a .ckpt file or one of ${names.join(', ')}, got ${named}`,
      'Check the path, or leave it out to begin from nothing.',
    );
  }
  if (voice.sampleRate !== 44100) {
    throw new UserError(
      'base-voice-24k',
      `Expected a base voice at 44.1 kHz, ${voice.choice} has 24 kHz and 80 mel bins: its weights fit no 44.1 kHz model`,
      'Choose one at 44.1 kHz, or begin from nothing.',
    );
  }
  const { path, folder } = await provideAsset(voice, provideOptions(session, session.offline));
  return voice.members[0] ? join(folder, voice.members[0].file) : path;
}
