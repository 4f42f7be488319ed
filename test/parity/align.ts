/** Parity of the reference's mel2ph: `align.safetensors` (spec section d). */
import { mel2phReference } from '../../lib/audio/align';
import type { ParityGroup } from './group';

export const alignGroup: ParityGroup = {
  name: 'align',
  files: ['align.safetensors'],
  isInput: () => false,
  async run(fixture, report) {
    for (const name of fixture.names('mel2ph/')) {
      const [frames, units] = name.slice('mel2ph/'.length).split('x').map(Number) as [number, number];
      report(name, mel2phReference(units, frames));
    }
  },
};
