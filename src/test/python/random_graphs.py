"""Compares random models that branch with Keras, both ways: outputs, evaluation, training steps, saved files.

    python src/test/python/random_graphs.py make DIR --first 0 --count 50
    java -cp target/test-classes:target/classes:… org.unroll.keras.RandomModels DIR
    python src/test/python/random_graphs.py compare DIR

"make" draws a graph from each seed: one to three inputs (series, token ids, vectors, images, images over time), one to
three outputs with their losses, loss weights, metrics and sample weights, and between them layers of random_models.py,
shared layers, states, merging and attention layers. The file is that of a model after one training step, so that it
contains the state of the optimizer. RandomModels.java does the rest, and "compare" is that of random_models.py.
"""

import json
import shutil

import random_models  # first: it sets the environment of Keras
import keras
import numpy as np
from keras import constraints
from keras import layers as L
from random_models import Draw, begin_anew, evaluate, finalize, head, listed, optimizer, predict, randomize, train

MERGES = [L.Add, L.Subtract, L.Multiply, L.Average, L.Maximum, L.Minimum]
NOISES = (L.Dropout, L.GaussianDropout, L.AlphaDropout, L.GaussianNoise)


def constraint(d):
    return d.of(
        None, None, None, constraints.MaxNorm(d.of(0.5, 1.0)), constraints.NonNeg(), constraints.UnitNorm(),
        constraints.MinMaxNorm(0.2, 0.8, rate=d.of(1.0, 0.5)),
    )  # fmt: skip


class Graph:
    """The tensors of a graph that grows layer by layer."""

    def __init__(self, d):
        self.d = d
        self.rows = 2 * d.number(3, 4)
        self.stateful = d.chance(0.1)
        self.inputs = []
        self.x = []
        self.pool = []
        self.read = set()  # the tensors that a layer reads, by id
        self.calls = []  # layers with the input of a call
        self.embeddings = []
        self.states = []  # functions that create a layer like an encoder, with its states

    @property
    def batch(self):
        return self.rows // 2

    def input(self, x, dtype=None, **arguments):
        x = x.astype("float32")
        given = keras.Input(x.shape[1:], batch_size=self.batch if self.stateful else None, dtype=dtype, **arguments)
        self.inputs.append(given)
        self.x.append(x)
        self.pool.append(given)
        return given

    def normal(self, *shape):
        return self.d.rng.normal(0, 1, (self.rows, *shape)).astype("float32")

    def on(self, layer, inputs, *more, **arguments):
        """Applies a layer and returns its outputs as a list."""
        outputs = listed(layer(inputs, *more, **arguments))
        for tensor in keras.tree.flatten([inputs, more, arguments]):
            self.read.add(id(tensor))
        if keras.backend.is_keras_tensor(inputs) and not more and not arguments and layer.count_params():
            if not isinstance(layer, L.Embedding):
                self.calls.append((layer, inputs))
        self.pool += outputs
        return outputs

    def pick(self, *ranks):
        """Returns a tensor of one of these ranks, rather a new one."""
        fitting = [tensor for tensor in self.pool if len(tensor.shape) in ranks]
        if not fitting:
            raise ValueError("no such tensor")
        return fitting[max(self.d.number(0, len(fitting) - 1), self.d.number(0, len(fitting) - 1))]


def tokens(g):
    d = g.d
    words, steps = d.number(3, 6), d.number(3, 5)
    embedding = d.of(None, *g.embeddings)
    if embedding:
        words = embedding.input_dim
    x = d.rng.integers(0, words, (g.rows, steps))
    mask = embedding.mask_zero if embedding else d.chance(0.7)
    if mask:
        x[np.arange(g.rows), 0] = d.rng.integers(1, words, g.rows)  # no row is masked completely
    ids = g.input(x, d.of("int32", "int32", None))
    g.pool.remove(ids)  # only for the embedding
    if not embedding:
        embedding = L.Embedding(words, d.number(2, 4), mask_zero=mask)
        g.embeddings.append(embedding)
    g.on(embedding, ids)


