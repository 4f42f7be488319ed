/**
 * Our side of the HuBERT bench, in a process of its own. Speaks the peer's protocol: warms up, prints {"ready": true}, then
 * answers each line on stdin with one timed repeat.
 */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createHubertSoft } from '../lib/encoder/hubert-soft/hubert-soft';
import type { HostTensor } from '../lib/encoder/hubert-soft/keys';
import { loadEngine } from '../lib/engine/backend';
import { compileProgram } from '../lib/engine/compile/program';
import { Philox, streams } from '../lib/random/philox';
import type { Precision, ProgramStats } from '../lib/tensor/program';

const kernels = [10, 3, 3, 3, 3, 2, 2];
const [channels, width, inner, layers] = [512, 768, 3072, 12];

/** Random weights of the public network's sizes and names (spec section d); values stay about 1 through the network. */
function randomState(): Map<string, HostTensor> {
  const random = new Philox(1, streams.init);
  const state = new Map<string, HostTensor>();
  const put = (name: string, shape: number[], deviation: number, mean = 0): void => {
    const values = random.normals(shape.reduce((a, b) => a * b, 1));
    state.set(name, { shape, data: values.map((v) => mean + deviation * v) });
  };
  const norm = (name: string, size: number): void => {
    put(`${name}.weight`, [size], 0.05, 1);
    put(`${name}.bias`, [size], 0.05);
  };
  const linear = (weight: string, bias: string, inputs: number, outputs: number): void => {
    put(weight, [outputs, inputs], Math.sqrt(1 / inputs));
    put(bias, [outputs], 0.02);
  };
  kernels.forEach((kernel, i) => {
    const inputs = i === 0 ? 1 : channels;
    put(
      `feature_extractor.conv${i}.weight`,
      [channels, inputs, kernel],
      Math.sqrt((i === 0 ? 1 : 2) / (inputs * kernel)),
    );
  });
  norm('feature_extractor.norm0', channels);
  norm('feature_projection.norm', channels);
  linear('feature_projection.projection.weight', 'feature_projection.projection.bias', channels, width);
  put('positional_embedding.conv.weight_v', [width, width / 16, 128], 1);
  put('positional_embedding.conv.weight_g', [1, 1, 128], 0.2, 2);
  put('positional_embedding.conv.bias', [width], 0.02);
  norm('norm', width);
  for (let i = 0; i < layers; i++) {
    const layer = `encoder.layers.${i}`;
    linear(`${layer}.self_attn.in_proj_weight`, `${layer}.self_attn.in_proj_bias`, width, 3 * width);
    linear(`${layer}.self_attn.out_proj.weight`, `${layer}.self_attn.out_proj.bias`, width, width);
    linear(`${layer}.linear1.weight`, `${layer}.linear1.bias`, width, inner);
    linear(`${layer}.linear2.weight`, `${layer}.linear2.bias`, inner, width);
    norm(`${layer}.norm1`, width);
    norm(`${layer}.norm2`, width);
  }
  linear('proj.weight', 'proj.bias', width, 256);
  return state;
}

async function main(): Promise<void> {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({ options: { how: option, seconds: option } });
  await loadEngine();
  let stats: ProgramStats | undefined;
  const precision = values.how as Precision;
  const onCompiled = (told: ProgramStats): void => {
    stats = told;
  };
  const compiled =
    values.how === 'eager' ? {} : { compiled: { compile: compileProgram, precision, onCompiled } };
  const encoder = createHubertSoft(randomState(), { heads: 12, id: 'bench', ...compiled });
  const length = Math.round(16000 * Number(values.seconds));
  const samples = new Philox(3, streams.noise).normals(length).map((v) => 0.1 * v);
  const profile = await encoder.profile([]);
  const run = async (): Promise<void> => void (await encoder.units({ samples, sampleRate: 16000 }, profile));
  const answer = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  await run();
  await run();
  answer({ ready: true, stats });
  for await (const _ of createInterface({ input: process.stdin })) {
    const started = performance.now();
    await run();
    answer({ seconds: (performance.now() - started) / 1000 });
  }
}

void main();
