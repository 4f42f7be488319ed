/**
 * Run as a child process: `node probe.js BINDING`. Loads the binding, multiplies two matrices, prints JSON. A child,
 * because a library that does not fit the machine (missing CPU instructions, broken CUDA) may kill its process.
 * TensorFlow reports its devices on stderr, which the parent reads.
 */
interface RawBinding {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  isUsingGpuDevice(): boolean;
  createTensor(shape: number[], dtype: number, values: Float32Array): number;
  executeOp(name: string, attributes: object[], inputs: number[], outputs: number): { id: number }[];
  tensorDataSync(id: number): Float32Array;
}

const binding = require(process.argv[2]!) as RawBinding;
const matrix = (values: number[]) =>
  binding.createTensor([2, 2], binding.TF_FLOAT, Float32Array.from(values));
const attributes = [
  { name: 'transpose_a', type: binding.TF_ATTR_BOOL, value: false },
  { name: 'transpose_b', type: binding.TF_ATTR_BOOL, value: false },
  { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
];
const inputs = [matrix([1, 2, 3, 4]), matrix([5, 6, 7, 8])];
const [product] = binding.executeOp('MatMul', attributes, inputs, 1);
const report = {
  version: binding.TF_Version,
  gpu: binding.isUsingGpuDevice(),
  product: Array.from(binding.tensorDataSync(product!.id)),
};
process.stdout.write(`${JSON.stringify(report)}\n`);