def series(g):
    d = g.d
    x = g.normal(d.number(3, 5), d.number(2, 4))
    masked = d.chance(0.4)
    if masked:
        x[:, 1:][d.rng.random((g.rows, x.shape[1] - 1)) < 0.4] = 0
    given = g.input(x)
    if masked:
        g.on(L.Masking(), given)


def vector(g):
    g.input(g.normal(g.d.number(2, 4)))


def image(g):
    given = g.input(g.normal(g.d.number(3, 4), g.d.number(3, 4), g.d.number(1, 2)))
    g.on(on_image(g.d), given)


def images(g):
    d = g.d
    given = g.input(g.normal(d.number(2, 3), d.number(3, 4), d.number(3, 4), d.number(1, 2)))
    if d.chance(0.4):
        x = g.on(L.ConvLSTM2D(d.number(1, 2), d.of(1, 2), return_sequences=d.chance(0.5)), given)[0]
    else:
        x = g.on(L.TimeDistributed(on_image(d)), given)[0]
    if len(x.shape) == 5:
        g.on(d.of(lambda: L.TimeDistributed(L.Flatten()), lambda: L.TimeDistributed(L.GlobalMaxPooling2D()), L.Flatten)(), x)


def on_image(d):
    size = d.number(1, 2)
    return d.of(
        lambda: L.Conv2D(d.number(1, 3), size, padding=d.of("valid", "same"), activation=d.of("tanh", "relu", None)),
        lambda: L.MaxPooling2D(size, padding=d.of("valid", "same")),
        lambda: L.AveragePooling2D(size, padding=d.of("valid", "same")),
        lambda: L.Conv2D(d.number(1, 3), size, strides=d.of(1, 2), kernel_constraint=constraint(d)),
    )()


def plain(g):
    """A layer with one input, of the kinds of random_models.py."""
    d = g.d
    x = g.pick(2, 3, 4)
    if len(x.shape) == 2:
        layer = L.RepeatVector(d.number(2, 4)) if d.chance(0.2) else random_models.anywhere(d)
    elif len(x.shape) == 3:
        layer = random_models.to_vector(d) if d.chance(0.3) else random_models.on_sequence(d, x.shape)
    else:
        layer = d.of(lambda: on_image(d), L.Flatten, L.GlobalAveragePooling2D, L.GlobalMaxPooling2D)()
    if d.noise:  # both sides would draw other numbers
        layer = d.of(*NOISES)(0.0)
        d.noise = False
    g.on(layer, x)


def constrained(g):
    d = g.d
    x = g.pick(2, 3)
    kernel, bias = constraint(d), constraint(d)
    if len(x.shape) == 2 or d.chance(0.3):
        layer = L.Dense(d.number(1, 4), d.activation(), kernel_constraint=kernel, bias_constraint=bias)
    elif d.chance(0.3):
        layer = L.Conv1D(d.number(1, 4), d.number(1, 2), kernel_constraint=kernel, bias_constraint=bias)
    else:
        layer = d.of(L.LSTM, L.GRU, L.SimpleRNN)(
            d.number(1, 4), return_sequences=d.chance(0.5), kernel_constraint=kernel, bias_constraint=bias,
            recurrent_constraint=constraint(d),
        )  # fmt: skip
    g.on(layer, x)


def normalized(g):
    d = g.d
    layer = d.of(L.BatchNormalization, L.LayerNormalization, L.UnitNormalization, lambda: L.GroupNormalization(1))()
    g.on(layer, g.pick(2, 3))


def shared(g):
    """A layer that was applied before, to the same or another tensor of as many features."""
    if not g.calls:
        raise ValueError("no layer yet")
    layer, before = g.d.of(*g.calls)
    ranks = (2, 3) if isinstance(layer, (L.Dense, L.LayerNormalization)) else (len(before.shape),)
    fitting = [x for x in g.pool if len(x.shape) in ranks and x.shape[-1] == before.shape[-1]]
    g.on(layer, g.d.of(*fitting))


