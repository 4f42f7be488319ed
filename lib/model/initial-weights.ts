/** A fresh model: everything that a state_dict of the reference holds, drawn from one seed. */
import type { ModelConfig } from '../config/schema';
import { Philox, streams } from '../random/philox';
import { createSchedule, scheduleBuffers } from './noise-schedule';
import { type HostTensor, type ParameterSpec, parameterSpecs, stateDictOrder } from './parameters';

/**
 * Buffers and parameters in state_dict order, PyTorch's layout (spec sections e and f for the distributions). A
 * parameter's numbers depend on the seed and on its position in `parameterSpecs` only.
 */
export function initialWeights(config: ModelConfig, seed: number): Map<string, HostTensor> {
  const tensors = scheduleBuffers(createSchedule(config));
  tensors.set('spec_min', spread(config.specMin, config.melBins));
  tensors.set('spec_max', spread(config.specMax, config.melBins));
  parameterSpecs(config).forEach((spec, index) => {
    tensors.set(spec.name, draw(spec, new Philox(seed, streams.init, index)));
  });
  // Placeholders of the dead modules are the only names left; the reference leaves them uninitialised.
  return new Map(
    stateDictOrder(config).map((name) => [
      name,
      tensors.get(name) ?? { shape: [1], data: Float32Array.of(0) },
    ]),
  );
}

function draw(spec: ParameterSpec, random: Philox): HostTensor {
  const { shape, init } = spec;
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  if (init.draw === 'constant') data.fill(init.value);
  if (init.draw === 'uniform') {
    for (let i = 0; i < data.length; i++) data[i] = (2 * random.uniform() - 1) * init.limit;
  }
  if (init.draw === 'normal') {
    const normals = random.normals(data.length);
    for (let i = 0; i < data.length; i++) data[i] = normals[i]! * init.deviation;
  }
  // Row 0 of an embedding stands for padding.
  if (spec.kind === 'table') data.fill(0, 0, shape[1]!);
  return { shape, data };
}

function spread(values: readonly number[], melBins: number): HostTensor {
  const data = Float32Array.from({ length: melBins }, (_, i) => values[values.length === 1 ? 0 : i]!);
  return { shape: [1, 1, melBins], data };
}
