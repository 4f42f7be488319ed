/**
 * Nets that come as ONNX files, run by onnxruntime-node. It is an optional package of 290 MB: everything here works
 * without it until such a net is asked for. May be imported by cli and notebook; networks know audio only.
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { UserError } from '../config/errors';

/** A tensor that goes in or comes out; what comes out as float64 or int64 is converted. */
export interface OnnxTensor {
  /** `[]` for a single value */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A loaded net. */
export interface OnnxSession {
  readonly path: string;
  /** names in the file's order, with their shapes; a text stands for a length that is free */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[];
  readonly outputs: readonly string[];
  /** @throws UserError `onnx-run` */
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
  dispose(): Promise<void>;
}

const version = '1.30.0';

/**
 * Loads the net of a file, onto the GPU where onnxruntime's CUDA provider lies beside it.
 * @throws UserError `onnx-missing` without the package, `onnx-invalid`
 */
export async function loadOnnx(path: string): Promise<OnnxSession> {
  const ort = await runtime();
  const session = await create(ort, path);
  return {
    path,
    inputs: session.inputMetadata.map((input) => ({
      name: input.name,
      shape: input.isTensor ? input.shape : [],
    })),
    outputs: session.outputNames,
    run: (feeds) => runSession(ort, session, feeds, path),
    dispose: () => session.release(),
  };
}

type Runtime = typeof import('onnxruntime-node');

async function runtime(): Promise<Runtime> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    throw new UserError(
      'onnx-missing',
      `Expected the package onnxruntime-node ${version} for nets in ONNX form: ${(cause as Error).message.split('\n')[0]}`,
      `Install it: npm install --no-save --ignore-scripts onnxruntime-node@${version}`,
      { cause },
    );
  }
}

async function create(ort: Runtime, path: string): Promise<InferenceSession> {
  try {
    return await ort.InferenceSession.create(path, {
      executionProviders: hasCuda() ? ['cuda', 'cpu'] : ['cpu'],
      // errors only: it warns about every shape that it cannot infer
      logSeverityLevel: 3,
    });
  } catch (cause) {
    throw new UserError(
      'onnx-invalid',
      `Expected a net in ONNX form in ${path}, onnxruntime says: ${(cause as Error).message}`,
      'Check the path, or fetch the file again.',
      { cause },
    );
  }
}

/** The CUDA provider is a library of its own that the package does not carry. */
function hasCuda(): boolean {
  const root = join(dirname(require.resolve('onnxruntime-node/package.json')), 'bin');
  const names = existsSync(root) ? readdirSync(root, { recursive: true, encoding: 'utf8' }) : [];
  return names.some(
    (name) => name.includes(join(process.platform, process.arch)) && name.includes('providers_cuda'),
  );
}

async function runSession(
  ort: Runtime,
  session: InferenceSession,
  feeds: Readonly<Record<string, OnnxTensor>>,
  path: string,
): Promise<Record<string, OnnxTensor>> {
  const tensors = Object.entries(feeds).map(
    ([name, { data, shape }]) => [name, new ort.Tensor('float32', data, [...shape])] as const,
  );
  try {
    const results = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, onHost(result)]));
  } catch (cause) {
    throw new UserError(
      'onnx-run',
      `The net of ${path} could not be run: ${(cause as Error).message}`,
      'It may be a net of another kind than its name says.',
      { cause },
    );
  }
}

function onHost({ dims, data }: Tensor): OnnxTensor {
  return {
    shape: dims,
    data: data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>, Number),
  };
}