def recurrent(d, units, kind):
    """Returns a function that creates a layer of a kind, and the number of its states."""
    if kind == "RNN":
        cells = d.chance(0.5)
        create = lambda **a: L.RNN([L.LSTMCell(units), L.GRUCell(units)] if cells else L.GRUCell(units), **a)
        return create, 3 if cells else 1
    if kind == "Bidirectional":
        inner, merge = d.of(L.LSTM, L.GRU), d.of("concat", "sum", "ave", "mul")

        def both(stateful=False, **arguments):
            return L.Bidirectional(inner(units, stateful=stateful, **arguments), merge_mode=merge)

        return both, 4 if inner is L.LSTM else 2
    arguments = {"activation": d.of("tanh", "tanh", "softsign", "sigmoid")}
    if kind != "SimpleRNN" and d.chance(0.3):
        arguments["recurrent_activation"] = d.of("sigmoid", "hard_sigmoid")
    if kind == "GRU":
        arguments["reset_after"] = d.chance(0.7)
    return lambda **a: getattr(L, kind)(units, **arguments, **a), 2 if kind == "LSTM" else 1


def encoder(g):
    """A recurrent layer that returns its states."""
    d = g.d
    kind = d.of("LSTM", "LSTM", "GRU", "GRU", "SimpleRNN", "RNN", "Bidirectional")
    create, count = recurrent(d, d.number(2, 4), kind)
    layer = create(return_state=True, return_sequences=d.chance(0.5), stateful=g.stateful)
    outputs = g.on(layer, g.pick(3))
    g.states.append((create, outputs[-count:]))
    if d.chance(0.5):  # the states are read by a decoder only
        g.pool = g.pool[:-count]


def decoder(g):
    """A recurrent layer that begins with the states of another one, or with a function of other tensors."""
    d = g.d
    if g.states and d.chance(0.7):
        create, states = d.of(*g.states)
    else:
        units = d.number(2, 3)
        create, count = recurrent(d, units, d.of("LSTM", "GRU", "SimpleRNN"))
        states = [g.on(L.Dense(units, d.of("tanh", None)), g.pick(2))[0] for _ in range(count)]
    layer = create(return_sequences=d.chance(0.7), return_state=d.chance(0.2))
    g.on(layer, g.pick(3), initial_state=states if len(states) > 1 or d.chance(0.5) else states[0])


def same_shape(g, x):
    """Another tensor of the shape of x, if necessary the result of a layer on x."""
    d = g.d
    others = [y for y in g.pool if y.shape == x.shape and y is not x]
    if others and d.chance(0.5):
        return d.of(*others)
    width = x.shape[-1]
    if len(x.shape) == 3 and d.chance(0.6):
        layer = d.of(
            lambda: L.GRU(width, return_sequences=True),
            lambda: L.LSTM(width, return_sequences=True),
            lambda: L.Conv1D(width, 2, padding=d.of("causal", "same")),
            L.LayerNormalization,
        )()
    else:
        layer = d.of(lambda: L.Dense(width, d.activation()), lambda: L.Dense(width), L.BatchNormalization)()
    return g.on(layer, x)[0]


def merged(g):
    """Two or three tensors of one shape, such as a residual connection."""
    d = g.d
    x = g.pick(2, 3, 3)
    kind = d.of(*MERGES)
    tensors = [x, *(same_shape(g, x) for _ in range(1 if kind is L.Subtract else d.number(1, 2)))]
    g.on(kind(), tensors if d.chance(0.5) else tensors[::-1])


def broadcast(g):
    """A tensor of all time steps with one that has a single step or feature."""
    d = g.d
    x = g.pick(3)
    y = g.on(L.Dense(1), x)[0] if d.chance(0.5) else g.on(L.RepeatVector(1), g.on(L.Dense(x.shape[-1]), g.pick(2))[0])[0]
    g.on(d.of(L.Add, L.Multiply, L.Maximum)(), [x, y])


