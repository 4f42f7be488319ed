/** A content encoder that comes as ONNX (ContentVec, HuBERT): samples at 16 kHz in, units every 320 of them out. */
import { resample } from '../audio/resample';
import { UserError } from '../config/errors';
import type { ContentEncoder } from '../encoder/content-encoder';
import type { OnnxSession } from './session';

const sampleRate = 16000;
const hopSamples = 320;
/** samples that one unit of HuBERT's front end sees */
const receptiveSamples = 400;

/** What the file does not say. */
export interface OnnxEncoderOptions {
  /** name + hash of the weights */
  readonly id: string;
  readonly unitSize: number;
}

/**
 * An encoder over `session`, whose input is [1, N] or [1, 1, N] and whose first output is [1, U, D] or [1, D, U].
 * @throws UserError `onnx-not-encoder` for a net with other inputs
 */
export function createOnnxEncoder(
  session: OnnxSession,
  { id, unitSize }: OnnxEncoderOptions,
): ContentEncoder {
  const [input] = session.inputs;
  const rank = input?.shape.length;
  if (session.inputs.length !== 1 || input === undefined || (rank !== 2 && rank !== 3)) {
    throw new UserError(
      'onnx-not-encoder',
      `Expected one input [1, N] or [1, 1, N] in ${session.path}, found ${session.inputs.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join('; ')}`,
      'Use a content encoder that was exported for a single signal.',
    );
  }
  return {
    id,
    unitSize,
    profile: async () => ({ encoder: id, values: {} }),
    units: async (audio) => {
      const { samples } = await resample(audio, sampleRate);
      const shape = rank === 2 ? [1, samples.length] : [1, 1, samples.length];
      const result = await session.run({ [input.name]: { shape, data: samples } });
      const units = result[session.outputs[0]!]!;
      // Both sides have the margin that the net's front end loses.
      const frames = units.data.length / unitSize;
      const spanned = (frames - 1) * hopSamples + receptiveSamples;
      const padding = Math.max(0, Math.ceil((spanned - samples.length) / 2));
      return {
        matrix: { data: rows(units, unitSize, session.path), frames, width: unitSize },
        hopSeconds: hopSamples / sampleRate,
        firstCentreSeconds: (receptiveSamples / 2 - padding) / sampleRate,
      };
    },
  };
}

/** [1, U, D] as it is, [1, D, U] turned. @throws UserError `onnx-not-encoder` */
function rows(
  { shape, data }: { readonly shape: readonly number[]; readonly data: Float32Array },
  unitSize: number,
  path: string,
): Float32Array {
  if (shape.at(-1) === unitSize) return data;
  if (shape.length === 3 && shape[1] === unitSize) {
    const frames = shape[2]!;
    return Float32Array.from(data, (_, i) => data[(i % unitSize) * frames + Math.floor(i / unitSize)]!);
  }
  throw new UserError(
    'onnx-not-encoder',
    `Expected units of ${unitSize} values from ${path}, got [${shape.join(', ')}]`,
    'Set model.hiddenSize to the width of the units, or use the encoder that the voice was trained with.',
  );
}
