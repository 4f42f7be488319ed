/** Hostile pickles: an error of ours, no call, no deep recursion, no large allocation. */
import { expect, test } from 'vitest';
import { parseTorchFile } from '../../lib/checkpoint/torch-file';
import type { TorchTensor } from '../../lib/checkpoint/torch-tensor';
import { long, pickleOf, raw, storage, tensor, text, zipOf } from './pickles';

const read = (...parts: (string | Uint8Array)[]) => parseTorchFile(zipOf(pickleOf(...parts)), 'x');
const FLOATS = { a: new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer) };
const six = storage('a', 6);
const readTensor = (...args: Parameters<typeof tensor>) =>
  parseTorchFile(zipOf(pickleOf(tensor(...args)), FLOATS), 'x') as unknown as TorchTensor;

test.each([
  'posix system',
  'os system',
  'builtins eval',
  'builtins getattr',
  'builtins exec',
  'subprocess Popen',
  'torch load',
  'torch._utils _rebuild_tensor',
  'torch.storage _load_from_bytes',
  'collections OrderedDict.__init__',
  'collections deque',
  'argparse ArgumentParser',
  'omegaconf.omegaconf OmegaConf',
  'numpy.core.multiarray _reconstruct',
  '__proto__ x',
  'constructor constructor',
])('the name %s refuses the file, by GLOBAL and by STACK_GLOBAL', (name) => {
  const [module, attribute] = name.split(' ') as [string, string];
  const error = expect.objectContaining({
    code: 'checkpoint-refused',
    message: expect.stringContaining(`"${module}.${attribute}"`),
  });
  expect(() => read(`c${module}\n${attribute}\n`, '(', text('echo'), 'tR')).toThrow(error);
  expect(() => read(text(module), text(attribute), '\x93')).toThrow(error);
});

test.each<[string, (string | Uint8Array)[], RegExp]>([
  ['nothing on the stack', ['R'], /takes more than it has made/],
  ['pop across a mark', ['N(\x85'], /takes more than it has made/],
  ['tuple without a mark', ['t'], /never opened/],
  ['unknown memo', ['h\x05'], /object 5, which does not exist/],
  ['append to a dict', ['}Na'], /appends to something that is no list/],
  ['item of a list', [']NNs'], /sets an item of something that is no dict/],
  ['odd items', ['}(Nu'], /a key without a value/],
  ['list as key', ['}]Ns'], /a key that is not plain/],
  ['call of text', [text('x'), ')R'], /calls something that cannot be called/],
  ['call of a storage class', ['ctorch\nFloatStorage\n)R'], /calls something that cannot be called/],
  ['attributes of a list', [']}b'], /sets attributes/],
  ['INST', ['(iposix\nsystem\n'], /opcode 0x69/],
  ['NEWOBJ of text', [text('x'), ')\x81'], /calls something that cannot be called/],
  [
    'NEWOBJ of a type that is only a name',
    ['cbuiltins\ndict\n)\x81'],
    /calls something that cannot be called/,
  ],
  ['NEWOBJ of a storage class', ['ctorch\nFloatStorage\n)\x81'], /calls something that cannot be called/],
  ['NEWOBJ_EX', ['ccollections\nOrderedDict\n)}\x92'], /opcode 0x92/],
  ['EXT1', ['\x82\x01'], /opcode 0x82/],
  ['text beyond the end', [raw('X\xff\xff\xff\x7fab')], /ends too early/],
  ['name without an end', [`c${'a'.repeat(2000)}`], /a name in its pickle has no end/],
  ['storage of a number', ['K\x05Q'], /storage is described in a way/],
  ['protocol 0', ['\x80\x00'], /protocol 0/],
  ['big-endian numpy', ['cnumpy\ndtype\n', text('f8'), '\x85R(K\x03', text('>'), 'tb'], /not little-endian/],
  ['numpy object', ['cnumpy\ndtype\n', text('O'), '\x85R'], /numpy value has the type "O"/],
])('%s', (_, parts, message) => {
  expect(() => read(...parts)).toThrow(
    expect.objectContaining({ name: 'UserError', message: expect.stringMatching(message) }),
  );
});

