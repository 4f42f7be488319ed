import { planBatches } from '../../lib/data/plan-batches';
import type { ParityGroup } from './group';

/** Token-budget batching of sorted lengths. */
export const batchingGroup: ParityGroup = {
  name: 'batching',
  files: ['batching.safetensors'],
  isInput: (_file, tensor) => tensor.endsWith('/sizes'),
  async run(fixture, report) {
    for (const name of fixture.names().filter((tensor) => tensor.endsWith('/sizes'))) {
      const id = name.slice(0, -'/sizes'.length);
      const limits = fixture.config[id] as { max_tokens: number; max_sentences: number };
      const sizes = fixture.ints(name);
      const batchOfItem = new Int32Array(sizes.length);
      planBatches(sizes, { maxTokens: limits.max_tokens, maxSentences: limits.max_sentences }).forEach(
        (items, batch) => {
          for (const item of items) batchOfItem[item] = batch;
        },
      );
      report(`${id}/batch_of_item`, batchOfItem);
    }
  },
};
