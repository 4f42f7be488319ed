/**
 * What the model's tensors are called, how they are shaped and initialised, in the reference's order (spec sections
 * e, f, g). This list is the single truth for creating a model, for reading a checkpoint strictly and for the parameter
 * indices of the optimiser state.
 */
import type { Fs2Config, ModelConfig } from '../config/schema';
import { scheduleBufferNames } from './schedule-buffers';

/** A tensor on the host: row-major float32. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** How a tensor is laid out in PyTorch's file and here. */
export type ParameterKind = 'linear' | 'conv1d' | 'vector' | 'table';

/** How a tensor starts. Limits and deviations are those of the distribution, not of PyTorch's arguments. */
export type Initialiser =
  | { readonly draw: 'uniform'; readonly limit: number }
  | { readonly draw: 'normal'; readonly deviation: number }
  | { readonly draw: 'constant'; readonly value: number };

/** One parameter of the model. */
export interface ParameterSpec {
  /** reference name without the `model.` prefix, e.g. `denoise_fn.mlp.0.weight` */
  readonly name: string;
  /** PyTorch axis order: linear [out, in], conv1d [out, in, kernel] */
  readonly shape: readonly number[];
  readonly kind: ParameterKind;
  /** false: travels in every checkpoint, never gets a gradient (spec section e, dead weights) */
  readonly trained: boolean;
  readonly init: Initialiser;
}

/** Rows of the pitch embedding; the coarse pitch uses 1 … 255 only. */
const pitchRows = 300;

/** Layers of the pitch predictor, whose weights are dead; files differ in it only when they are miniatures. */
const referencePredictorLayers = 5;
const predictorKernel = 5;

const zeros: Initialiser = { draw: 'constant', value: 0 };
const ones: Initialiser = { draw: 'constant', value: 1 };

/** U(-1/sqrt(fanIn), 1/sqrt(fanIn)): PyTorch's default for weights and biases of linear and convolution layers. */
const standard = (fanIn: number): Initialiser => ({ draw: 'uniform', limit: 1 / Math.sqrt(fanIn) });

/** N(0, 2 / fanIn): He et al. 2015, equation 10. */
const kaiming = (fanIn: number): Initialiser => ({ draw: 'normal', deviation: Math.sqrt(2 / fanIn) });

/** Glorot and Bengio 2010, equation 16. */
const xavier = (fanIn: number, fanOut: number): Initialiser => ({
  draw: 'uniform',
  limit: Math.sqrt(6 / (fanIn + fanOut)),
});

type Row = Omit<ParameterSpec, 'trained'>;

function layer(
  name: string,
  kind: 'linear' | 'conv1d',
  shape: readonly number[],
  weight?: Initialiser,
  bias?: Initialiser,
): Row[] {
  const fanIn = shape.slice(1).reduce((a, b) => a * b, 1);
  return [
    { name: `${name}.weight`, kind, shape, init: weight ?? standard(fanIn) },
    { name: `${name}.bias`, kind: 'vector', shape: [shape[0]!], init: bias ?? standard(fanIn) },
  ];
}

function layerNorm(name: string, width: number): Row[] {
  return [
    { name: `${name}.weight`, kind: 'vector', shape: [width], init: ones },
    { name: `${name}.bias`, kind: 'vector', shape: [width], init: zeros },
  ];
}

function residualLayer(name: string, C: number, H: number): Row[] {
  return [
    ...layer(`${name}.dilated_conv`, 'conv1d', [2 * C, C, 3], kaiming(3 * C)),
    ...layer(`${name}.diffusion_projection`, 'linear', [C, C]),
    ...layer(`${name}.conditioner_projection`, 'conv1d', [2 * C, H, 1], kaiming(H)),
    ...layer(`${name}.output_projection`, 'conv1d', [2 * C, C, 1], kaiming(C)),
  ];
}

function denoiserRows(config: ModelConfig): Row[] {
  const { residualChannels: C, hiddenSize: H, melBins: M } = config;
  const blocks = Array.from({ length: config.residualLayers }, (_, i) =>
    residualLayer(`denoise_fn.residual_layers.${i}`, C, H),
  );
  return [
    ...layer('denoise_fn.input_projection', 'conv1d', [C, M, 1], kaiming(M)),
    ...layer('denoise_fn.mlp.0', 'linear', [4 * C, C]),
    ...layer('denoise_fn.mlp.2', 'linear', [C, 4 * C]),
    ...blocks.flat(),
    ...layer('denoise_fn.skip_projection', 'conv1d', [C, C, 1], kaiming(C)),
    ...layer('denoise_fn.output_projection', 'conv1d', [M, C, 1], zeros),
  ];
}

