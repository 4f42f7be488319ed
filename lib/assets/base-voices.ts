/**
 * Trained voices that others published as starting points (`pretrain_model_select` of the known notebooks). None states
 * a licence in its file: they are links with a warning, never part of a package.
 */
import type { Asset } from './asset';

/** A base voice and the name that it has in the notebooks' list. */
export interface BaseVoice extends Asset {
  readonly kind: 'base-voice';
  /** as it stands in `pretrain_model_select` */
  readonly choice: string;
  readonly sampleRate: 24000 | 44100;
}

const haru0l = 'https://github.com/haru0l/Diff-SVC-notebooks/releases/download/models';
const mlo7 = 'https://github.com/MLo7Ghinsan/MLo7_Diff-SVC_models/releases/download/models';

function voice(
  choice: string,
  sampleRate: 24000 | 44100,
  rest: { name: string; file: string; urls: readonly string[]; by: string },
): BaseVoice {
  return {
    choice,
    sampleRate,
    kind: 'base-voice',
    name: rest.name,
    file: rest.file,
    urls: rest.urls,
    bytes: null,
    sha256: null,
    licence: 'not stated',
    terms: `No licence is stated for this voice: ask ${rest.by} before you publish what you make from it.`,
    use: `Starting point for training at ${sampleRate / 1000} kHz.`,
    cite: rest.by,
    members: rest.file.endsWith('.zip')
      ? [{ path: '*.ckpt', file: `${rest.name}.ckpt`, bytes: null, sha256: null }]
      : [],
  };
}

/** In the order of the notebooks' list. */
export const baseVoices: readonly BaseVoice[] = [
  voice('nyaru (feminine 24kHz)', 24000, {
    name: 'nyaru-24k',
    file: 'nyaru.ckpt',
    urls: [`${haru0l}/nyaru.ckpt`],
    by: 'haru0l',
  }),
  voice('nehito (24kHz)', 24000, {
    name: 'nehito-24k',
    file: 'Nehito-Diff-SVC_24khz.zip',
    urls: [`${mlo7}/Nehito-Diff-SVC_24khz.zip`],
    by: 'MLo7Ghinsan',
  }),
  voice('opencpop (24kHz)', 24000, {
    name: 'opencpop-24k',
    file: 'opencpop.ckpt',
    urls: [`${haru0l}/opencpop.ckpt`],
    by: 'haru0l',
  }),
  voice('liee (24kHz)', 24000, { name: 'liee-24k', file: 'liee-24k.ckpt', urls: [], by: 'julieraptor' }),
  voice('liee (44.1kHz)', 44100, { name: 'liee-44k', file: 'liee-44k.ckpt', urls: [], by: 'julieraptor' }),
  voice('Mimi-YA EQUINOX v2 (44.1kHz)', 44100, {
    name: 'mimi-ya-equinox-v2-44k',
    file: 'mimi-ya-equinox-v2-44k.ckpt',
    urls: [],
    by: 'Supurreme',
  }),
  voice('nehito (44.1kHz)', 44100, {
    name: 'nehito-44k',
    file: 'Nehito-Diff-SVC_44khz.zip',
    urls: [`${mlo7}/Nehito-Diff-SVC_44khz.zip`],
    by: 'MLo7Ghinsan',
  }),
];
