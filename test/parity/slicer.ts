/** Parity of the reference's slicer: `slicer.safetensors` (spec section h). */
import { sliceReference } from '../../lib/audio/slicer-reference';
import type { ParityGroup } from './group';

export const slicerGroup: ParityGroup = {
  name: 'slicer',
  files: ['slicer.safetensors'],
  isInput: (_file, tensor) => tensor.endsWith('/audio'),
  async run(fixture, report) {
    for (const name of fixture.names().filter((tensor) => tensor.endsWith('/chunks'))) {
      const clip = name.slice(0, -'/chunks'.length);
      const { sr: sampleRate, db_threshold: thresholdDb } = fixture.config[clip];
      const slices = sliceReference({ samples: fixture.data(`${clip}/audio`), sampleRate }, { thresholdDb });
      report(
        name,
        slices.flatMap(({ silent, start, end }) => [Number(silent), start, end]),
      );
    }
  },
};