function transformerRows(prefix: string, layers: number, H: number, fs2: Fs2Config): Row[] {
  const rows = Array.from({ length: layers }, (_, i): Row[] => {
    const op = `${prefix}.layers.${i}.op`;
    return [
      ...layerNorm(`${op}.layer_norm1`, H),
      { name: `${op}.self_attn.in_proj_weight`, kind: 'linear', shape: [3 * H, H], init: xavier(H, 3 * H) },
      { name: `${op}.self_attn.out_proj.weight`, kind: 'linear', shape: [H, H], init: xavier(H, H) },
      ...layerNorm(`${op}.layer_norm2`, H),
      ...layer(`${op}.ffn.ffn_1`, 'conv1d', [4 * H, H, fs2.ffnKernelSize]),
      ...layer(`${op}.ffn.ffn_2`, 'linear', [H, 4 * H], xavier(4 * H, H), zeros),
    ];
  });
  return [...rows.flat(), ...layerNorm(`${prefix}.layer_norm`, H)];
}

function alpha(prefix: string): Row {
  return { name: `${prefix}.pos_embed_alpha`, kind: 'vector', shape: [1], init: ones };
}

function predictorRows(H: number, layers: number): Row[] {
  const conv = Array.from({ length: layers }, (_, i) => [
    ...layer(`fs2.pitch_predictor.conv.${i}.1`, 'conv1d', [H, H, predictorKernel]),
    ...layerNorm(`fs2.pitch_predictor.conv.${i}.3`, H),
  ]);
  return [
    alpha('fs2.pitch_predictor'),
    ...conv.flat(),
    ...layer('fs2.pitch_predictor.linear', 'linear', [2, H]),
  ];
}

/**
 * All parameters in the reference's order: weights of the denoiser, then of the conditioner.
 * @param predictorLayers layers of the unused pitch predictor; every full-size file has 5
 */
export function parameterSpecs(
  config: ModelConfig,
  predictorLayers = referencePredictorLayers,
): readonly ParameterSpec[] {
  const { hiddenSize: H, melBins: M, fs2 } = config;
  const live = (row: Row): ParameterSpec => ({ ...row, trained: true });
  const dead = (row: Row): ParameterSpec => ({ ...row, trained: false });
  const pitch: Row = {
    name: 'fs2.pitch_embed.weight',
    kind: 'table',
    shape: [pitchRows, H],
    init: { draw: 'normal', deviation: H ** -0.5 },
  };
  return [
    ...denoiserRows(config).map(live),
    ...(config.noFs2 ? [] : transformerRows('fs2.encoder', fs2.encLayers, H, fs2).map(live)),
    ...(config.noFs2
      ? []
      : [alpha('fs2.decoder'), ...transformerRows('fs2.decoder', fs2.decLayers, H, fs2)].map(dead)),
    ...layer('fs2.mel_out', 'linear', [M, H]).map(dead),
    live(pitch),
    ...predictorRows(H, predictorLayers).map(dead),
  ];
}

/** Names of the buffers: those of the diffusion, then the placeholders that the dead modules carry. */
export function bufferNames(config: ModelConfig): readonly string[] {
  return [...diffusionBufferNames, ...(config.noFs2 ? [] : [decoderPlaceholder]), predictorPlaceholder];
}

/** `betas` … `posterior_mean_coef2`, `spec_min`, `spec_max`: the head of every state_dict. */
export const diffusionBufferNames: readonly string[] = [
  ...Object.values(scheduleBufferNames),
  'spec_min',
  'spec_max',
];

const decoderPlaceholder = 'fs2.decoder.embed_positions._float_tensor';
const predictorPlaceholder = 'fs2.pitch_predictor.embed_positions._float_tensor';

/** Names of all buffers and parameters in the order of the reference's state_dict. */
export function stateDictOrder(
  config: ModelConfig,
  predictorLayers = referencePredictorLayers,
): readonly string[] {
  const names = parameterSpecs(config, predictorLayers).map((spec) => spec.name);
  const afterAlpha = names.indexOf('fs2.decoder.pos_embed_alpha') + 1;
  if (afterAlpha > 0) names.splice(afterAlpha, 0, decoderPlaceholder);
  return [...diffusionBufferNames, ...names, predictorPlaceholder];
}
