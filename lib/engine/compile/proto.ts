/**
 * GraphDef and SavedModel messages. The classes are those that tfjs-node carries for reading SavedModels; this file is
 * the only one that knows their setters.
 */
// biome-ignore lint/suspicious/noExplicitAny: generated protobuf code without types
const api: any = require('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js');

/** Types that graph tensors have here; numbers are TensorFlow's DataType enum. */
export const dataTypes = { float32: 1, int32: 3, bool: 10, bfloat16: 14, float16: 19, uint8: 4 } as const;
export type GraphType = keyof typeof dataTypes;

/** An opaque attribute of a node. */
export type Attribute = object;

function tensorShape(shape: readonly number[]): object {
  const message = new api.TensorShape();
  for (const size of shape) {
    const dim = new api.TensorShape.Dim();
    dim.setSize(size);
    message.addDim(dim);
  }
  return message;
}

// biome-ignore lint/suspicious/noExplicitAny: generated protobuf code without types
function attribute(set: (message: any) => void): Attribute {
  const message = new api.AttrValue();
  set(message);
  return message;
}

/** Constructors of node attributes. */
export const attr = {
  type: (type: GraphType): Attribute => attribute((a) => a.setType(dataTypes[type])),
  shape: (shape: readonly number[]): Attribute => attribute((a) => a.setShape(tensorShape(shape))),
  bool: (value: boolean): Attribute => attribute((a) => a.setB(value)),
  int: (value: number): Attribute => attribute((a) => a.setI(value)),
  float: (value: number): Attribute => attribute((a) => a.setF(value)),
  string: (value: string): Attribute => attribute((a) => a.setS(Buffer.from(value))),
  ints: (values: readonly number[]): Attribute =>
    attribute((a) => {
      const list = new api.AttrValue.ListValue();
      list.setIList([...values]);
      a.setList(list);
    }),
  tensor: (bytes: Uint8Array, shape: readonly number[], type: GraphType): Attribute =>
    attribute((a) => {
      const tensor = new api.Tensor();
      tensor.setDtype(dataTypes[type]);
      tensor.setTensorShape(tensorShape(shape));
      tensor.setTensorContent(bytes);
      a.setTensor(tensor);
    }),
};

/** A tensor that goes into or comes out of a signature. */
export interface SignatureTensor {
  readonly ref: string;
  readonly shape: readonly number[];
  readonly type: GraphType;
}

/** Named entry point of a SavedModel. */
export interface SignatureSpec {
  readonly inputs: Readonly<Record<string, SignatureTensor>>;
  readonly outputs: Readonly<Record<string, SignatureTensor>>;
}

/** A field of a message: tag (wire type 2), length, content. */
function delimited(field: number, content: Uint8Array): Uint8Array {
  const head = [(field << 3) | 2];
  let rest = content.length;
  for (; rest > 127; rest = Math.floor(rest / 128)) head.push((rest % 128) | 128);
  head.push(rest);
  return Buffer.concat([Uint8Array.from(head), content]);
}

/** Numbers of the fields that are put together here; all other messages are written by their classes. */
const fields = { graphNode: 1, graphVersions: 4, metaGraph: 2, metaGraphGraph: 2 } as const;

/** GraphDef under construction. Nodes are kept as bytes: as objects they would take some 10 kB each. */
export class GraphDef {
  // TensorFlow refuses graphs that claim to come from a producer older than the ops they use.
  private static readonly producer = 1882;
  private readonly parts: Uint8Array[] = [];

  constructor() {
    const versions = new api.VersionDef();
    versions.setProducer(GraphDef.producer);
    this.parts.push(delimited(fields.graphVersions, versions.serializeBinary()));
  }

  /** Adds one node. `inputs` are refs: `name`, `name:1`, or `^name` for a control dependency. */
  add(
    name: string,
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
  ): void {
    const node = new api.NodeDef();
    node.setName(name);
    node.setOp(op);
    for (const input of inputs) node.addInput(input);
    for (const [key, value] of Object.entries(attributes)) node.getAttrMap().set(key, value);
    this.parts.push(delimited(fields.graphNode, node.serializeBinary()));
  }

  /**
   * Bytes of saved_model.pb with this graph and the given signatures, tag `serve`.
   * @param withGraph false leaves the graph out: enough to find signatures of a model that TensorFlow holds already
   */
  savedModel(signatures: Readonly<Record<string, SignatureSpec>>, withGraph = true): Uint8Array {
    const info = new api.MetaGraphDef.MetaInfoDef();
    info.addTags('serve');
    const meta = new api.MetaGraphDef();
    meta.setMetaInfoDef(info);
    for (const [name, spec] of Object.entries(signatures)) {
      meta.getSignatureDefMap().set(name, signatureDef(spec));
    }
    const model = new api.SavedModel();
    model.setSavedModelSchemaVersion(1);
    const graph = withGraph ? [delimited(fields.metaGraphGraph, Buffer.concat(this.parts))] : [];
    const metaGraph = Buffer.concat([meta.serializeBinary(), ...graph]);
    return Buffer.concat([model.serializeBinary(), delimited(fields.metaGraph, metaGraph)]);
  }
}

function signatureDef(spec: SignatureSpec): object {
  const message = new api.SignatureDef();
  message.setMethodName('tensorflow/serving/predict');
  for (const [name, tensor] of Object.entries(spec.inputs))
    message.getInputsMap().set(name, tensorInfo(tensor));
  for (const [name, tensor] of Object.entries(spec.outputs))
    message.getOutputsMap().set(name, tensorInfo(tensor));
  return message;
}

function tensorInfo(tensor: SignatureTensor): object {
  const info = new api.TensorInfo();
  info.setName(tensor.ref.includes(':') ? tensor.ref : `${tensor.ref}:0`);
  info.setDtype(dataTypes[tensor.type]);
  info.setTensorShape(tensorShape(tensor.shape));
  return info;
}
