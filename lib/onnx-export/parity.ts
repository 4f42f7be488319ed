/** What onnxruntime makes of an exported net beside what this program computes, as a report. */
import { isUserError } from '../config/errors';
import { loadOnnx, type OnnxTensor } from '../onnx/session';

/** Largest error of one value: `atol + rtol * |value|`. */
export interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
}

/** One comparison on random inputs. */
export interface ParityCase {
  /** in words: `2 x 50 frames` */
  readonly inputs: string;
  readonly feeds: Readonly<Record<string, OnnxTensor>>;
  /** what this program computes from the same values, in the net's layout */
  readonly ours: Float32Array;
}

/** How far two results are from each other. */
export interface Deviation {
  readonly inputs: string;
  readonly values: number;
  readonly maxAbsError: number;
  /** error's power to the signal's; null: there is no error, or no signal */
  readonly errorDb: number | null;
  readonly withinTolerance: boolean;
}

/** The comparison of one net. */
export interface NetParity {
  readonly file: string;
  readonly tolerance: Tolerance;
  /** empty if nothing could be compared */
  readonly cases: readonly Deviation[];
  /** why nothing was compared; null: it was */
  readonly notCompared: string | null;
  readonly passed: boolean | null;
}

/** @param ours what is expected */
export function deviationOf(
  { inputs, ours }: Pick<ParityCase, 'inputs' | 'ours'>,
  theirs: Float32Array,
  { atol, rtol }: Tolerance,
): Deviation {
  let [maxAbsError, errorPower, power] = [0, 0, 0];
  let withinTolerance = ours.length === theirs.length;
  ours.forEach((value, i) => {
    const error = Math.abs(value - theirs[i]!);
    maxAbsError = Math.max(maxAbsError, error);
    errorPower += error * error;
    power += value * value;
    // NaN is within nothing
    if (!(error <= atol + rtol * Math.abs(value))) withinTolerance = false;
  });
  const db = 10 * Math.log10(errorPower / power);
  return {
    inputs,
    values: ours.length,
    maxAbsError,
    errorDb: Number.isFinite(db) ? db : null,
    withinTolerance,
  };
}

/**
 * Runs the file's net on every case.
 * @param file name in the report; `output`: name of the value that is compared
 * @throws UserError `onnx-invalid`, `onnx-run`; a missing onnxruntime is reported, not thrown
 */
export async function compareNet(
  net: { readonly path: string; readonly file: string; readonly output: string },
  tolerance: Tolerance,
  cases: readonly (() => Promise<ParityCase>)[],
): Promise<NetParity> {
  const session = await loadOnnx(net.path).catch((error: unknown) => {
    if (isUserError(error) && error.code === 'onnx-missing') return error;
    throw error;
  });
  if (session instanceof Error) {
    const notCompared = `${session.message}. ${session.remedy}`;
    return { file: net.file, tolerance, cases: [], notCompared, passed: null };
  }
  const done: Deviation[] = [];
  try {
    for (const make of cases) {
      const one = await make();
      const results = await session.run(one.feeds);
      done.push(deviationOf(one, results[net.output]!.data, tolerance));
    }
  } finally {
    await session.dispose();
  }
  const passed = done.every(({ withinTolerance }) => withinTolerance);
  return { file: net.file, tolerance, cases: done, notCompared: null, passed };
}

/** The report for people. */
export function parityText(nets: readonly NetParity[]): string {
  return nets.map(netText).join('\n');
}

function netText({ file, tolerance, cases, notCompared, passed }: NetParity): string {
  if (notCompared !== null) return `${file}: not compared. ${notCompared}`;
  const verdict = passed ? 'equals this program' : 'DIFFERS from this program';
  const lines = cases.map(({ inputs, values, maxAbsError, errorDb }) => {
    const db = errorDb === null ? '' : ` (${errorDb.toFixed(1)} dB)`;
    return `  ${inputs}: ${values} values, largest error ${maxAbsError.toExponential(1)}${db}`;
  });
  const bound = `${tolerance.atol.toExponential(0)} + ${tolerance.rtol.toExponential(0)} of a value`;
  return [`${file}: run by onnxruntime it ${verdict} within ${bound}.`, ...lines].join('\n');
}
