/** The configuration of a fixture in our words. Test code only. */
import { type ModelConfig, modelSchema } from '../../lib/config/schema';

/** Sizes in the fixtures' `config`; each fixture has some of them. */
export function modelConfigOf(config: Record<string, unknown>): ModelConfig {
  const fs2 = {
    encLayers: config.enc_layers,
    decLayers: config.dec_layers,
    numHeads: config.num_heads,
    ffnKernelSize: config.ffn_kernel,
    dropout: config.dropout,
  };
  return modelSchema.parse(
    defined({
      melBins: config.mel,
      hiddenSize: config.hidden,
      residualChannels: config.res,
      residualLayers: config.layers,
      dilationCycleLength: config.cycle,
      noFs2: config.no_fs2,
      specMin: config.spec_min,
      specMax: config.spec_max,
      fs2: defined(fs2),
    }),
  );
}

function defined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
