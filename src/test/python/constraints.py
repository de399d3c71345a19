"""Writes reference values of constraints on weights, computed by Keras: constraints.json.

Each case is a model with constraints on all its weights, its weights before and after three steps of training, and the
losses of the steps. The last batch is smaller than the others. There is one model of Embedding, Conv1D, LSTM and Dense
for each constraint; the other cases have the other layers, and options of the optimizer.
"""

import json
import pathlib

import keras
import numpy as np
from keras import constraints as C
from keras import layers as L
from keras import optimizers as O

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/constraints.json"
rng = np.random.default_rng(1503)
IDS = rng.integers(0, 7, size=(8, 5))
X = np.round(rng.normal(size=(8, 5, 2)), 3)
Y = np.round(rng.normal(size=(8, 2)), 3)


def numbers(array):
    """float32 values as the shortest decimals that read back to the same float32."""
    return [float(str(v)) for v in np.asarray(array, "float32").ravel()]


class Losses(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.values = []

    def on_train_batch_end(self, batch, logs=None):
        self.values.append(float(logs["loss"]))


def case(name, stack, optimizer):
    model = keras.Sequential(stack)
    for v in model.weights:
        v.assign(rng.normal(0.1, 0.8, v.shape) if "variance" not in v.name else np.ones(v.shape))
    model.compile(optimizer, "mse")
    weights = [numbers(v) for v in model.weights]
    losses = Losses()
    data = IDS if isinstance(model.layers[0], L.Embedding) else X
    model.fit(data, Y, batch_size=3, epochs=1, shuffle=False, verbose=0, callbacks=[losses])
    return {
        "name": name,
        "keras_config": model.get_config(),
        "weights": weights,
        "optimizer": keras.optimizers.serialize(model.optimizer),
        "losses": losses.values,
        "weights_after": [numbers(v) for v in model.weights],
    }


def main_stack(norm):
    """norm(axis) returns the constraint; biases have the default axis."""
    return [
        L.Input((5,)),
        L.Embedding(7, 3, embeddings_constraint=norm(1)),
        L.Conv1D(4, 2, kernel_constraint=norm([0, 1]), bias_constraint=norm(0)),
        L.LSTM(3, kernel_constraint=norm(0), recurrent_constraint=norm(-1), bias_constraint=norm(0)),
        L.Dense(2, kernel_constraint=norm(0), bias_constraint=norm(0)),
    ]


others = [
    L.Input((5, 2)),
    L.SeparableConv1D(3, 2, depthwise_constraint=C.MaxNorm(0.5), pointwise_constraint=C.UnitNorm(axis=[0, 1]), bias_constraint="non_neg"),
    L.PReLU(shared_axes=[1], alpha_constraint=C.MinMaxNorm(0.1, 0.3, axis=1)),
    L.BatchNormalization(beta_constraint=C.MaxNorm(0.25), gamma_constraint=C.NonNeg()),
    L.DepthwiseConv1D(2, depthwise_constraint=C.UnitNorm(), bias_constraint=C.MaxNorm(0.25)),
    L.LayerNormalization(beta_constraint=C.NonNeg(), gamma_constraint=C.UnitNorm()),
    L.GRU(2, return_sequences=True, kernel_constraint=C.MaxNorm(0.75, axis=1), recurrent_constraint=C.NonNeg(), bias_constraint=C.UnitNorm()),
    L.Bidirectional(L.SimpleRNN(2, kernel_constraint=C.MaxNorm(0.5), recurrent_constraint=C.UnitNorm(axis=[0, 1]), bias_constraint=C.NonNeg())),
    L.Reshape((2, 2)),
    L.TimeDistributed(L.Dense(2, kernel_constraint=C.MaxNorm(1.0, axis=None))),
    L.RNN(L.StackedRNNCells([L.GRUCell(2, kernel_constraint=C.MaxNorm(0.5)), L.LSTMCell(2, recurrent_constraint=C.UnitNorm())])),
]
image = [
    L.Input((5, 2)),
    L.Reshape((5, 2, 1, 1)),
    L.ConvLSTM2D(1, (2, 1), kernel_constraint=C.MaxNorm(0.5, axis=[0, 1, 2]), recurrent_constraint=C.UnitNorm(), bias_constraint=C.NonNeg()),
    L.Flatten(),
    L.Dense(2),
]


def small():
    return [
        L.Input((5, 2)),
        L.SimpleRNN(2, kernel_constraint=C.MaxNorm(0.5), recurrent_constraint=C.UnitNorm()),
        L.Dense(2, kernel_constraint=C.MinMaxNorm(0.2, 0.4, 0.5), bias_constraint=C.NonNeg()),
    ]


CASES = [
    ("max_norm", main_stack(lambda a: C.MaxNorm(0.6, axis=a)), O.SGD(0.1)),
    ("max_norm_default", main_stack(lambda a: C.MaxNorm() if a == 0 else C.MaxNorm(axis=a)), O.SGD(0.05, momentum=0.9)),
    ("non_neg", main_stack(lambda a: C.NonNeg()), O.SGD(0.1, momentum=0.9)),
    ("unit_norm", main_stack(lambda a: C.UnitNorm(axis=a)), O.SGD(0.1, momentum=0.5, nesterov=True)),
    ("min_max_norm", main_stack(lambda a: C.MinMaxNorm(0.4, 0.7, 0.25, axis=a)), O.SGD(0.1)),
    ("min_max_norm_default", main_stack(lambda a: C.MinMaxNorm(axis=a)), O.SGD(0.1)),
    ("others", others, O.SGD(0.05)),
    ("image", image, O.SGD(0.1)),
    ("weight_decay", small(), O.SGD(0.1, weight_decay=0.5)),
    ("moving_average", small(), O.SGD(0.1, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2)),
    ("accumulation", small(), O.SGD(0.1, gradient_accumulation_steps=2)),
]
file = {"ids": IDS.tolist(), "x": X.tolist(), "y": Y.tolist(), "cases": [case(*c) for c in CASES]}
OUT.write_text("{" + ",\n".join(f'"{k}": ' + json.dumps(file[k]) for k in ("ids", "x", "y")) + ',\n"cases": [\n'
               + ",\n".join(json.dumps(c) for c in file["cases"]) + "\n]}\n")
print(len(CASES), "cases,", OUT.stat().st_size, "bytes")