def concatenated(g):
    d = g.d
    x = g.pick(2, 3, 3)
    axis = d.of(-1, -1, 1)
    rest = [i for i in range(1, len(x.shape)) if i != axis % len(x.shape)]
    fitting = [y for y in g.pool if len(y.shape) == len(x.shape) and all(y.shape[i] == x.shape[i] for i in rest)]
    tensors = [x, *(d.of(*fitting) for _ in range(d.number(1, 2)))]
    g.on(L.Concatenate(axis=axis), tensors)


def dotted(g):
    d = g.d
    x, y = g.pick(2, 3, 3), g.pick(2, 3, 3)
    axes = [(i, j) for i in range(1, len(x.shape)) for j in range(1, len(y.shape)) if x.shape[i] == y.shape[j]]
    if not axes:
        y = same_shape(g, x)
        axes = [(i, i) for i in range(1, len(x.shape))]
    pair = d.of(*axes)
    g.on(L.Dot(pair[0] if pair[0] == pair[1] else pair, normalize=d.chance(0.4)), [x, y])


def with_width(g, x, width):
    return x if x.shape[-1] == width else g.on(L.Dense(width), x)[0]


def attention(g):
    d = g.d
    query, value = g.pick(3), g.pick(3)
    value = with_width(g, value, query.shape[-1])
    tensors = [query, value]
    if d.chance(0.2):
        tensors.append(same_shape(g, value))
    layer = d.of(
        lambda: L.Attention(use_scale=d.chance(0.5), score_mode=d.of("dot", "dot", "concat")),
        lambda: L.AdditiveAttention(use_scale=d.chance(0.5)),
    )()
    g.on(layer, tensors, **call_arguments(d))


def call_arguments(d):
    arguments = {}
    if d.chance(0.3):
        arguments["use_causal_mask"] = True
    if d.chance(0.25):
        arguments["return_attention_scores"] = True
    return arguments


def heads(g):
    d = g.d
    query, value = g.pick(3), g.pick(3)
    if d.chance(0.4):
        value = query
    layer = L.MultiHeadAttention(
        d.number(1, 2), d.number(1, 3), value_dim=d.of(None, 2), use_bias=d.chance(0.8), output_shape=d.of(None, None, 3),
        dropout=0.0,
    )  # fmt: skip
    more = [value, same_shape(g, value)] if d.chance(0.2) else [value]
    outputs = g.on(layer, query, *more, **call_arguments(d))
    if len(outputs) > 1:
        g.pool.remove(outputs[1])  # of rank 4, not for layers
        if d.chance(0.5):
            g.on(L.GlobalAveragePooling2D(data_format="channels_last"), outputs[1])


def rare(g):
    """What may be refused."""
    d = g.d
    x = g.pick(2, 3)
    d.of(
        lambda: g.pool.append(keras.ops.sin(x)),
        lambda: g.pool.append(x * 0.5),
        lambda: g.on(L.GaussianNoise(0.0), x, training=False),
        lambda: g.on(L.Bidirectional(L.GRU(2), merge_mode=None), g.pick(3)),
    )()
    g.read.add(id(x))


STEPS = [
    plain, plain, plain, plain, plain, constrained, normalized, shared, shared, shared, encoder, encoder, decoder, decoder, merged,
    merged, broadcast, concatenated, concatenated, dotted, attention, heads,
]  # fmt: skip


class Branch:
    """A tensor with the interface of a Sequential, to which head adds the last layer."""

    def __init__(self, tensor):
        self.tensor = tensor

    @property
    def output_shape(self):
        return self.tensor.shape

    def add(self, layer):
        self.tensor = layer(self.tensor)


def ends(g):
    """Returns one to three tensors of rank 2 or 3 that depend on all that no layer reads."""
    d = g.d
    left = [x for x in g.pool if id(x) not in g.read]
    left = [L.GlobalAveragePooling2D()(x) if len(x.shape) == 4 else x for x in left]
    count = min(len(left), d.number(1, 3))
    own = [left.pop(d.number(0, len(left) - 1)) for _ in range(count)]
    if left:
        vectors = [L.GlobalAveragePooling1D()(x) if len(x.shape) == 3 else x for x in [own.pop(), *left]]
        own.append(L.Concatenate()(vectors))
    return own


