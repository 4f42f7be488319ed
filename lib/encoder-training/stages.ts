/** The stages before training, each kept under a hash of what it was asked for. */
import type { OnProgress } from '../config/progress';
import { CORPUS_GENERATION, type Corpus, type CorpusPlan, makeCorpus, type Take } from './corpus';
import { RENDERINGS_GENERATION, type Renderings, type RenderPlan, renderPieces } from './renderings';
import { type StageArrays, type StageCache, staged } from './stage-cache';

export interface StageOptions {
  readonly cache: StageCache;
  readonly progress: OnProgress;
  readonly signal: AbortSignal;
}

/** The corpus of `plan`. @throws UserError `flite-failed`; the signal's reason when aborted */
export async function corpusStage(plan: CorpusPlan, options: StageOptions): Promise<Corpus> {
  const arrays = await staged(options.cache, 'corpus', [CORPUS_GENERATION, plan], async () =>
    corpusArrays(await makeCorpus(plan, options)),
  );
  return corpusOf(arrays);
}

/** The renderings of `plan` from the corpus of `corpusPlan`. @throws as `corpusStage` */
export async function renderingsStage(
  plan: RenderPlan,
  corpusPlan: CorpusPlan,
  options: StageOptions,
): Promise<Renderings> {
  const key = [CORPUS_GENERATION, corpusPlan, RENDERINGS_GENERATION, plan];
  const arrays = await staged(options.cache, 'renderings', key, async () => {
    const corpus = await corpusStage(corpusPlan, options);
    const { bytes, labels, canonical, takes } = await renderPieces(corpus, plan, options);
    return { canonical, bytes, labels, takes };
  });
  return { ...plan, ...(arrays as unknown as Pick<Renderings, 'bytes' | 'labels' | 'canonical' | 'takes'>) };
}

function corpusArrays(corpus: Corpus): StageArrays {
  const takes = Object.fromEntries(
    [...corpus.throats, ...corpus.recordings].flatMap((take, i) =>
      Object.entries(take).map(([name, array]) => [`${name}.${i}`, array as Float32Array]),
    ),
  );
  return { phones: corpus.phones, textStart: corpus.textStart, ...takes };
}

function corpusOf(arrays: StageArrays): Corpus {
  const take = (i: number): Take => {
    const names = ['ends', 'frameStart', 'cepstra', 'logs'];
    return Object.fromEntries(names.map((name) => [name, arrays[`${name}.${i}`]])) as unknown as Take;
  };
  return {
    phones: arrays.phones as Int32Array,
    textStart: arrays.textStart as Int32Array,
    throats: [take(0), take(1)],
    recordings: [take(2), take(3)],
  };
}
