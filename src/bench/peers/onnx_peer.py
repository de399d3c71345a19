"""ONNX Runtime, predictions only. Each layer is the operator RNN, LSTM or GRU, which a converter would use, too."""

import numpy as np
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

import workloads as w

GATES = {"simplernn": 1, "lstm": 4, "gru": 3}
OPERATORS = {"simplernn": "RNN", "lstm": "LSTM", "gru": "GRU"}
OPSET, IR = 21, 10


class Graph:
    """The operators and the random weights of a model. Sequences are (timesteps, batch, features) inside."""

    def __init__(self):
        self.nodes, self.weights, self.inputs = [], [], []
        self.random = np.random.default_rng(1)

    def input(self, name, array):
        kind = TensorProto.INT32 if array.dtype == np.int32 else TensorProto.FLOAT
        self.inputs.append(helper.make_tensor_value_info(name, kind, array.shape))
        return name

    def weight(self, *shape):
        values = self.random.uniform(-0.1, 0.1, shape).astype(np.float32)
        return self.constant(values)

    def constant(self, values):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def add(self, operator, *inputs, outputs=1, **attributes):
        names = [f"y{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(operator, inputs, names, **attributes))
        return names[0] if outputs == 1 else names

    def time_major(self, x, rank=3):
        return self.add("Transpose", x, perm=[1, 0, *range(2, rank)])

    def embedding(self, ids, vocabulary, units):
        return self.add("Gather", self.weight(vocabulary, units), ids)

    def dense(self, x, inputs, units, activation="linear"):
        y = self.add("Add", self.add("MatMul", x, self.weight(inputs, units)), self.weight(units))
        if activation == "softmax":
            return self.add("Softmax", y, axis=-1)
        return y if activation == "linear" else self.add(activation.capitalize(), y)

    def recurrent(self, x, features, spec, states=()):
        """Returns the outputs of all time steps, the last output, and the last cell state of an LSTM."""
        gates, directions = GATES[spec.cell], 2 if spec.bidirectional else 1
        activation = spec.activation.capitalize()
        kinds = {"simplernn": [activation], "gru": ["Sigmoid", activation]}
        attributes = {
            "hidden_size": spec.units,
            "direction": "bidirectional" if spec.bidirectional else "forward",
            "activations": kinds.get(spec.cell, ["Sigmoid", activation, activation]) * directions,
        }
        if spec.cell == "gru":
            attributes["linear_before_reset"] = int(spec.reset_after)
        weights = [
            self.weight(directions, gates * spec.units, features),
            self.weight(directions, gates * spec.units, spec.units),
            self.weight(directions, 2 * gates * spec.units),
        ]
        given = ["", *states] if states else []  # no lengths of the sequences
        count = 3 if spec.cell == "lstm" else 2
        outputs = self.add(OPERATORS[spec.cell], x, *weights, *given, outputs=count, **attributes)
        if spec.bidirectional:
            joined = self.add("Transpose", outputs[0], perm=[0, 2, 1, 3])
            outputs[0] = self.add("Reshape", joined, self.constant(np.array([0, 0, -1])))
        else:
            outputs[0] = self.add("Squeeze", outputs[0], self.constant(np.array([1])))
        return outputs

    def session(self, output):
        result = helper.make_tensor_value_info(output, TensorProto.FLOAT, None)
        graph = helper.make_graph(self.nodes, "model", self.inputs, [result], self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
        options = ort.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = w.THREADS, 1
        return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def chain(graph, workload, x):
    y = graph.input("x", x)
    features, sequence = workload.features, True
    y = graph.time_major(y, rank=x.ndim)
    for spec in workload.layers:
        if isinstance(spec, w.Embedding):
            y, features = graph.embedding(y, spec.vocabulary, spec.units), spec.units
        elif isinstance(spec, w.Recurrent):
            outputs = graph.recurrent(y, features, spec)
            sequence = spec.return_sequences
            y = outputs[0] if sequence else graph.add("Squeeze", outputs[1], graph.constant(np.array([0])))
            features = spec.units * (2 if spec.bidirectional else 1)
        elif isinstance(spec, w.Dense):
            y, features = graph.dense(y, features, spec.units, spec.activation), spec.units
    return graph.time_major(y) if sequence else y


def encoder_decoder(graph, workload, x):
    spec = w.Recurrent("lstm", workload.units, return_sequences=True)
    source, target = (graph.time_major(graph.input(f"x{i}", part), rank=2) for i, part in enumerate(x))
    embedded = [graph.embedding(ids, workload.vocabulary, workload.embedding) for ids in (source, target)]
    encoded, h, c = graph.recurrent(embedded[0], workload.embedding, spec)
    decoded = graph.recurrent(embedded[1], workload.embedding, spec, states=(h, c))[0]
    keys = graph.add("Transpose", encoded, perm=[1, 2, 0])
    values, queries = graph.time_major(encoded), graph.time_major(decoded)
    scores = graph.add("Softmax", graph.add("MatMul", queries, keys), axis=-1)
    joined = graph.add("Concat", queries, graph.add("MatMul", scores, values), axis=-1)
    return graph.dense(joined, 2 * workload.units, workload.vocabulary, "softmax")


def two_inputs(graph, workload, x):
    series, static = graph.time_major(graph.input("x0", x[0])), graph.input("x1", x[1])
    h = graph.recurrent(series, workload.features, w.Recurrent("gru", workload.units))[1]
    joined = graph.add("Concat", graph.add("Squeeze", h, graph.constant(np.array([0]))), static, axis=-1)
    return graph.dense(graph.dense(joined, workload.units + workload.static, 32, "relu"), 32, 1)


def main():
    options = w.arguments(__doc__).parse_args()
    options.phase = "predict"
    build = {w.EncoderDecoder: encoder_decoder, w.TwoInputs: two_inputs}

    def step(workload, phase):
        x, _ = workload.batch_in_memory()
        graph = Graph()
        session = graph.session(build.get(type(workload), chain)(graph, workload, x))
        arrays = x if isinstance(x, tuple) else (x,)
        inputs = {value.name: array for value, array in zip(session.get_inputs(), arrays)}
        return lambda: session.run(None, inputs)

    w.run(options, "onnxruntime", ort.__version__, step)


if __name__ == "__main__":
    main()