def build(d):
    g = Graph(d)
    for _ in range(d.of(1, 1, 2, 2, 3)):
        d.of(tokens, tokens, tokens, series, series, series, vector, vector, image, images)(g)
    wanted = d.number(3, 8)
    for _ in range(3 * wanted):
        if wanted:
            step = rare if d.chance(0.006) else d.of(*STEPS)
            try:
                step(g)
                wanted -= 1
            except ValueError:  # some layers do not fit together
                continue
    branches = [Branch(x) for x in ends(g)]
    heads = [head(d, branch, g.rows) for branch in branches]
    return g, keras.Model(g.inputs, [branch.tensor for branch in branches]), heads


def compile_model(d, model, heads):
    losses = [loss for _, loss, _ in heads]
    metrics = [chosen for _, _, chosen in heads]
    sparse = keras.losses.SparseCategoricalCrossentropy
    weighted = [["mse"] if d.chance(0.2) and not isinstance(loss, sparse) else [] for loss in losses]
    weights = [d.of(0.3, 1.0, 2.0) for _ in heads] if d.chance(0.5) else None
    if len(heads) == 1:
        losses, metrics, weighted, weights = losses[0], metrics[0], weighted[0], weights and weights[0]
    model.compile(optimizer(d), losses, loss_weights=weights, metrics=metrics, weighted_metrics=weighted, run_eagerly=True)


def one(values):
    return values[0] if len(values) == 1 else values


def make(seed, folder):
    reason = None
    for attempt in range(100):
        keras.backend.clear_session()
        keras.utils.set_random_seed(seed)
        try:
            d = Draw([seed, attempt, 1])
            g, model, heads = build(d)
            if any(0 in output.shape for output in model.outputs):
                continue
            randomize(d, model)
            compile_model(d, model, heads)
            x, y = one(g.x), one([y for y, _, _ in heads])
            w = None
            if d.chance(0.3):
                w = []
                for target, output in zip([y for y, _, _ in heads], model.outputs):
                    shape = (g.rows,) if len(output.shape) == 2 else target.shape[:2]
                    w.append(d.rng.uniform(0.2, 2, shape).astype("float32"))
                w = one(w)
            predicted = predict(model, x)
            if not np.isfinite(predicted).all() or np.abs(predicted).max() > 50:
                continue
            part = lambda a: None if a is None else one([each[: g.batch] for each in listed(a)])
            model.train_on_batch(part(x), part(y), sample_weight=part(w))  # so that there is a state of the optimizer
            predicted = predict(model, x)
            if not np.isfinite(predicted).all() or np.abs(predicted).max() > 50:
                continue
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            model.save(folder / "model.keras")
            info = {"seed": seed, "attempt": attempt, "batch_size": g.batch, "compiled": True, "train": True}
            info |= {"stateful": g.stateful, "backend": keras.backend.backend()}
            info["layers"] = [layer.__class__.__name__ for layer in model.layers]
            for name, arrays in ("x", x), ("y", y), ("w", w):
                info[f"{name}_shape"] = write(folder, name, arrays)
            predicted.tofile(folder / "k_pred.bin")
            info["evaluation"] = evaluate(model, info, x, y, w)
            for name, weights in train(model, info, x, y, w).items():
                weights.tofile(folder / f"k_{name.replace(' ', '')}.bin")
            (folder / "info.json").write_text(json.dumps(info))
            return
        except Exception as error:  # of any kind and from any part of the backend
            reason = error
            shutil.rmtree(folder, ignore_errors=True)
    raise RuntimeError(f"no model from seed {seed}: {reason}")


def write(folder, name, arrays):
    """Writes an array or a list of arrays and returns its shape or their shapes, with an axis for one weight."""
    if arrays is None:
        return None
    if isinstance(arrays, list):
        return [write(folder, f"{name}{i}", array) for i, array in enumerate(arrays)]
    arrays.tofile(folder / f"{name}.bin")
    return [*arrays.shape, 1] if name.startswith("w") and arrays.ndim == 1 else list(arrays.shape)


if __name__ == "__main__":
    random_models.main(make)
