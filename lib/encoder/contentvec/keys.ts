/**
 * What ContentVec's weights are called in the two layouts that are published, fairseq's (`checkpoint_best_legacy_500.pt`,
 * `hubert_base.pt`) and transformers' (`content-vec-best`), as names of HuBERT-soft, whose network it shares.
 */
import { UserError } from '../../config/errors';
import type { HostTensor } from '../hubert-soft/keys';

/** [pattern, replacement]; the first that fits counts. */
type Rule = readonly [RegExp, string];

const fairseq: readonly Rule[] = [
  [/^feature_extractor\.conv_layers\.(\d)\.0\.weight$/, 'feature_extractor.conv$1.weight'],
  [/^feature_extractor\.conv_layers\.0\.2\.(weight|bias)$/, 'feature_extractor.norm0.$1'],
  [/^layer_norm\.(weight|bias)$/, 'feature_projection.norm.$1'],
  [/^post_extract_proj\.(weight|bias)$/, 'feature_projection.projection.$1'],
  [/^encoder\.pos_conv\.0\.(weight_g|weight_v|bias)$/, 'positional_embedding.conv.$1'],
  [/^encoder\.layer_norm\.(weight|bias)$/, 'norm.$1'],
  [
    /^encoder\.layers\.(\d+)\.self_attn\.([kvq]|out)_proj\.(weight|bias)$/,
    'encoder.layers.$1.self_attn.$2_proj.$3',
  ],
  [/^encoder\.layers\.(\d+)\.self_attn_layer_norm\.(weight|bias)$/, 'encoder.layers.$1.norm1.$2'],
  [/^encoder\.layers\.(\d+)\.fc([12])\.(weight|bias)$/, 'encoder.layers.$1.linear$2.$3'],
  [/^encoder\.layers\.(\d+)\.final_layer_norm\.(weight|bias)$/, 'encoder.layers.$1.norm2.$2'],
  [/^final_proj\.(weight|bias)$/, 'proj.$1'],
];

const transformers: readonly Rule[] = [
  [/^feature_extractor\.conv_layers\.(\d)\.conv\.weight$/, 'feature_extractor.conv$1.weight'],
  [/^feature_extractor\.conv_layers\.0\.layer_norm\.(weight|bias)$/, 'feature_extractor.norm0.$1'],
  [/^feature_projection\.layer_norm\.(weight|bias)$/, 'feature_projection.norm.$1'],
  [/^feature_projection\.projection\.(weight|bias)$/, 'feature_projection.projection.$1'],
  [/^encoder\.pos_conv_embed\.conv\.(weight_g|weight_v|bias)$/, 'positional_embedding.conv.$1'],
  [
    /^encoder\.pos_conv_embed\.conv\.parametrizations\.weight\.original0$/,
    'positional_embedding.conv.weight_g',
  ],
  [
    /^encoder\.pos_conv_embed\.conv\.parametrizations\.weight\.original1$/,
    'positional_embedding.conv.weight_v',
  ],
  [/^encoder\.layer_norm\.(weight|bias)$/, 'norm.$1'],
  [
    /^encoder\.layers\.(\d+)\.attention\.([kvq]|out)_proj\.(weight|bias)$/,
    'encoder.layers.$1.self_attn.$2_proj.$3',
  ],
  [/^encoder\.layers\.(\d+)\.layer_norm\.(weight|bias)$/, 'encoder.layers.$1.norm1.$2'],
  [
    /^encoder\.layers\.(\d+)\.feed_forward\.intermediate_dense\.(weight|bias)$/,
    'encoder.layers.$1.linear1.$2',
  ],
  [/^encoder\.layers\.(\d+)\.feed_forward\.output_dense\.(weight|bias)$/, 'encoder.layers.$1.linear2.$2'],
  [/^encoder\.layers\.(\d+)\.final_layer_norm\.(weight|bias)$/, 'encoder.layers.$1.norm2.$2'],
  [/^final_proj\.(weight|bias)$/, 'proj.$1'],
];

/**
 * Tensors by HuBERT-soft's names; queries, keys and values become one matrix. What only training needs (mask, labels) is
 * left out.
 * @param tensors by the file's names, prefixes `module.` and `hubert.` allowed
 * @throws UserError `contentvec-weights` when neither layout fits
 */
export function contentVecState(tensors: ReadonlyMap<string, HostTensor>): Map<string, HostTensor> {
  const bare = new Map(
    [...tensors].map(([name, tensor]) => [name.replace(/^(?:module\.|hubert\.)+/, ''), tensor]),
  );
  const rules = bare.has('post_extract_proj.weight') ? fairseq : transformers;
  const renamed = new Map<string, HostTensor>();
  for (const [name, tensor] of bare) {
    const rule = rules.find(([pattern]) => pattern.test(name));
    if (rule) renamed.set(name.replace(...rule), tensor);
  }
  if (!renamed.has('feature_projection.projection.weight')) {
    throw new UserError(
      'contentvec-weights',
      `Expected weights in fairseq's or transformers' layout of HuBERT, found ${[...tensors.keys()].slice(0, 3).join(', ') || 'none'}`,
      'Use hubert_base.pt, checkpoint_best_legacy_500.pt or content-vec-best.',
    );
  }
  return joinAttention(renamed);
}

/** `q_proj`, `k_proj`, `v_proj` of every layer as `in_proj`, in this order along the outputs. */
function joinAttention(state: Map<string, HostTensor>): Map<string, HostTensor> {
  for (const name of [...state.keys()]) {
    const match = /^(.*self_attn\.)q_proj\.(weight|bias)$/.exec(name);
    if (!match) continue;
    const parts = ['q', 'k', 'v'].map((part) => `${match[1]}${part}_proj.${match[2]}`);
    const found = parts.map((part) => state.get(part)).filter((part) => part !== undefined);
    // A missing one is named by the reader of weights.
    if (found.length === 3) state.set(`${match[1]}in_proj_${match[2]}`, stack(found));
    for (const part of parts) state.delete(part);
  }
  return state;
}

function stack(parts: readonly HostTensor[]): HostTensor {
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  const [rows, ...rest] = parts[0]!.shape;
  return { shape: [rows! * parts.length, ...rest], data };
}
