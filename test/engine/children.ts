/** Child processes of Node for the engine's tests. */
import * as path from 'node:path';
import { type CommandResult, runCommand } from '../../lib/engine/run-command';

/** The project's folder. */
export const root = path.join(__dirname, '..', '..');

/** Runs a program of CommonJS text in the project's folder. */
export function runScript(
  text: string,
  env: NodeJS.ProcessEnv = {},
  node = process.execPath,
): Promise<CommandResult> {
  // Without what vitest sets for its own processes.
  const { TF_CPP_MIN_LOG_LEVEL: _, TF_ENABLE_ONEDNN_OPTS: __, NODE_OPTIONS: ___, ...inherited } = process.env;
  return runCommand(node, ['-e', text], { timeoutMs: 60_000, env: { ...inherited, ...env }, cwd: root });
}
