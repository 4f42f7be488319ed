/** Which engines are tried, in which order. Pure. */
import { UserError } from '../config/errors';

/** python: a TensorFlow of this machine's python3; wheel: the pinned one; package: tfjs-node's own download. */
export type CandidateName = 'python' | 'wheel' | 'package' | 'js';

const CANDIDATE_NAMES: readonly CandidateName[] = ['python', 'wheel', 'package', 'js'];

/** A candidate that was not taken, and why; the reason ends with what a person can do. */
export interface Attempt {
  readonly candidate: CandidateName;
  readonly reason: string;
}

/** What the user asked for. */
export interface EngineSettings {
  /** `DIFF_SVC_ENGINE`: only this candidate */
  readonly engine?: CandidateName;
  /** `DIFF_SVC_TENSORFLOW`: the `tensorflow` folder to use instead of the one that python3 finds */
  readonly tensorflow?: string;
}

export interface CandidatePlan {
  readonly order: readonly CandidateName[];
  readonly skipped: readonly Attempt[];
  /** the user named the candidate: its failure is an error, nothing else is tried */
  readonly forced: boolean;
}

/** Reads the settings from the environment. Throws `engine-unknown` on a value that is no candidate. */
export function readSettings(env: NodeJS.ProcessEnv): EngineSettings {
  const engine = env.DIFF_SVC_ENGINE;
  const tensorflow = env.DIFF_SVC_TENSORFLOW;
  if (engine && !CANDIDATE_NAMES.includes(engine as CandidateName)) {
    throw new UserError(
      'engine-unknown',
      `Expected DIFF_SVC_ENGINE to be one of ${CANDIDATE_NAMES.join(', ')}, got ${engine}`,
      'Unset it, or set it to one of these.',
    );
  }
  if (engine && engine !== 'python' && tensorflow) {
    throw new UserError(
      'engine-settings-conflict',
      `DIFF_SVC_TENSORFLOW names a folder, but DIFF_SVC_ENGINE=${engine} does not use one`,
      'Unset one of the two, or set DIFF_SVC_ENGINE=python.',
    );
  }
  return { ...(engine && { engine: engine as CandidateName }), ...(tensorflow && { tensorflow }) };
}

/** The order of candidates on this platform (`process.platform`, `process.arch`). */
export function planCandidates(settings: EngineSettings, platform: string, arch: string): CandidatePlan {
  if (settings.tensorflow || settings.engine) {
    return { order: [settings.engine ?? 'python'], skipped: [], forced: true };
  }
  if (platform !== 'linux') {
    const reason = `Only Linux is supported, this is ${platform}. Use a Linux machine, WSL 2 or Colab.`;
    const skipped = CANDIDATE_NAMES.filter((name) => name !== 'js');
    return { order: ['js'], skipped: skipped.map((candidate) => ({ candidate, reason })), forced: false };
  }
  if (arch !== 'x64') {
    const reason =
      `The pinned wheel is for x64, this is ${arch}. Install a TensorFlow for ${arch} ` +
      '(python3 -m pip install tensorflow) and run the set-up again.';
    return { order: ['python', 'package', 'js'], skipped: [{ candidate: 'wheel', reason }], forced: false };
  }
  return { order: CANDIDATE_NAMES, skipped: [], forced: false };
}
