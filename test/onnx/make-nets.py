"""Makes encoder.onnx (a convolution of kernel 400 and stride 320, [1, N] -> [1, 5, U]), crepe.onnx (frames [N, 1024] whose
salience is their first 360 samples) and encoder.json with what numpy makes of it. Usage: python make-nets.py (needs onnx, numpy)"""
import json, os
import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

here = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(3)
weight = (rng.standard_normal((5, 1, 400)) * 0.1).round(2).astype(np.float32)
wav = (rng.standard_normal(2000) * 0.3).round(3).astype(np.float32)

def model(name, nodes, inputs, outputs, constants):
    graph = helper.make_graph(nodes, name, inputs, outputs, [numpy_helper.from_array(v, k) for k, v in constants.items()])
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), f"{here}/{name}.onnx")

value = helper.make_tensor_value_info
model("encoder",
      [helper.make_node("Unsqueeze", ["wav", "axis"], ["x"]), helper.make_node("Conv", ["x", "w"], ["units"], strides=[320])],
      [value("wav", TensorProto.FLOAT, [1, "N"])], [value("units", TensorProto.FLOAT, [1, 5, "U"])],
      {"w": weight, "axis": np.array([1], np.int64)})
model("crepe", [helper.make_node("Slice", ["frames", "zero", "end", "one"], ["salience"])],
      [value("frames", TensorProto.FLOAT, ["N", 1024])], [value("salience", TensorProto.FLOAT, ["N", 360])],
      {"zero": np.array([0], np.int64), "end": np.array([360], np.int64), "one": np.array([1], np.int64)})
units = [[float(np.dot(wav[u * 320:u * 320 + 400].astype(np.float64), w[0])) for w in weight] for u in range((2000 - 400) // 320 + 1)]
json.dump({"wav": [round(float(x), 3) for x in wav], "units": units}, open(f"{here}/encoder.json", "w"))
