/** A TensorFlow on disk that our binding can be compiled against. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { UserError } from '../config/errors';

export interface TensorFlowFolder {
  /** where the libraries lie; the binding's run path points here, never at a copy (see docs/engine.md) */
  readonly libraryFolder: string;
  /** file names of the libraries in `libraryFolder` to link with */
  readonly libraries: readonly string[];
  readonly include: string;
  /** what the build says of itself: 'CPU only', 'CUDA 12.5.1', 'unknown' */
  readonly build: string;
}

const WHEEL_LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** Reads the `tensorflow` folder of a Python wheel. Throws `tensorflow-incomplete` when parts are missing. */
export function readWheelFolder(folder: string): TensorFlowFolder {
  const real = fs.existsSync(folder) ? fs.realpathSync(folder) : folder;
  const include = path.join(real, 'include');
  const needed = [...WHEEL_LIBRARIES, path.join('include', 'tensorflow', 'c', 'c_api.h')];
  const missing = needed.filter((name) => !fs.existsSync(path.join(real, name)));
  if (missing.length > 0) {
    throw new UserError(
      'tensorflow-incomplete',
      `Expected ${missing.join(', ')} in the TensorFlow folder ${folder}`,
      'Install TensorFlow 2.13 or newer for python3, or point DIFF_SVC_TENSORFLOW at the folder of one.',
    );
  }
  return { libraryFolder: real, libraries: WHEEL_LIBRARIES, include, build: readBuild(real) };
}

/** build_info.py is written by TensorFlow's build; we read it as text, for nothing of Python may run here. */
function readBuild(folder: string): string {
  const file = path.join(folder, 'python', 'platform', 'build_info.py');
  return fs.existsSync(file) ? describeBuild(fs.readFileSync(file, 'utf8')) : 'unknown';
}

/** 'CPU only', 'CUDA <version>', 'ROCm' or 'unknown', from the text of TensorFlow's build_info.py. */
export function describeBuild(text: string): string {
  const setting = (key: string) => new RegExp(`['"]${key}['"]\\s*,\\s*['"]?([\\w.]+)`).exec(text)?.[1];
  if (setting('is_cuda_build') === 'True') return `CUDA ${setting('cuda_version') ?? 'of unknown version'}`;
  if (setting('is_rocm_build') === 'True') return 'ROCm';
  return setting('is_cuda_build') === 'False' ? 'CPU only' : 'unknown';
}
