/** Finds a Python that has PyTorch: $DIFF_SVC_TORCH_PYTHON, else python3. */
import { execFileSync } from 'node:child_process';

let found: string | null | undefined;

/** Its command, or null (said loudly, once). */
export function torchPython(): string | null {
  if (found !== undefined) return found;
  for (const command of [process.env.DIFF_SVC_TORCH_PYTHON, 'python3']) {
    if (!command) continue;
    try {
      execFileSync(command, ['-c', 'import torch'], { stdio: 'ignore' });
      return (found = command);
    } catch {
      // the next one
    }
  }
  console.warn('SKIPPED: no Python with PyTorch; set DIFF_SVC_TORCH_PYTHON to one');
  return (found = null);
}

/** Runs `script` with `args`. @throws Error with Python's own message */
export function runPython(command: string, script: string, ...args: string[]): string {
  return execFileSync(command, ['-c', script, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
