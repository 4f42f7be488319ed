/** Files of torch.save: every tensor in them equals the safetensors file that was made of the same objects. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parameterNames } from '../../lib/checkpoint/optimizer-state';
import { parseCheckpoint } from '../../lib/checkpoint/read';
import { parseTorchFile, readTorchFile } from '../../lib/checkpoint/torch-file';
import { TorchTensor } from '../../lib/checkpoint/torch-tensor';
import { type Fixture, readFloatSafetensors } from './fixtures';
import type { ParityGroup, Report } from './group';

type Values = Map<string, ArrayLike<number>>;

/** Files whose tensors are those of a fixture of another group, under `w/`. */
const WEIGHT_FILES: Readonly<Record<string, string>> = {
  'checkpoints/hubert_soft_flat.pt': 'hubert.safetensors',
  'checkpoints/hubert_soft_v02.pt': 'hubert.safetensors',
  'checkpoints/nsf_hifigan/model': 'nsf_hifigan.safetensors',
};

export const checkpointsGroup: ParityGroup = {
  name: 'checkpoints',
  files: ['checkpoints/'],
  isInput: () => false,

  async run(fixture: Fixture, report: Report): Promise<void> {
    const { path } = fixture;
    const files = torchFilesOf(path);
    if (files.length === 0) throw new Error(`Expected torch files beside ${path}`);
    for (const file of files) {
      const values = valuesOf(join(dirname(path), file));
      for (const [name, data] of values) report(name, data);
    }
  },

  async check(path, file, root): Promise<void> {
    if (file.endsWith('.json')) {
      JSON.parse(readFileSync(path, 'utf8'));
      return;
    }
    const weights = WEIGHT_FILES[file];
    if (weights) return requireEqual(await flatTensors(path), withPrefix(join(root, weights), 'w/'), file);
    const twin = readdirSync(dirname(path)).find(
      (name) =>
        name.endsWith('.safetensors') && torchFilesOf(join(dirname(path), name)).includes(basename(path)),
    );
    if (!twin) throw new Error(`Expected a safetensors file that tells what is in ${file}`);
    const expected = withPrefix(join(dirname(path), twin), '');
    requireEqual(valuesOf(path), expected, file, basename(path).startsWith('clean_') ? 'state_dict/' : '');
  },
};

/** torch files beside `safetensors` that hold the same objects: they have its stem in their names. */
function torchFilesOf(safetensors: string): string[] {
  const stem = basename(safetensors, '.safetensors');
  return readdirSync(dirname(safetensors)).filter((name) => name.includes(stem) && /\.(ckpt|pt)$/.test(name));
}

/** Tensors of a checkpoint or of a flat dictionary, by the fixture's names. */
function valuesOf(path: string): Values {
  const bytes = new Uint8Array(readFileSync(path));
  return path.endsWith('.pt') ? entriesOf(parseTorchFile(bytes, path)) : checkpointValues(bytes, path);
}

function checkpointValues(bytes: Uint8Array, path: string): Values {
  const { weights, optimizer } = parseCheckpoint(bytes, path);
  const out: Values = new Map();
  for (const [name, { data }] of weights) out.set(`state_dict/model.${name}`, data);
  for (const [index, name] of parameterNames(weights).entries()) {
    const moments = optimizer?.moments.get(name);
    if (!optimizer || !moments) continue;
    const prefix = `optimizer/${String(index).padStart(3, '0')}`;
    out.set(`${prefix}/exp_avg`, moments.expAvg.data);
    out.set(`${prefix}/exp_avg_sq`, moments.expAvgSq.data);
    out.set(`${prefix}/step`, [optimizer.step]);
  }
  return out;
}

function entriesOf(tree: unknown): Values {
  const out: Values = new Map();
  for (const [name, value] of tree as Map<string, unknown>) {
    if (value instanceof TorchTensor) out.set(name, value.toFloat32());
    else if (typeof value === 'number') out.set(name, [value]);
  }
  return out;
}

/** Weights of a file, whatever dictionary and prefix they lie under. */
async function flatTensors(path: string): Promise<Values> {
  let tree: unknown = await readTorchFile(path);
  while (tree instanceof Map && tree.size === 1 && [...tree.values()][0] instanceof Map)
    tree = [...tree.values()][0];
  return new Map([...entriesOf(tree)].map(([name, data]) => [name.replace(/^module\./, ''), data]));
}

function withPrefix(path: string, prefix: string): Values {
  const tensors = [...readFloatSafetensors(path)].filter(([name]) => name.startsWith(prefix));
  return new Map(tensors.map(([name, { data }]) => [name.slice(prefix.length), data]));
}

/** Bit for bit, as the manifest's tolerance 0 says; `scope` limits what the file has to have. */
function requireEqual(values: Values, expected: Values, file: string, scope = ''): void {
  const names = [...expected.keys()].filter((name) => name.startsWith(scope));
  if (names.length === 0 || values.size !== names.length) {
    throw new Error(`Expected ${names.length} tensors in ${file}, got ${values.size}`);
  }
  for (const name of names) {
    const a = Float32Array.from(values.get(name) ?? []);
    const b = Float32Array.from(expected.get(name)!);
    if (Buffer.compare(new Uint8Array(a.buffer), new Uint8Array(b.buffer)) !== 0) {
      throw new Error(`Expected ${name} of ${file} to equal its fixture`);
    }
  }
}
