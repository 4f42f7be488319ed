/** The `config.json` beside NSF-HiFiGAN's weights: what we need of it, checked. */
import { z } from 'zod';
import { UserError } from '../../config/errors';
import type { AudioConfig } from '../../config/schema';

const count = z.number().int().positive();

/** Entries about the vocoder's own training are ignored. */
const fileSchema = z.object({
  resblock: z.enum(['1', '2']),
  upsample_rates: z.array(count).min(1),
  upsample_kernel_sizes: z.array(count).min(1),
  upsample_initial_channel: count,
  resblock_kernel_sizes: z.array(count).min(1),
  resblock_dilation_sizes: z.array(z.array(count).min(1)).min(1),
  num_mels: count,
  n_fft: count,
  hop_size: count,
  win_size: count,
  sampling_rate: count,
  fmin: z.number(),
  fmax: z.number(),
  mini_nsf: z.boolean().default(false),
});

/** Shape of the generator and the mel that it was trained on. */
export interface NsfConfig {
  /** `1`: pairs of convolutions in a residual block, `2`: single ones */
  readonly resblock: '1' | '2';
  readonly upsampleRates: readonly number[];
  readonly upsampleKernels: readonly number[];
  readonly initialChannels: number;
  readonly resblockKernels: readonly number[];
  readonly resblockDilations: readonly (readonly number[])[];
  readonly melBins: number;
  readonly fftSize: number;
  readonly hopSize: number;
  readonly winSize: number;
  readonly sampleRate: number;
  readonly fminHz: number;
  readonly fmaxHz: number;
}

/** Channels after so many stages: each halves them, rounded down. */
export function channelsAfter(config: NsfConfig, stages: number): number {
  return Math.floor(config.initialChannels / 2 ** stages);
}

function refuse(what: string): never {
  throw new UserError(
    'vocoder-config',
    `Expected config.json of NSF-HiFiGAN to describe a generator that can be built: ${what}`,
    'Take the config.json that was published together with the weights.',
  );
}

/** The source of these releases differs, and no description of it was there to write it from. */
function refuseMiniNsf(): never {
  throw new UserError(
    'vocoder-mini-nsf',
    'Expected NSF-HiFiGAN with the source of the releases 2022.12 and 2024.02, got one with `mini_nsf` (2025.02, pitch-controllable), whose source is another one that is not written here',
    'Take the release 2022.12 or 2024.02: same sampling rate, hop and mel.',
  );
}

/** Paddings must be whole on both sides, or lengths would not be multiples of the hop. */
function checkShape(config: NsfConfig): void {
  const { upsampleRates: rates, upsampleKernels: kernels } = config;
  const product = rates.reduce((p, rate) => p * rate, 1);
  if (product !== config.hopSize)
    refuse(`upsample_rates multiply to ${product}, hop_size is ${config.hopSize}`);
  if (kernels.length !== rates.length) refuse(`${rates.length} upsample_rates, ${kernels.length} kernels`);
  kernels.forEach((kernel, i) => {
    const spare = kernel - rates[i]!;
    if (spare < 0 || spare % 2 !== 0) refuse(`upsampling kernel ${kernel} does not fit rate ${rates[i]}`);
    const later = rates.slice(i + 1).reduce((p, rate) => p * rate, 1);
    if (later > 1 && later % 2 !== 0) refuse(`rates after number ${i} multiply to ${later}, which is odd`);
  });
  const [blocks, dilations] = [config.resblockKernels.length, config.resblockDilations.length];
  if (blocks !== dilations) refuse(`${blocks} resblock_kernel_sizes, ${dilations} resblock_dilation_sizes`);
  if (config.resblockKernels.some((kernel) => kernel % 2 === 0)) refuse('a resblock kernel is even');
  if (channelsAfter(config, rates.length) < 1) {
    refuse(`${config.initialChannels} channels cannot be halved ${rates.length} times`);
  }
}

/**
 * Checks a parsed `config.json`.
 * @throws UserError `vocoder-config` where an entry is missing or the shape cannot be built
 */
export function parseNsfConfig(json: unknown): NsfConfig {
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    refuse(parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; '));
  }
  const file = parsed.data;
  if (file.mini_nsf) refuseMiniNsf();
  const config: NsfConfig = {
    resblock: file.resblock,
    upsampleRates: file.upsample_rates,
    upsampleKernels: file.upsample_kernel_sizes,
    initialChannels: file.upsample_initial_channel,
    resblockKernels: file.resblock_kernel_sizes,
    resblockDilations: file.resblock_dilation_sizes,
    melBins: file.num_mels,
    fftSize: file.n_fft,
    hopSize: file.hop_size,
    winSize: file.win_size,
    sampleRate: file.sampling_rate,
    fminHz: file.fmin,
    fmaxHz: file.fmax,
  };
  checkShape(config);
  return config;
}

/**
 * Refuses a vocoder that was trained on another kind of mel (the reference only prints this).
 * @throws UserError `vocoder-mismatch` that lists every difference
 */
export function assertSameMel(vocoder: NsfConfig, audio: AudioConfig): void {
  const keys = ['sampleRate', 'hopSize', 'winSize', 'fftSize', 'melBins', 'fminHz', 'fmaxHz'] as const;
  const different = keys.filter((key) => vocoder[key] !== audio[key]);
  if (different.length === 0) return;
  const list = different.map((key) => `${key} ${vocoder[key]} (voice: ${audio[key]})`).join(', ');
  throw new UserError(
    'vocoder-mismatch',
    `Expected the vocoder to be trained on the voice's kind of mel, got ${list}`,
    "Use a vocoder that fits the voice's audio settings, or train the voice with the vocoder's.",
  );
}
