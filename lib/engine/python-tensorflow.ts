/** Candidate `python`: the TensorFlow that this machine's python3 would import. On Colab that is the CUDA build. */
import { UserError } from '../config/errors';
import { runCommand } from './run-command';
import { readWheelFolder, type TensorFlowFolder } from './tensorflow-folder';

const LOOKUP_TIMEOUT_MS = 60_000;

// find_spec looks the package up without running it: importing TensorFlow takes seconds and may grab the GPU.
const LOOKUP = `
import importlib.util, json
spec = importlib.util.find_spec('tensorflow')
print(json.dumps(list(spec.submodule_search_locations or []) if spec else []))
`;

/**
 * Finds and checks the folder. `override` (DIFF_SVC_TENSORFLOW) skips the search.
 * Throws `python-missing`, `python-failed`, `python-no-tensorflow`, `tensorflow-incomplete`.
 */
export async function findPythonTensorFlow(
  env: NodeJS.ProcessEnv,
  override?: string,
): Promise<TensorFlowFolder> {
  if (override) return readWheelFolder(override);
  const result = await runCommand('python3', ['-c', LOOKUP], { timeoutMs: LOOKUP_TIMEOUT_MS, env });
  if (result.missing) {
    throw new UserError(
      'python-missing',
      'python3 is not installed',
      'Install it: apt-get install python3 python3-pip',
    );
  }
  if (result.code !== 0) {
    const what = result.timedOut ? `gave no answer in ${LOOKUP_TIMEOUT_MS / 1000} s` : 'failed';
    throw new UserError(
      'python-failed',
      `python3 ${what}: ${result.stderr.trim()}`,
      'Check that `python3 -c "print(1)"` works.',
    );
  }
  const folder = (JSON.parse(result.stdout) as string[])[0];
  if (folder === undefined) {
    throw new UserError(
      'python-no-tensorflow',
      'python3 has no tensorflow package',
      "None is needed without a GPU. With one: python3 -m pip install 'tensorflow[and-cuda]'",
    );
  }
  return readWheelFolder(folder);
}
