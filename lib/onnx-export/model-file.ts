/**
 * A net as an ONNX file. Field numbers are those of the public `onnx.proto` (https://onnx.ai/onnx/repo-docs/IR.html),
 * operators those of opset 17.
 */
import { ProtoMessage } from '../storage/protobuf';

/** The newest opset that onnxruntime, OpenVINO, TensorRT and DirectML of 2023 and later all run. */
const opset = 17;
/** the version of the file format that belongs to opset 17 */
const irVersion = 8;
const producer = 'diff-svc';

const dataTypes = { float32: 1, int64: 7, float64: 11 } as const;
const attributeTypes = { float: 1, int: 2, ints: 7 } as const;

/** Number of an element type, as the operator Cast wants it. */
export function dataTypeNumber(type: keyof typeof dataTypes): number {
  return dataTypes[type];
}

/** A constant: float32, or int64 for shapes, axes and the like. */
export interface Constant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** A number is an integer attribute. */
export type Attribute = number | readonly number[] | { readonly float: number };

/** One operation. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** An input or output of the net, float32. */
export interface Port {
  readonly name: string;
  /** a text is a length that may be any; equal texts are equal lengths */
  readonly shape: readonly (number | string)[];
  /** units, range, layout: one sentence for whoever opens the file */
  readonly doc: string;
}

/** A net. */
export interface OnnxModel {
  readonly name: string;
  readonly doc: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly Constant[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** shown by viewers, readable through every runtime */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Pieces below this many bytes are joined: a net has thousands, and each would be a write of its own. */
const smallBytes = 1 << 16;

/** The file's bytes, piece by piece; large weights are not copied. */
export function* encodeOnnx(model: OnnxModel): Generator<Uint8Array> {
  let small: Uint8Array[] = [];
  for (const part of fileMessage(model).chunks()) {
    if (part.length < smallBytes) {
      small.push(part);
      continue;
    }
    yield Buffer.concat(small);
    yield part;
    small = [];
  }
  yield Buffer.concat(small);
}

function fileMessage(model: OnnxModel): ProtoMessage {
  const file = new ProtoMessage()
    .integer(1, irVersion)
    .text(2, producer)
    .text(6, model.doc)
    .message(7, graphMessage(model))
    .message(8, new ProtoMessage().text(1, '').integer(2, opset));
  for (const [key, value] of Object.entries(model.metadata)) {
    file.message(14, new ProtoMessage().text(1, key).text(2, value));
  }
  return file;
}

function graphMessage({ name, nodes, constants, inputs, outputs }: OnnxModel): ProtoMessage {
  const graph = new ProtoMessage();
  nodes.forEach((node, i) => {
    graph.message(1, nodeMessage(node, i));
  });
  graph.text(2, name);
  for (const constant of constants) graph.message(5, tensorMessage(constant));
  for (const input of inputs) graph.message(11, portMessage(input));
  for (const output of outputs) graph.message(12, portMessage(output));
  return graph;
}

function nodeMessage({ op, inputs, outputs, attributes }: OnnxNode, index: number): ProtoMessage {
  const node = new ProtoMessage();
  for (const input of inputs) node.text(1, input);
  for (const output of outputs) node.text(2, output);
  node.text(3, `${op}_${index}`).text(4, op);
  for (const [name, value] of Object.entries(attributes)) node.message(5, attributeMessage(name, value));
  return node;
}

function attributeMessage(name: string, value: Attribute): ProtoMessage {
  const attribute = new ProtoMessage().text(1, name);
  if (typeof value === 'number') return attribute.integer(3, value).integer(20, attributeTypes.int);
  if ('float' in value) return attribute.float(2, value.float).integer(20, attributeTypes.float);
  for (const item of value) attribute.integer(8, item);
  return attribute.integer(20, attributeTypes.ints);
}

function tensorMessage({ name, shape, data }: Constant): ProtoMessage {
  const tensor = new ProtoMessage();
  for (const length of shape) tensor.integer(1, length);
  return tensor
    .integer(2, data instanceof Float32Array ? dataTypes.float32 : dataTypes.int64)
    .text(8, name)
    .bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function portMessage({ name, shape, doc }: Port): ProtoMessage {
  const lengths = new ProtoMessage();
  for (const length of shape) {
    const dim = new ProtoMessage();
    lengths.message(1, typeof length === 'number' ? dim.integer(1, length) : dim.text(2, length));
  }
  const tensor = new ProtoMessage().integer(1, dataTypes.float32).message(2, lengths);
  return new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, tensor)).text(3, doc);
}
