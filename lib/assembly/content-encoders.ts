/** HuBERT-soft and ContentVec from the files that their authors publish. */
import { parseTorchFile } from '../checkpoint/torch-file';
import { UserError } from '../config/errors';
import type { ContentEncoder } from '../encoder/content-encoder';
import { type ContentVecKind, createContentVec } from '../encoder/contentvec/contentvec';
import { createHubertSoft, type HubertSoftOptions } from '../encoder/hubert-soft/hubert-soft';
import { hubertState } from '../encoder/hubert-soft/keys';
import { findWeights, readWeights, type WantedWeights, type Weights } from './weights-file';

/** attention heads of the public weights (spec section d) */
const publicHeads = 12;

/** How the network computes; its heads are those of the public weights unless they are given. */
export type EncoderOptions = Partial<Omit<HubertSoftOptions, 'id'>>;

/** What a file turns out to hold, by a tensor or key that nothing else has. */
const contents: readonly (readonly [RegExp, string])[] = [
  [/^feature_extractor\.conv0\.weight$/, 'HuBERT-soft'],
  [/^feature_extractor\.conv_layers\./, 'ContentVec'],
  [/^(optimizer_states|state_dict)$/, 'a checkpoint of Diff-SVC'],
  [/^(generator|m_source\.|conv_pre\.)/, 'NSF-HiFiGAN'],
];

/**
 * Loads HuBERT-soft. Reads the file at once, so that what is missing is known before anything is computed.
 * @param named file that the configuration names
 * @throws UserError `encoder-missing`, `encoder-weights`, `hubert-weights` and those of `parseTorchFile`
 */
export function loadHubertSoft(named: string | null, options: EncoderOptions = {}): ContentEncoder {
  const { tree, id } = readEncoder('hubert-soft', 'HuBERT-soft', named, ['hubert-soft', 'hubert-soft-v0.2']);
  return createHubertSoft(tree, { heads: publicHeads, ...options, id });
}

/**
 * Loads ContentVec, in fairseq's or transformers' layout.
 * @throws UserError `encoder-missing`, `encoder-weights`, `contentvec-weights`, `hubert-weights` and those of `parseTorchFile`
 */
export function loadContentVec(
  kind: ContentVecKind,
  named: string | null,
  options: EncoderOptions = {},
): ContentEncoder {
  const { tree, id } = readEncoder(`contentvec-${kind}`, 'ContentVec', named, [
    'contentvec',
    'content-vec-best',
  ]);
  return createContentVec(hubertState(tree), { heads: publicHeads, ...options, kind, id });
}

/** The tensors of `part`, and the name by which a voice remembers them. @param due what the file has to hold */
function readEncoder(
  part: string,
  due: string,
  named: string | null,
  assets: readonly string[],
): { readonly tree: ReadonlyMap<unknown, unknown>; readonly id: string } {
  const wanted: WantedWeights = { part, kind: 'encoder', named, variable: 'DIFF_SVC_ENCODER', assets };
  const weights = readWeights(findWeights(wanted), wanted);
  return { tree: requireContent(weights, due), id: `${part}:${weights.hash}` };
}

/** The dict of tensors in a file. @throws UserError `encoder-weights`, which names what the file holds instead */
function requireContent({ bytes, path }: Weights, due: string): ReadonlyMap<unknown, unknown> {
  const root = parseTorchFile(bytes, path);
  const tree = nested(root);
  const names = tree === null ? [] : [...tree.keys()].map((key) => bareName(String(key)));
  const found = contents.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1];
  if (tree !== null && found === due) return tree;
  const what = found ?? (names.length === 0 ? 'no tensors by name' : names.slice(0, 3).join(', '));
  throw new UserError(
    'encoder-weights',
    `Expected the weights of ${due} in ${path}, found ${what}`,
    `Name the file with the weights of ${due}, or choose the encoder that this file belongs to.`,
  );
}

/** fairseq keeps the tensors under `model`, bshall/hubert v0.2 under `hubert`. */
function nested(root: unknown): ReadonlyMap<unknown, unknown> | null {
  if (!(root instanceof Map)) return null;
  const inner: unknown = root.get('model') ?? root.get('hubert');
  return inner instanceof Map ? inner : root;
}

function bareName(key: string): string {
  return key.replace(/^(?:hubert\.|module\.)+/, '');
}
