"""Writes training runs with sample weights, class weights, masks and weighted metrics, computed by Keras: keras/weighted.json."""

import json
import pathlib

import keras
import numpy as np
from keras import layers as L

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/keras/weighted.json"
N, T, F, BATCH = 11, 5, 3, 4
rng = np.random.default_rng(4)
keras.utils.set_random_seed(4)


def nested(array):
    """float32 values as the shortest decimals that read back to the same float32."""
    array = np.asarray(array, "float32")
    return [nested(a) for a in array] if array.ndim else float(str(array))


def case(name, layers, y, loss, weights=None, class_weight=None, masked=False, metrics=("mae",)):
    x = rng.normal(size=(N, T, F)).astype("float32")
    if masked:
        for row, steps in ((0, [3, 4]), (2, [0, 1]), (4, [2]), (5, [0, 1, 2, 3, 4]), (9, [1, 4])):
            x[row, steps] = 0
    model = keras.Sequential([keras.Input((T, F)), *layers])
    # eagerly: compiled, Keras fails on weights of time steps
    model.compile(
        keras.optimizers.Adam(0.05), loss, metrics=list(metrics), weighted_metrics=list(metrics), run_eagerly=True
    )
    result = {
        "name": name, "config": model.get_config(), "loss": loss, "metrics": list(metrics), "batch_size": BATCH,
        "start": [nested(w.ravel()) for w in model.get_weights()], "x": nested(x), "y": nested(y),
        "weights": None if weights is None else nested(weights), "class_weight": class_weight,
    }
    y = np.asarray(y, "float32")
    logs = model.evaluate(x, y, BATCH, sample_weight=weights, verbose=0, return_dict=True)
    result["evaluation"] = {k: float(v) for k, v in logs.items()}
    history = model.fit(
        x, y, BATCH, epochs=2, shuffle=False, verbose=0, sample_weight=weights, class_weight=class_weight,
        validation_data=(x, y) if weights is None else (x, y, weights),
    ).history
    result["history"] = {k: [float(v) for v in values] for k, values in history.items()}
    result["end"] = [nested(w.ravel()) for w in model.get_weights()]
    return result


def cases():
    per_sample = rng.uniform(0, 3, N).astype("float32")
    per_sample[3] = 0
    per_step = rng.uniform(0, 3, (N, T)).astype("float32")
    y = rng.normal(size=(N, 2))
    steps = rng.normal(size=(N, T, 2))
    yield case("samples", [L.GRU(3), L.Dense(2)], y, "mse", per_sample)
    yield case("no weights", [L.GRU(3), L.Dense(2)], y, "mse")
    yield case("steps", [L.GRU(3, return_sequences=True), L.Dense(2)], steps, "mse", per_step)
    yield case("masked steps", [L.Masking(), L.LSTM(3, return_sequences=True), L.Dense(2)], steps, "mse", per_step, masked=True)
    yield case("masked, no weights", [L.Masking(), L.LSTM(3, return_sequences=True), L.Dense(2)], steps, "mse", masked=True)
    yield case("masked samples", [L.Masking(), L.LSTM(3), L.Dense(2)], y, "mse", per_sample, masked=True)
    classes = rng.integers(0, 3, (N, 1))
    weights = {0: 0.5, 2: 3.0}
    yield case("classes", [L.GRU(3), L.Dense(3, activation="softmax")], classes, "sparse_categorical_crossentropy",
               class_weight=weights, metrics=("accuracy",))
    yield case("one-hot classes", [L.GRU(3), L.Dense(3, activation="softmax")], np.eye(3)[classes[:, 0]],
               "categorical_crossentropy", class_weight=weights, metrics=("accuracy",))
    yield case("yes or no", [L.GRU(3), L.Dense(1, activation="sigmoid")], classes > 0, "binary_crossentropy",
               class_weight={1: 4.0}, metrics=("accuracy",))
    yield case("weighted yes or no", [L.GRU(3), L.Dense(1, activation="sigmoid")], classes > 0, "binary_crossentropy",
               per_sample, metrics=("accuracy", "precision", "auc"))


OUT.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases()) + "\n]\n")
