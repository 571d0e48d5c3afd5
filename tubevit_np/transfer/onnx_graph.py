"""A graph of ONNX operations, built one call at a time."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tubevit_np.model.params import flatten

OPSET, IR_VERSION = 20, 9  # the first opset with Gelu; the format of files that belongs to it
INPUT = "pixels"


class Graph:
    """Nodes and constants of a graph, and the model that they are for.

    g("Op", x, array, axis=1) adds a node and returns the name of its output; arrays become
    constants.  g.linear and g.norm take the weights of a prefix of names."""

    def __init__(self, params, cfg):
        self.params, self.cfg, self.flat = params, cfg, flatten(params)
        self.nodes, self.constants = [], {}

    def __call__(self, op, *inputs, **attributes):
        name = f"/{op}_{len(self.nodes)}"
        names = [x if isinstance(x, str) else self.constant(x) for x in inputs]
        self.nodes.append(helper.make_node(op, names, [name], name, **attributes))
        return name

    def constant(self, x, name=None):
        x = np.asarray(x)
        name = name or f"/constant_{len(self.constants)}"
        kind = np.int64 if x.dtype.kind == "i" else np.float32
        self.constants[name] = numpy_helper.from_array(np.asarray(x, kind, order="C"), name)
        return name

    def weight(self, name):
        return self.constant(self.flat[name], name)

    def linear(self, x, prefix):
        return self("Add", self("MatMul", x, self.weight(f"{prefix}.w")),
                    self.weight(f"{prefix}.b"))

    def norm(self, x, prefix):
        return self("LayerNormalization", x, self.weight(f"{prefix}.g"), self.weight(f"{prefix}.b"),
                    axis=-1, epsilon=self.cfg.eps)


def model_of(g, shape, logits, notes):
    """Wrap a graph with its input, of `shape`, and its outputs {head: name in the graph}.

    notes: {name: text}, stored in the file."""
    g.nodes += [helper.make_node("Identity", [name], [head]) for head, name in logits.items()]
    pixels = helper.make_tensor_value_info(INPUT, TensorProto.UINT8,
                                           ["batch", *shape, g.cfg.channels])
    outputs = [helper.make_tensor_value_info(head, TensorProto.FLOAT, ["batch", count])
               for head, count in g.cfg.classes.items()]
    graph = helper.make_graph(g.nodes, "tubevit", [pixels], outputs, [*g.constants.values()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)],
                              ir_version=IR_VERSION, producer_name="tubevit")
    helper.set_model_props(model, notes)
    onnx.checker.check_model(model, full_check=True)
    return model
