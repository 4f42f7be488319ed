/** The program that Jupyter starts: `node kernel-main.js CONNECTION_FILE`. Light: no engine, no models. */
import { isUserError } from '../config/errors';
import { runKernel } from '../kernel/kernel';
import { createFormHook } from '../notebook/form-hook';

runKernel(process.argv[2] ?? '', { hooks: [createFormHook] }).catch((error: unknown) => {
  process.stderr.write(
    isUserError(error) ? `${error.message}\n${error.remedy}\n` : `${(error as Error).stack}\n`,
  );
  // threads may be running already
  process.exit(isUserError(error) ? 2 : 1);
});
