/** Our own top-level key `diff_svc_ts`: plain values and one tensor, which `torch.load(weights_only=True)` accepts. */
import type { FrameMatrix } from '../audio/audio';
import type { SpeakerProfile } from '../encoder/content-encoder';
import type { Extra } from './checkpoint';
import { PyFloat, type Writable } from './pickler';
import { TorchTensor } from './torch-tensor';
import type { Storages } from './torch-writer';
import type { Place } from './tree-checks';

/** Top-level key; PyTorch's and Diff-SVC's readers ignore it. */
export const EXTRA_KEY = 'diff_svc_ts';

/** @throws UserError `checkpoint-invalid`, also for a newer format version than this program knows */
export function readExtra(place: Place): Extra | null {
  if (!place.exists) return null;
  if (place.get('format_version').value !== 1) {
    place.get('format_version').fail('1 (a newer diff-svc wrote this file: update this one)');
  }
  return {
    formatVersion: 1,
    config: place.get('config').string(),
    seed: place.get('seed').count(),
    datasetFingerprint: place.get('dataset_fingerprint').string(),
    encoderId: place.get('encoder_id').string(),
    pitchId: place.get('pitch_id').string(),
    profile: readProfile(place.get('profile')),
    retrieval: place.get('retrieval').exists ? readFrames(place.get('retrieval')) : null,
    ...(place.get('vocoder_id').exists ? { vocoderId: place.get('vocoder_id').string() } : {}),
    ...(place.get('computation').exists ? { computation: place.get('computation').string() } : {}),
  };
}

/** Its tree for a file. */
export function writeExtra(extra: Extra, storages: Storages): Writable {
  const { profile, retrieval } = extra;
  const values = Object.entries(profile.values).map(([name, value]): [string, Writable] => [
    name,
    typeof value === 'number' ? new PyFloat(value) : writeNumbers(value, storages),
  ]);
  return new Map<string, Writable>([
    ['format_version', extra.formatVersion],
    ['config', extra.config],
    ['seed', extra.seed],
    ['dataset_fingerprint', extra.datasetFingerprint],
    ['encoder_id', extra.encoderId],
    ['pitch_id', extra.pitchId],
    [
      'profile',
      new Map<string, Writable>([
        ['encoder', profile.encoder],
        ['values', new Map(values)],
      ]),
    ],
    [
      'retrieval',
      retrieval && storages.tensor({ shape: [retrieval.frames, retrieval.width], data: retrieval.data }),
    ],
    ...(extra.vocoderId === undefined ? [] : [['vocoder_id', extra.vocoderId] as [string, Writable]]),
    ...(extra.computation === undefined ? [] : [['computation', extra.computation] as [string, Writable]]),
  ]);
}

/** Lists beyond this length are written as float32 tensors: as pickled numbers they cost 200 bytes each to read. */
const longestList = 1000;

function writeNumbers(values: readonly number[], storages: Storages): Writable {
  if (values.length <= longestList) return values.map((v) => new PyFloat(v));
  return storages.tensor({ shape: [values.length], data: Float32Array.from(values) });
}

function readProfile(place: Place): SpeakerProfile {
  const values = place.get('values');
  const names = [...values.dict().keys()].map(String);
  return {
    encoder: place.get('encoder').string(),
    // fromEntries defines properties, so that even `__proto__` is only a name
    values: Object.fromEntries(names.map((name) => [name, readNumbers(values.get(name))])),
  };
}

function readNumbers(place: Place): number | number[] {
  if (place.value instanceof TorchTensor) return [...place.tensor().toFloat32()];
  return Array.isArray(place.value) ? place.value.map((_, i) => place.at(i).number()) : place.number();
}

function readFrames(place: Place): FrameMatrix {
  const tensor = place.tensor();
  if (tensor.shape.length !== 2) place.fail('a tensor [frames, width]');
  return { data: tensor.toFloat32(), frames: tensor.shape[0]!, width: tensor.shape[1]! };
}
