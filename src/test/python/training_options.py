"""Writes training runs with options of losses and optimizers, and repeated ids of embeddings, computed by Keras: keras/training_options.json."""

import json
import pathlib
import zlib

import keras
import numpy as np
from keras import layers as L
from keras import losses
from keras import optimizers as O
from keras import regularizers

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/keras/training_options.json"
N, T, F, BATCH = 11, 4, 3, 4


def nested(array):
    """float32 values as the shortest decimals that read back to the same float32."""
    array = np.asarray(array, "float32")
    return [nested(a) for a in array] if array.ndim else float(str(array))


def case(name, layers, y, loss, optimizer=None, weights=None, masked=False, ids=0, metrics=()):
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    keras.utils.set_random_seed(zlib.crc32(name.encode()) % 2**31)
    if ids:
        x = rng.integers(0, ids, (N, T)).astype("float32")
    else:
        x = rng.normal(size=(N, T, F)).astype("float32")
    if masked:
        for row, steps in ((0, [2, 3]), (2, [0, 1]), (4, [2]), (5, [0, 1, 2, 3]), (9, [1, 3])):
            x[row, steps] = 0
    model = keras.Sequential([keras.Input(x.shape[1:]), *layers])
    start = [0.5 * rng.normal(size=w.shape).astype("float32") for w in model.get_weights()]
    start = [np.abs(w) if v.name == "moving_variance" else w for w, v in zip(start, model.weights)]
    model.set_weights(start)
    # Compiled, Keras fails on weights of time steps.
    eagerly = weights is not None and weights.ndim > 1
    model.compile(optimizer or O.SGD(0.5), loss, metrics=list(metrics), run_eagerly=eagerly)
    result = {
        "name": name, "config": json.loads(model.to_json())["config"], "compile": model.get_compile_config(),
        "batch_size": BATCH, "start": [nested(w.ravel()) for w in start], "x": nested(x), "y": nested(y),
        "weights": None if weights is None else nested(weights),
    }
    y = np.asarray(y, "float32")
    logs = model.evaluate(x, y, BATCH, sample_weight=weights, verbose=0, return_dict=True)
    result["evaluation"] = {k: float(v) for k, v in logs.items()}
    history = model.fit(x, y, BATCH, epochs=2, shuffle=False, verbose=0, sample_weight=weights).history
    result["history"] = {k: [float(v) for v in values] for k, values in history.items()}
    result["end"] = [nested(w.ravel()) for w in model.get_weights()]
    return result


def sequences(units, activation=None):
    return [L.Masking(), L.SimpleRNN(3, return_sequences=True), L.Dense(units, activation=activation)]


