"""Writes reference values of penalties on weights, computed by Keras: regularizers.json.

The models have l1, l2 and l1_l2 on kernels, recurrent kernels, biases and embeddings. For each model, the file contains
the configuration, weights, data, the evaluation before training, the losses of training, and the final weights. The
last batch is smaller than the others.
"""

import json
import pathlib

import keras
import numpy as np
from keras import layers as L
from keras import regularizers as R

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/regularizers.json"
rng = np.random.default_rng(31)


def numbers(array):
    """float32 values as the shortest decimals that read back to the same float32."""
    return [float(str(v)) for v in np.asarray(array, "float32").ravel()]


def case(name, stack, x, y, optimizer):
    model = keras.Sequential(stack)
    for v in model.weights:
        v.assign(rng.normal(0, 0.5, v.shape))
    model.compile(optimizer, "mse", metrics=["mae"])
    weights = [numbers(v) for v in model.weights]
    evaluation = model.evaluate(x, y, batch_size=4, verbose=0)
    history = model.fit(
        x, y, batch_size=4, epochs=3, shuffle=False, verbose=0, validation_data=(x[:5], y[:5])
    )
    return {
        "name": name,
        "keras_config": model.get_config(),
        "weights": weights,
        "x": x.tolist(),
        "y": y.tolist(),
        "optimizer": keras.optimizers.serialize(model.optimizer),
        "evaluation": [float(v) for v in evaluation],
        "loss": history.history["loss"],
        "val_loss": history.history["val_loss"],
        "weights_after": [numbers(v) for v in model.weights],
    }


def recurrent(layer, **more):
    return [
        L.Input((5, 3)),
        layer(
            4,
            kernel_regularizer=R.L1(0.02),
            recurrent_regularizer=R.L2(0.03),
            bias_regularizer=R.L1L2(l1=0.01, l2=0.02),
            **more,
        ),
        L.Dense(2, kernel_regularizer=R.L1L2(l1=0.004, l2=0.03), bias_regularizer=R.L2(0.05)),
    ]


x = np.round(rng.normal(size=(11, 5, 3)), 3)
y = np.round(rng.normal(size=(11, 2)), 3)
ids = rng.integers(0, 6, size=(11, 4))
embedded = [
    L.Input((4,)),
    L.Embedding(9, 3, embeddings_regularizer=R.L2(0.02)),
    L.SimpleRNN(3),
    L.Dense(2),
]
cases = [
    case("simple_rnn", recurrent(L.SimpleRNN), x, y, keras.optimizers.SGD(0.05)),
    case("lstm", recurrent(L.LSTM), x, y, keras.optimizers.Adam(0.01)),
    case("gru", recurrent(L.GRU), x, y, keras.optimizers.RMSprop(0.01)),
    case("embedding", embedded, ids, y, keras.optimizers.Adam(0.01)),
]
OUT.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
print(len(cases), "cases")
