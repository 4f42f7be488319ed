/** Proves that a compiled binding works on this machine, in a child process. */
import { UserError } from '../config/errors';
import { errorLine, lastLines, runCommand } from './run-command';

const PROOF_TIMEOUT_MS = 2 * 60_000;

/** What a working binding says of itself. */
export interface Proof {
  /** version of TensorFlow */
  readonly version: string;
  readonly usesGpu: boolean;
  /** TensorFlow's own words: 'CPU:0', 'GPU:0 (Tesla T4, 13775 MB)' */
  readonly devices: readonly string[];
  /** lines of TensorFlow's log that tell why a GPU is not used */
  readonly gpuNotes: readonly string[];
}

/** Throws `engine-broken` when the binding does not load, gives no answer or a wrong one. */
export async function proveBinding(probe: string, binding: string, env: NodeJS.ProcessEnv): Promise<Proof> {
  const result = await runCommand(process.execPath, [probe, binding], {
    timeoutMs: PROOF_TIMEOUT_MS,
    // Level 0 for the device lines; growth, so that the probe does not take all memory of a GPU that is in use.
    env: { ...env, TF_CPP_MIN_LOG_LEVEL: '0', TF_FORCE_GPU_ALLOW_GROWTH: 'true' },
  });
  const proof = result.code === 0 ? readProof(result.stdout, result.stderr) : undefined;
  if (proof) return proof;
  const reason = errorLine(result.stderr) ?? lastLines(result.stderr);
  const what = result.timedOut ? `gave no answer in ${PROOF_TIMEOUT_MS / 1000} s` : `failed: ${reason}`;
  throw new UserError(
    'engine-broken',
    `The compiled TensorFlow binding ${what}`,
    'The machine may lack a library that this TensorFlow needs; DIFF_SVC_ENGINE=wheel uses the pinned one.',
  );
}

/** The proof from the probe's stdout and TensorFlow's log; undefined when the product is wrong. */
export function readProof(stdout: string, log: string): Proof | undefined {
  const report = JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null') as {
    version: string;
    gpu: boolean;
    product: number[];
  };
  // [1 2; 3 4] [5 6; 7 8]
  if (report.product.join() !== '19,22,43,50') return undefined;
  const gpus = [...log.matchAll(/Created device \S*device:(GPU:\d+) with (\d+) MB memory.*?name: ([^,]+)/g)];
  return {
    version: report.version,
    usesGpu: report.gpu,
    devices: ['CPU:0', ...gpus.map(([, device, megabytes, name]) => `${device} (${name}, ${megabytes} MB)`)],
    gpuNotes: log
      .split('\n')
      .filter((line) => /cuda|gpu|cudnn|dlopen/i.test(line) && /^[WEF]\d{4}|: [WEF] /.test(line))
      .map((line) => line.replace(/^.*?\]\s*/, '').trim())
      .slice(0, 6),
  };
}