def cases():
    rng = np.random.default_rng(7)
    y = rng.normal(size=(N, 2))
    steps = rng.normal(size=(N, T, 2))
    hot = (rng.uniform(size=(N, T, 2)) < 0.4) * 1.0
    classes = rng.integers(0, 3, (N, T, 1))
    classes[4] = 0
    per_sample = rng.uniform(0, 3, N).astype("float32")
    per_step = rng.uniform(0, 3, (N, T)).astype("float32")

    sparse = losses.SparseCategoricalCrossentropy
    for masked in (False, True):
        tail = ", masked" if masked else ""
        yield case("ignored class 0" + tail, sequences(3, "softmax"), classes, sparse(ignore_class=0), masked=masked,
                   metrics=["accuracy"])
        yield case("ignored class 0, weights" + tail, sequences(3, "softmax"), classes, sparse(ignore_class=0),
                   weights=per_step, masked=masked)
        yield case("ignored class -1 of logits" + tail, sequences(3), classes - 1,
                   sparse(ignore_class=-1, from_logits=True), masked=masked)
        for reduction in ("sum", "none", "mean_with_sample_weight"):
            for weights in (None, per_step):
                yield case(f"{reduction}{', weights' if weights is not None else ''}{tail}", sequences(2), steps,
                           losses.MeanSquaredError(reduction=reduction), O.SGD(0.01), weights, masked)
        for loss in (losses.Dice(), losses.Tversky(0.3, 0.8)):
            yield case(loss.name + tail, sequences(2, "sigmoid"), hot, loss, masked=masked)
            yield case(loss.name + ", weights" + tail, sequences(2, "sigmoid"), hot, loss, weights=per_step,
                       masked=masked)
    yield case("sum of dice", sequences(2, "sigmoid"), hot, losses.Dice(reduction="sum"))
    yield case("sum of dice, weights", sequences(2, "sigmoid"), hot, losses.Dice(reduction="sum"), O.SGD(0.01), per_step)
    yield case("ignored class, sum", sequences(3, "softmax"), classes, sparse(ignore_class=0, reduction="sum"),
               O.SGD(0.01))
    yield case("ignored class, mean with weights", sequences(3, "softmax"), classes,
               sparse(ignore_class=0, reduction="mean_with_sample_weight"), weights=per_step)
    yield case("weights of samples", [L.SimpleRNN(3), L.Dense(2)], y,
               losses.MeanSquaredError(reduction="mean_with_sample_weight"), O.SGD(0.1), per_sample)
    yield case("dice, weights of samples", [L.SimpleRNN(3), L.Dense(2, activation="sigmoid")], y > 0, losses.Dice(),
               weights=per_sample)
    yield case("dice behind batch normalization", [L.SimpleRNN(3, return_sequences=True), L.BatchNormalization(),
                                                   L.Dense(2, activation="sigmoid")], hot, losses.Dice())
    yield case("sum with a penalty", [L.SimpleRNN(3), L.Dense(2, kernel_regularizer="l2")], y,
               losses.MeanSquaredError(reduction="sum"), O.SGD(0.01))
    dense = [L.SimpleRNN(3), L.Dense(2, activation="sigmoid")]
    yield case("binary focal", dense, y > 0, losses.BinaryFocalCrossentropy(apply_class_balancing=True))
    yield case("binary focal of logits", [L.SimpleRNN(3), L.Dense(2)], y > 0,
               losses.BinaryFocalCrossentropy(from_logits=True, gamma=1.0))
    yield case("categorical focal", [L.SimpleRNN(3), L.Dense(2, activation="softmax")],
               np.eye(2)[1 * (y[:, 0] > 0)], losses.CategoricalFocalCrossentropy(label_smoothing=0.1))
    yield case("cosine", [L.SimpleRNN(3), L.Dense(2)], y, "cosine_similarity", metrics=["cosine_similarity"])

    linear = lambda: [L.Flatten(), L.Dense(2)]
    for name, optimizer in {
        "average": O.SGD(0.1, use_ema=True, ema_momentum=0.8),
        "average that overwrites": O.Adam(0.1, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=2),
        "accumulated": O.SGD(0.1, momentum=0.9, gradient_accumulation_steps=2),
        "accumulated average": O.Adam(0.1, gradient_accumulation_steps=2, use_ema=True, ema_overwrite_frequency=3),
        "scaled loss": O.SGD(0.1, loss_scale_factor=8.0),
        "lion": O.Lion(0.05, weight_decay=0.1), "lamb": O.Lamb(0.05), "ftrl": O.Ftrl(0.5, l1_regularization_strength=0.01),
    }.items():
        yield case(name, linear(), y, "mse", optimizer)

    embedded = lambda regularizer=None: [L.Embedding(3, 2, embeddings_regularizer=regularizer), L.Flatten(), L.Dense(2)]
    for name, optimizer, regularizer in (
        ("adam", O.Adam(0.1), None), ("adamax", O.Adamax(0.1), None), ("lamb", O.Lamb(0.1), None),
        ("adamax, penalty", O.Adamax(0.1), "l2"), ("clipvalue, penalty", O.Adam(0.1, clipvalue=0.02), "l2"),
        ("clipvalue", O.SGD(0.5, clipvalue=0.02), None), ("adam, clipvalue", O.Adam(0.1, clipvalue=0.02), None),
        ("adamax, clipnorm", O.Adamax(0.1, clipnorm=0.1), None), ("rmsprop", O.RMSprop(0.1), None),
        ("adamax, global clipnorm", O.Adamax(0.1, global_clipnorm=0.1), None), ("ftrl", O.Ftrl(0.5), None),
        ("adam, accumulated", O.Adam(0.1, gradient_accumulation_steps=2, clipvalue=0.02), None),
        ("nadam", O.Nadam(0.1), None), ("lion", O.Lion(0.1), None),
    ):
        yield case("ids, " + name, embedded(regularizer), y, "mse", optimizer, ids=3)
    yield case("ids, adamax, masked", [L.Embedding(3, 2, mask_zero=True), L.SimpleRNN(3), L.Dense(2)], y, "mse",
               O.Adamax(0.1), ids=3)


lines = []
for result in cases():
    print(result["name"])
    lines.append(json.dumps(result))
OUT.write_text("[\n" + ",\n".join(lines) + "\n]\n")
