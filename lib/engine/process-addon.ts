/** Our addon (native/process.cc): what JavaScript cannot do to its own process. Everything works without it, less well. */
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { ADDONS, addonFolder } from './places';

interface ProcessAddon {
  withStderrHidden<T>(action: () => T): T;
  releaseFreedMemory(): void;
}

const requireModule = createRequire(__filename);

/** The addon; undefined where `npm run setup` did not provide the engine. */
function processAddon(): ProcessAddon | undefined {
  try {
    const packageFile = requireModule.resolve('@tensorflow/tfjs-node-gpu/package.json');
    return requireModule(path.join(addonFolder(path.dirname(packageFile)), ADDONS[1])) as ProcessAddon;
  } catch {
    return undefined;
  }
}

/** Calls `action` with the process's stderr closed, so that TensorFlow's start-up lines are not seen; not under DIFF_SVC_DEBUG. */
export function hideStderr<T>(action: () => T): T {
  const addon = process.env.DIFF_SVC_DEBUG ? undefined : processAddon();
  return addon ? addon.withStderrHidden(action) : action();
}

/** Gives memory that was freed, but is kept by the allocator, back to the system. */
export function releaseFreedMemory(): void {
  processAddon()?.releaseFreedMemory();
}
