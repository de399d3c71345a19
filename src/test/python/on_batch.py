"""Writes losses, metrics and weights of train_on_batch and test_on_batch, computed by Keras: on_batch.json.

OnBatchTest builds the same models.
"""

import json
import pathlib
import zlib

import keras
import numpy as np
from keras import layers as L

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/on_batch.json"


def nested(array):
    """float32 values as the shortest decimals that read back to the same float32."""
    array = np.asarray(array, "float32")
    return [nested(a) for a in array] if array.ndim else float(str(array))


def chain():
    return keras.Sequential([keras.Input((4, 3)), L.GRU(3), L.Dense(2, activation="softmax", kernel_regularizer="l2")])


def graph():
    series, place = keras.Input((4, 3)), keras.Input((2,))
    both = L.Concatenate()([L.LSTM(3)(series), place])
    return keras.Model([series, place], [L.Dense(1, name="price")(both), L.Dense(2, name="level")(both)])


def stateful():
    return keras.Sequential([keras.Input(batch_shape=(5, 4, 3)), L.LSTM(3, stateful=True), L.Dense(1)])


def case(build, compile_arguments, targets, rows=(5, 5, 3, 5), sample_weights=False, class_weight=None):
    rng = np.random.default_rng(zlib.crc32(build.__name__.encode()))
    model = build()
    start = [0.5 * rng.normal(size=w.shape).astype("float32") for w in model.get_weights()]
    model.set_weights(start)
    model.compile(**compile_arguments)
    calls = []
    for number, n in enumerate(rows):
        x = [rng.normal(size=(n, *i.shape[1:])).astype("float32") for i in model.inputs]
        y = targets(rng, n)
        call = {"call": "test" if number == 2 else "train", "x": [nested(a) for a in x], "y": [nested(a) for a in y]}
        options = {}
        if sample_weights and number > 0:
            options["sample_weight"] = rng.uniform(0, 2, n).astype("float32")
            call["weights"] = nested(options["sample_weight"])
        if class_weight and number == 1:
            options["class_weight"] = {int(k): v for k, v in class_weight.items()}
            call["class_weight"] = class_weight
        run = model.test_on_batch if number == 2 else model.train_on_batch
        logs = run(x if len(x) > 1 else x[0], y if len(y) > 1 else y[0], return_dict=True, **options)
        call["logs"] = {k: float(v) for k, v in logs.items()}
        calls.append(call)
    return {"name": build.__name__, "start": [nested(w.ravel()) for w in start], "calls": calls,
            "end": [nested(w.ravel()) for w in model.get_weights()]}


cases = [
    case(chain, {"optimizer": keras.optimizers.Adam(0.05), "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]},
         lambda rng, n: [rng.integers(0, 2, (n, 1))], class_weight={"0": 0.5, "1": 3.0}),
    case(graph, {"optimizer": keras.optimizers.RMSprop(0.05), "loss": {"price": "mse", "level": "mae"},
                 "loss_weights": {"price": 0.5, "level": 2.0}, "metrics": {"price": ["mae"]}},
         lambda rng, n: [rng.normal(size=(n, 1)), rng.normal(size=(n, 2))]),
    case(stateful, {"optimizer": keras.optimizers.SGD(0.1, momentum=0.9), "loss": "mse", "weighted_metrics": ["mae"]},
         lambda rng, n: [rng.normal(size=(n, 1))], rows=(5, 5, 5, 5), sample_weights=True),
]
OUT.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
