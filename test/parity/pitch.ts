/** Parity of the pitch arithmetic: `pitch.safetensors` (spec section c). */
import { placeHarvest, placeParselmouth } from '../../lib/audio/f0align';
import {
  coarsePitch,
  coarsePitchBinarizer,
  f0FromLog2,
  f0ToLog2,
  shiftKeyCompat,
} from '../../lib/audio/pitch';
import type { Fixture } from './fixtures';
import type { ParityGroup, Report } from './group';

/** limits named in the fixture's description of how it was made */
const DEFAULT_LIMITS: readonly [number, number] = [40, 1100];

function limits(fixture: Fixture): readonly [number, number] {
  const stated = /f0_min ([\d.]+), f0_max ([\d.]+)/.exec(fixture.entry.made);
  return stated ? [Number(stated[1]), Number(stated[2])] : DEFAULT_LIMITS;
}

/** The raw track that the fixture speaks of: 0, then 100, 101, 102, …, then 0. */
function rawTrack(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => (i === 0 || i === length - 1 ? 0 : 99 + i));
}

function reportKey(fixture: Fixture, name: string, report: Report): void {
  const [f0MinHz, f0MaxHz] = limits(fixture);
  const [, key, what] = name.split('/');
  const base = f0ToLog2(Float64Array.from(fixture.data('norm_interp/0/f0_hz')));
  const log2 = shiftKeyCompat(base.log2, Number(key), f0MaxHz);
  if (what === 'f0_log2') report(name, log2);
  else if (what === 'denorm_hz') report(name, f0FromLog2(log2));
  else if (what === 'coarse') report(name, coarsePitch(f0FromLog2(log2), f0MinHz, f0MaxHz));
}

function reportNormInterp(fixture: Fixture, name: string, report: Report): void {
  const [folder, index, what] = name.split('/');
  const { log2, unvoiced } = f0ToLog2(Float64Array.from(fixture.data(`${folder}/${index}/f0_hz`)));
  if (what === 'f0_log2') report(name, log2);
  else if (what === 'uv') report(name, unvoiced);
  else if (what === 'denorm_hz') report(name, f0FromLog2(log2));
}

function reportPlacement(name: string, report: Report): void {
  const [, estimator, sizes] = name.split('/');
  const [frames, length] = sizes!.split('x').map(Number) as [number, number];
  const place = estimator === 'harvest' ? placeHarvest : placeParselmouth;
  report(name, place(rawTrack(length), frames));
}

export const pitchGroup: ParityGroup = {
  name: 'pitch',
  files: ['pitch.safetensors'],
  isInput: (_file, tensor) => tensor.endsWith('/f0_hz'),
  async run(fixture, report) {
    const [f0MinHz, f0MaxHz] = limits(fixture);
    for (const name of fixture.names()) {
      if (name === 'coarse/torch') report(name, coarsePitch(fixture.data('coarse/f0_hz'), f0MinHz, f0MaxHz));
      else if (name === 'coarse/numpy') {
        report(name, coarsePitchBinarizer(Float64Array.from(fixture.data('coarse/f0_hz')), f0MinHz, f0MaxHz));
      } else if (name.startsWith('norm_interp/')) reportNormInterp(fixture, name, report);
      else if (name.startsWith('key/')) reportKey(fixture, name, report);
      else if (name.startsWith('f0align/')) reportPlacement(name, report);
    }
  },
};
