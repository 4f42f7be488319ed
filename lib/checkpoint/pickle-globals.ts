/**
 * The allow-list of spec k.27. Nothing is looked up or imported: each name maps to a function of ours that makes plain
 * data, and every other name refuses the file.
 */
import { invalid, refused } from './file-errors';
import { AllowedGlobal, InertObject, NumpyDtype, type PickleHost, type PickleValue } from './pickle-values';
import { type TorchDtype, TorchStorage, TorchTensor } from './torch-tensor';

const STORAGES: Readonly<Record<string, TorchDtype>> = {
  'torch FloatStorage': 'float32',
  'torch DoubleStorage': 'float64',
  'torch HalfStorage': 'float16',
  'torch BFloat16Storage': 'bfloat16',
  'torch LongStorage': 'int64',
  'torch IntStorage': 'int32',
  'torch ShortStorage': 'int16',
  'torch CharStorage': 'int8',
  'torch ByteStorage': 'uint8',
  'torch BoolStorage': 'bool',
};

type Call = (args: readonly PickleValue[], host: PickleHost) => PickleValue;

const CALLS: Readonly<Record<string, Call>> = {
  'collections OrderedDict': newDict,
  'collections defaultdict': newDefaultDict,
  'torch._utils _rebuild_tensor_v2': rebuildTensor,
  'torch._utils _rebuild_parameter': rebuildParameter,
  'numpy dtype': numpyDtype,
  'numpy.core.multiarray scalar': numpyScalar,
  'numpy._core.multiarray scalar': numpyScalar,
  '_codecs encode': latin1Bytes,
};

/** Settings and word lists in the files of fairseq (HuBERT, ContentVec). */
const INERT_CLASSES: readonly string[] = [
  'argparse Namespace',
  'omegaconf.dictconfig DictConfig',
  'omegaconf.listconfig ListConfig',
  'omegaconf.base ContainerMetadata',
  'omegaconf.base Metadata',
  'omegaconf.nodes AnyNode',
  'fairseq.data.dictionary Dictionary',
];

/** Types that those name as data, never as something to call. Python 2's name of the module is the one in protocol 2. */
const TYPE_NAMES: readonly string[] = ['typing Any'].concat(
  ['builtins', '__builtin__'].flatMap((module) =>
    ['dict', 'list', 'int', 'long', 'str', 'float', 'bool'].map((name) => `${module} ${name}`),
  ),
);

const ALLOWED = new Map<string, AllowedGlobal>([
  ...Object.entries(CALLS).map(([name, call]) => [name, new AllowedGlobal(name, call)] as const),
  ...Object.keys(STORAGES).map((name) => [name, new AllowedGlobal(name, null)] as const),
  ...INERT_CLASSES.map((name) => [name, new AllowedGlobal(name, () => new InertObject(name))] as const),
  ...TYPE_NAMES.map((name) => [name, new AllowedGlobal(name, null)] as const),
]);

/** @throws UserError `checkpoint-refused` for every name that is not on the list */
export function findGlobal(module: string, name: string, source: string): AllowedGlobal {
  const found = ALLOWED.get(`${module} ${name}`);
  if (found) return found;
  const shown = JSON.stringify(`${module}.${name}`.slice(0, 100));
  throw refused(source, `it asks for the Python object ${shown}, which no file of weights needs`);
}

/** Element type of a storage class, or null for any other value. */
export function storageDtype(value: PickleValue): TorchDtype | null {
  return value instanceof AllowedGlobal ? (STORAGES[value.name] ?? null) : null;
}

function newDict(args: readonly PickleValue[], host: PickleHost): PickleValue {
  if (args.length !== 0) throw invalid(host.source, 'an OrderedDict has arguments');
  return new Map();
}

/** (factory): what is missing in it is nobody's concern here */
function newDefaultDict(args: readonly PickleValue[], host: PickleHost): PickleValue {
  if (args.length > 1) throw invalid(host.source, 'a defaultdict has more than one argument');
  return new Map();
}

/** (storage, offset, size, stride, requires_grad, hooks) */
function rebuildTensor(args: readonly PickleValue[], host: PickleHost): TorchTensor {
  const [storage, offset, shape, strides] = args;
  const wellFormed =
    args.length === 6 &&
    storage instanceof TorchStorage &&
    isCount(offset) &&
    isCounts(shape) &&
    isCounts(strides) &&
    shape.length === strides.length;
  if (!wellFormed) throw invalid(host.source, 'a tensor has malformed arguments');
  return new TorchTensor(storage, offset, shape, strides, host.source, host.allowance);
}

/** (tensor, requires_grad, hooks): a parameter is its tensor */
function rebuildParameter(args: readonly PickleValue[], host: PickleHost): PickleValue {
  if (!(args[0] instanceof TorchTensor)) throw invalid(host.source, 'a parameter holds no tensor');
  return args[0];
}

/** (code, align, copy) */
function numpyDtype(args: readonly PickleValue[], host: PickleHost): NumpyDtype {
  const code = args[0];
  if (typeof code !== 'string' || !['f8', 'f4', 'i8', 'i4'].includes(code)) {
    throw invalid(host.source, `a numpy value has the type ${JSON.stringify(String(code).slice(0, 20))}`);
  }
  return new NumpyDtype(code);
}

/** (dtype, little-endian bytes) */
function numpyScalar(args: readonly PickleValue[], host: PickleHost): PickleValue {
  const [dtype, bytes] = args;
  if (
    !(dtype instanceof NumpyDtype) ||
    !(bytes instanceof Uint8Array) ||
    bytes.length !== Number(dtype.code[1])
  ) {
    throw invalid(host.source, 'a numpy scalar is malformed');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (dtype.code === 'f8') return view.getFloat64(0, true);
  if (dtype.code === 'f4') return view.getFloat32(0, true);
  return dtype.code === 'i4' ? view.getInt32(0, true) : Number(view.getBigInt64(0, true));
}

/** (text, 'latin1'): how Python 3 writes bytes in protocol 2 */
function latin1Bytes(args: readonly PickleValue[], host: PickleHost): Uint8Array {
  const [text, encoding] = args;
  if (typeof text !== 'string' || encoding !== 'latin1')
    throw invalid(host.source, 'bytes are not latin1 text');
  host.allowance.spend(text.length);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** At most 64 axes: PyTorch's own limit. */
function isCounts(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.length <= 64 && value.every(isCount);
}