test.each<[string, Parameters<typeof tensor>, RegExp]>([
  ['shape too large', [six, 0, [7], [1]], /beyond its storage of 6/],
  ['offset beyond', [six, 6, [1], [1]], /beyond its storage of 6/],
  ['stride too large', [six, 0, [2, 2], [5, 1]], /beyond its storage of 6/],
  ['negative stride', [six, 5, [2], [-1]], /malformed/],
  ['negative size', [six, 0, [-2], [1]], /malformed/],
  ['negative offset', [six, -1, [2], [1]], /malformed/],
  ['2^53 elements of stride 0', [six, 0, [2 ** 30, 2 ** 30], [0, 0]], /beyond its storage/],
  ['more strides than axes', [six, 0, [2], [1, 1]], /malformed/],
  ['count that differs from the bytes', [storage('a', 5), 0, [5], [1]], /24 bytes, it must have 20/],
  [
    'type that differs from the bytes',
    [storage('a', 6, 'DoubleStorage'), 0, [6], [1]],
    /24 bytes, it must have 48/,
  ],
  ['storage that is missing', [storage('../a', 6), 0, [6], [1]], /is missing/],
  ['2^53 elements', [storage('a', 2 ** 53 - 1), 0, [6], [1]], /it must have/],
])('a tensor with %s', (_, args, message) => {
  expect(() => readTensor(...args)).toThrow(
    expect.objectContaining({ name: 'UserError', message: expect.stringMatching(message) }),
  );
});

test('views are gathered', () => {
  expect([...readTensor(six, 0, [3, 2], [1, 3]).toFloat32()]).toEqual([1, 4, 2, 5, 3, 6]);
  expect([...readTensor(six, 1, [2, 2], [2, 1]).toFloat32()]).toEqual([2, 3, 4, 5]);
  expect([...readTensor(six, 2, [3], [0]).toFloat32()]).toEqual([3, 3, 3]);
  expect([...readTensor(six, 5, [1, 1], [900, 9]).toFloat32()]).toEqual([6]);
  expect([...readTensor(six, 4, [], []).toFloat32()]).toEqual([5]);
  expect([...readTensor(six, 6, [0, 4], [4, 1]).toFloat32()]).toEqual([]);
});

test('a tensor that would fill the memory is refused when its values are wanted', () => {
  const huge = readTensor(six, 0, [2 ** 40], [0]);
  expect(() => huge.toFloat32()).toThrow(expect.objectContaining({ code: 'checkpoint-refused' }));
});

test('a shape that changes after it was checked has no effect', () => {
  const shape = raw('](', long(2), 'e\x94'); // a list, remembered as 0
  const call = raw('ctorch._utils\n_rebuild_tensor_v2\n(', six, long(0), shape, '(', long(1), 't\x89NtR');
  const enlarge = raw('h\x00', long(1000), 'a');
  const [made] = parseTorchFile(
    zipOf(pickleOf('(', call, enlarge, 't'), FLOATS),
    'x',
  ) as unknown as TorchTensor[];
  expect([...made!.toFloat32()]).toEqual([1, 2]);
});

test('100,000 lists in each other are no deep recursion', () => {
  expect(() => read(']'.repeat(100_000), 'a'.repeat(99_999))).toThrow(
    expect.objectContaining({ code: 'checkpoint-refused' }),
  );
  // as deep as the allowance lets a file of this size be
  expect(read(']'.repeat(5000), 'a'.repeat(4999))).toBeInstanceOf(Array);
});

test('a value that contains itself, and one of 2^60 leaves, cost nothing', () => {
  expect(read('}\x94', text('self'), 'h\x00s')).toBeInstanceOf(Map);
  // each list holds the one before twice
  const doubled = Array.from({ length: 60 }, (_, i) => raw('](', 'h', i, 'h', i, 'e\x94'));
  expect(read(']\x94', ...doubled)).toBeInstanceOf(Array);
});

test.each([
  '}',
  ']',
  ')',
  '(',
  'N',
  'K\x01',
  'N\x85',
  'N\x94',
  '\x8c\x01a',
  'C\x01a',
  'G12345678',
  '\x8a\x04\x01\x01\x01\x70',
])('a stream of %j is stopped by the allowance', (operation) => {
  const pickle = pickleOf(operation.repeat(Math.ceil(2e6 / operation.length)));
  expect(() => parseTorchFile(zipOf(pickle), 'x')).toThrow(
    expect.objectContaining({ code: 'checkpoint-refused' }),
  );
});

test('numbers of every opcode', () => {
  const numbers = raw(
    '(K\xffM\xff\xffJ\xfe\xff\xff\xff\x8a\x00\x8a\x01\xff',
    long(2 ** 52),
    'G\xbf\xe0\0\0\0\0\0\0t',
  );
  expect(read(numbers)).toEqual([255, 65535, -2, 0, -1, 2 ** 52, -0.5]);
  expect(read('\x8a\x09\0\0\0\0\0\0\0\0\x01')).toBe(2n ** 64n);
});

test('settings of fairseq are inert: attributes lead nowhere', () => {
  const named = ['cargparse\nNamespace\n)\x81}', text('__class__'), text('os.system'), 'sb'];
  const value = read(...named) as unknown as { name: string };
  expect(Object.keys(value)).toEqual(['name']);
  expect(value.name).toBe('argparse Namespace');
  expect(() => read('cargparse\nNamespace\n)\x81', text('a'), text('b'), 's')).toThrow(/no dict/);
});
