"""Compares random models with Keras, both ways: outputs, evaluation, three training steps, saved files.

    python src/test/python/random_models.py make DIR --first 0 --count 50
    java -cp target/test-classes:target/classes:… org.unroll.keras.RandomModels DIR
    python src/test/python/random_models.py compare DIR

"make" draws a model from each seed: input (vectors, sequences, masked sequences, token ids with repeated ids, images),
layers, wrappers, weights, loss, optimizer, metrics, sample weights. It saves the model and what Keras computes with it
on TensorFlow (or another backend: KERAS_BACKEND=torch is several times as fast, but many optimizers treat repeated ids of
an Embedding differently there). RandomModels loads the file and computes the same. "compare" reports every difference above 1e-4 of the
scale of the values, loads the files that Java saved and compares again, and looks for an explanation of a difference:

- rounding: Keras itself changes by at least a third as much if all weights change by the rounding error of a float, in
  one of five draws (a gradient that is zero but for rounding changes its sign in some draws only, and Lion steps by it)
- reloading: Keras itself computes numbers that differ as much after it has loaded its own file
- backends: Keras on another backend (in another process) agrees with Java, or differs from the first as much

What is left is unexplained. Models that Java refuses are listed with the message. Needs Keras with TensorFlow, Torch, JAX.
"""

import argparse
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import warnings

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
warnings.simplefilter("ignore")
import keras
import numpy as np
from keras import layers as L
from keras import losses, metrics, optimizers

LIMIT = 1e-4
STEPS = 3
SHAKES = 5
BOUNDED = ["tanh", "sigmoid", "softsign", "hard_sigmoid", "hard_tanh", "sparse_sigmoid", "softmax", "sparsemax"]
ACTIVATIONS = [
    *BOUNDED, None, "relu", "elu", "selu", "gelu", "silu", "swish", "softplus", "leaky_relu", "relu6", "celu", "mish",
    "hard_silu", "hard_shrink", "soft_shrink", "tanh_shrink", "log_sigmoid", "squareplus", "sparse_plus", "log_softmax",
]  # fmt: skip


class Draw:
    """The random choices of one model."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.noise = False

    def of(self, *choices):
        return choices[self.rng.integers(len(choices))]

    def chance(self, p):
        return bool(self.rng.random() < p)

    def number(self, low, high):
        return int(self.rng.integers(low, high + 1))

    def activation(self):
        return self.of(*ACTIVATIONS)

    def regularizer(self):
        return self.of(None, None, None, None, "l1", "l2", keras.regularizers.L1L2(0.02, 0.01))


def recurrent_arguments(d, sequences):
    arguments = {"return_sequences": sequences, "use_bias": d.chance(0.8)}
    arguments["go_backwards"] = d.chance(0.2)
    arguments["zero_output_for_mask"] = d.chance(0.2)
    arguments["kernel_regularizer"] = d.regularizer()
    arguments["recurrent_regularizer"] = d.regularizer()
    arguments["activity_regularizer"] = d.regularizer()
    return arguments


def cell_arguments(d, gated):
    arguments = {"activation": d.of("tanh", "tanh", *BOUNDED, "relu", "gelu", "silu", "log_softmax")}
    if gated:
        arguments["recurrent_activation"] = d.of("sigmoid", "sigmoid", *BOUNDED)
    return arguments


def cell(d):
    units = d.number(1, 4)
    kind = d.number(0, 2)
    if kind == 0:
        return L.SimpleRNNCell(units, **cell_arguments(d, False))
    if kind == 1:
        return L.LSTMCell(units, unit_forget_bias=d.chance(0.5), **cell_arguments(d, True))
    return L.GRUCell(units, reset_after=d.chance(0.6), **cell_arguments(d, True))


def recurrent(d, sequences, wrapped=False):
    units = d.number(1, 5)
    arguments = recurrent_arguments(d, sequences)
    if wrapped:
        del arguments["go_backwards"], arguments["activity_regularizer"]
    kind = d.number(0, 4)
    if kind == 0:
        return L.SimpleRNN(units, **arguments, **cell_arguments(d, False))
    if kind in (1, 2):
        return L.LSTM(units, unit_forget_bias=d.chance(0.5), **arguments, **cell_arguments(d, True))
    if kind == 3:
        return L.GRU(units, reset_after=d.chance(0.6), **arguments, **cell_arguments(d, True))
    cells = [cell(d) for _ in range(d.number(1, 3))]
    for name in "use_bias", "kernel_regularizer", "recurrent_regularizer":
        del arguments[name]
    return L.RNN(cells[0] if len(cells) == 1 else cells, **arguments)


def anywhere(d):
    """Layers for any shape."""
    return d.of(
        lambda: L.Dense(d.number(1, 6), d.activation(), use_bias=d.chance(0.8), kernel_regularizer=d.regularizer(),
                        bias_regularizer=d.regularizer(), activity_regularizer=d.regularizer()),
        lambda: L.Dense(d.number(2, 6), d.activation()),
        lambda: L.Activation(d.activation() or "linear"),
        lambda: L.ReLU(d.of(None, 6.0, 1.5), d.of(0.0, 0.1), d.of(0.0, 0.2)),
        lambda: L.LeakyReLU(d.of(0.3, 0.05)),
        lambda: L.ELU(d.of(1.0, 0.5)),
        lambda: L.PReLU(shared_axes=d.of(None, [1])),
        lambda: L.LayerNormalization(epsilon=d.of(1e-3, 1e-2), center=d.chance(0.7), scale=d.chance(0.7)),
        lambda: L.BatchNormalization(momentum=d.of(0.99, 0.8), center=d.chance(0.7), scale=d.chance(0.7)),
        lambda: L.Rescaling(d.of(0.5, -2.0), d.of(0.0, 0.3)),
        lambda: L.UnitNormalization(),
        lambda: L.ActivityRegularization(0.01, 0.02),
        lambda: noise(d),
    )()  # fmt: skip


def noise(d):
    d.noise = True
    rate = d.of(0.2, 0.5)
    return d.of(L.Dropout, L.GaussianDropout, L.AlphaDropout, L.GaussianNoise)(rate)


def windows(d):
    """Convolution and pooling over time."""
    padding = d.of("valid", "same")
    strides = d.of(1, 1, 2)
    dilation = d.of(1, 2) if strides == 1 else 1
    size = d.number(1, 3)
    convolution = {"strides": strides, "dilation_rate": dilation, "padding": padding, "activation": d.activation()}
    return d.of(
        lambda: L.Conv1D(d.number(1, 4), size, **{**convolution, "padding": d.of(padding, "causal")},
                         activity_regularizer=d.regularizer()),
        lambda: L.SeparableConv1D(d.number(1, 4), size, depth_multiplier=d.number(1, 2), **convolution),
        lambda: L.DepthwiseConv1D(size, depth_multiplier=d.number(1, 2), **convolution),
        lambda: L.MaxPooling1D(size, d.of(None, 1, 2), padding),
        lambda: L.AveragePooling1D(size, d.of(None, 1, 2), padding),
        lambda: L.UpSampling1D(d.number(1, 3)),
        lambda: L.ZeroPadding1D((d.number(0, 2), d.number(0, 2))),
        lambda: L.Cropping1D((d.number(0, 2), d.number(0, 1))),
    )()  # fmt: skip


def on_sequence(d, shape):
    kind = d.number(0, 13)
    if kind < 3:
        return recurrent(d, True)
    if kind == 3:
        inner = recurrent(d, True, wrapped=True)
        return L.Bidirectional(inner, merge_mode=d.of("concat", "sum", "ave", "mul"))
    if kind < 6:
        return windows(d)
    if kind == 6:
        return L.TimeDistributed(d.of(
            lambda: L.Dense(d.number(1, 4), d.activation()),
            lambda: L.LayerNormalization(),
            lambda: keras.Sequential([L.Dense(d.number(1, 4), "tanh"), L.Dense(2)]),
        )())  # fmt: skip
    if kind == 7:
        return keras.Sequential([recurrent(d, True, wrapped=True), L.Dense(d.number(1, 4), d.activation())])
    if kind == 8:
        return d.of(
            lambda: L.Permute((2, 1)),
            lambda: L.Reshape((-1, 1)),
            lambda: L.SpatialDropout1D(0.0),
        )()
    return anywhere(d)


def to_vector(d):
    return d.of(
        lambda: recurrent(d, False),
        lambda: recurrent(d, False),
        lambda: L.Bidirectional(recurrent(d, False, wrapped=True), merge_mode=d.of("concat", "sum", "ave", "mul")),
        lambda: L.GlobalMaxPooling1D(),
        lambda: L.GlobalAveragePooling1D(),
        lambda: L.Flatten(),
    )()


def images(d, rows):
    shape = (rows, d.number(2, 3), d.number(3, 4), d.number(3, 4), d.number(1, 2))
    x = d.rng.normal(0, 1, shape).astype("float32")
    strides = d.of(1, 1, 2)
    arguments = {
        "padding": d.of("valid", "same"),
        "strides": strides,
        "dilation_rate": 1 if strides > 1 else d.of(1, 1, 2),
        **cell_arguments(d, True),
    }
    size = d.of(1, 2, (2, 1), 3) if arguments["dilation_rate"] == 1 else (1, 2)
    stack = [L.ConvLSTM2D(d.number(1, 3), size, return_sequences=d.chance(0.4), go_backwards=d.chance(0.2), **arguments)]
    return x, stack + [L.Flatten()]


def start(d, rows):
    """Returns x and the first layers; the last of them returns a sequence, a vector or neither is sure."""
    kind = d.number(0, 9)
    steps = d.number(3, 7)
    features = d.number(1, 4)
    if kind < 3:
        words = d.number(3, 6)  # few, so that ids are repeated
        x = d.rng.integers(0, words, (rows, steps)).astype("float32")
        mask = d.chance(0.6)
        if mask:
            x[np.arange(rows), 0] = d.rng.integers(1, words, rows)  # no row is masked completely
        embedding = L.Embedding(words, features, mask_zero=mask, embeddings_regularizer=d.of(None, None, None, "l2"),
                                activity_regularizer=d.regularizer())  # fmt: skip
        return x, [embedding]
    if kind == 3:
        return d.rng.normal(0, 1, (rows, features + 1)).astype("float32"), None
    if kind == 4:
        return images(d, rows)
    x = d.rng.normal(0, 1, (rows, steps, features)).astype("float32")
    stack = []
    if d.chance(0.15):
        normalization = L.Normalization()
        normalization.adapt(x + 1)
        stack = [normalization]
    if d.chance(0.4):
        x[d.rng.random((rows, steps)) < 0.3] = 0
        x[:, 0] = d.rng.normal(0, 1, (rows, features))
        stack = [L.Masking()] + stack
    return x, stack


def build(seed):
    d = Draw(seed)
    rows = d.number(7, 12)
    x, stack = start(d, rows)
    stack = stack or []
    model = keras.Sequential([keras.Input(x.shape[1:]), *stack])
    as_sequence = d.chance(0.4)
    for _ in range(d.number(1, 4)):
        if not stack and not model.layers:
            rank = x.ndim
        else:
            rank = len(model.output_shape)
        if rank == 3:
            model.add(on_sequence(d, model.output_shape if model.layers else x.shape))
        elif rank == 2 and d.chance(0.15):
            model.add(L.RepeatVector(d.number(2, 3)))
        else:
            model.add(anywhere(d))
    if len(model.output_shape) == 3 and not as_sequence:
        model.add(to_vector(d))
    return d, x, model


def head(d, model, rows):
    """Adds the last layer and draws targets and a loss that suit one another."""
    kind = d.number(0, 6)
    width = d.number(1, 3)
    smoothing = d.of(0.0, 0.0, 0.1)
    reduction = d.of(*["sum_over_batch_size"] * 8, "sum", "mean_with_sample_weight")
    if kind < 2:
        model.add(L.Dense(width, d.of(None, "tanh", "softplus")))
        loss = d.of(
            losses.MeanSquaredError, losses.MeanAbsoluteError, losses.Huber, losses.LogCosh, losses.CosineSimilarity,
            losses.MeanSquaredLogarithmicError, losses.MeanAbsolutePercentageError,
        )(reduction=reduction)  # fmt: skip
        y = d.rng.normal(1, 1, (rows, *model.output_shape[1:]))
        names = ["mae", "mse", metrics.RootMeanSquaredError(), metrics.R2Score(), metrics.CosineSimilarity()]
        if len(model.output_shape) == 3:
            del names[3]
    elif kind == 2:
        model.add(L.Dense(width, "softplus"))
        loss = losses.Poisson(reduction=reduction)
        y = d.rng.integers(0, 4, (rows, *model.output_shape[1:]))
        names = ["mae", "mean_squared_logarithmic_error", "poisson"]
    elif kind == 3:
        logits = d.chance(0.3)
        model.add(L.Dense(1, None if logits else "sigmoid"))
        loss = d.of(
            lambda: losses.BinaryCrossentropy(logits, label_smoothing=smoothing, reduction=reduction),
            lambda: losses.BinaryFocalCrossentropy(from_logits=logits, label_smoothing=smoothing, reduction=reduction),
        )()
        y = d.rng.integers(0, 2, (rows, *model.output_shape[1:]))
        names = ["accuracy"] if logits else ["accuracy", metrics.AUC(), metrics.Precision(), metrics.Recall()]
    elif kind == 4:
        model.add(L.Dense(width + 1, d.of(None, "tanh")))
        loss = d.of(losses.Hinge, losses.SquaredHinge)(reduction=reduction)
        y = d.rng.integers(0, 2, (rows, *model.output_shape[1:])) * 2 - 1
        names = ["mae"]
    else:
        logits = d.chance(0.3)
        model.add(L.Dense(width + 1, None if logits else "softmax"))
        classes = d.rng.integers(0, width + 1, (rows, *model.output_shape[1:-1]))
        if kind == 5:
            ignored = d.of(None, None, -1, 0)
            loss = losses.SparseCategoricalCrossentropy(logits, ignore_class=ignored, reduction=reduction)
            y = classes[..., None] if classes.ndim == 1 or d.chance(0.5) else classes
            names = ["sparse_categorical_accuracy", metrics.SparseTopKCategoricalAccuracy(k=2)]
        else:
            loss = d.of(
                lambda: losses.CategoricalCrossentropy(logits, label_smoothing=smoothing, reduction=reduction),
                lambda: losses.CategoricalFocalCrossentropy(from_logits=logits, label_smoothing=smoothing),
                lambda: losses.KLDivergence(reduction=reduction),
                lambda: losses.CategoricalHinge(reduction=reduction),
            )()
            y = np.eye(width + 1)[classes]
            names = ["categorical_accuracy", metrics.TopKCategoricalAccuracy(k=2)]
    chosen = [name for name in names if d.chance(0.5)]
    return y.astype("float32"), loss, chosen


def optimizer(d):
    rate = d.of(0.01, 0.1, 0.001)
    if d.chance(0.2):
        rate = d.of(
            optimizers.schedules.ExponentialDecay(rate, 2, 0.5, staircase=d.chance(0.5)),
            optimizers.schedules.CosineDecay(rate, 5),
            optimizers.schedules.PiecewiseConstantDecay([1, 2], [rate, rate / 2, rate / 4]),
        )
    common = d.of({}, {}, {}, {"clipnorm": 0.5}, {"clipvalue": 0.1}, {"global_clipnorm": 0.7}, {"weight_decay": 0.01},
                  {"use_ema": True, "ema_momentum": 0.9}, {"gradient_accumulation_steps": 2})  # fmt: skip
    adam = {"epsilon": d.of(1e-7, 1e-3)}
    return d.of(
        lambda: optimizers.SGD(rate, momentum=d.of(0.0, 0.9), nesterov=d.chance(0.3), **common),
        lambda: optimizers.RMSprop(rate, momentum=d.of(0.0, 0.5), centered=d.chance(0.3), **adam, **common),
        lambda: optimizers.Adam(rate, amsgrad=d.chance(0.3), **adam, **common),
        lambda: optimizers.AdamW(rate, **adam, **{"weight_decay": 0.02, **common}),
        lambda: optimizers.Adamax(rate, **adam, **common),
        lambda: optimizers.Nadam(rate, **adam, **common),
        lambda: optimizers.Adagrad(rate, **common),
        lambda: optimizers.Adadelta(rate, **common),
        lambda: optimizers.Lion(rate, **common),
        lambda: optimizers.Ftrl(rate, l1_regularization_strength=d.of(0.0, 0.01), **common),
        lambda: optimizers.Lamb(rate, **common),
    )()


def stateful(model):
    return [layer for layer in model._flatten_layers() if getattr(layer, "stateful", False)]


def trained(model):
    """The weights, without the states of stateful layers."""
    states = {id(s) for layer in stateful(model) for s in keras.tree.flatten(getattr(layer, "states", None))}
    return [w for w in model.weights if "seed_gen" not in w.path and id(w) not in states]


def begin_anew(model):
    for layer in stateful(model):
        layer.reset_state()


def values(model):
    if keras.backend.backend() == "jax":
        model.jax_state_sync()  # while fit runs, the state is outside the variables
    return np.concatenate([np.asarray(keras.ops.convert_to_numpy(w)).ravel() for w in trained(model)]).astype("float32")


def randomize(d, model):
    """No zeros and no ones: every term of every equation matters."""
    for w in trained(model):
        if w.path.endswith("/count"):
            continue
        noise = d.rng.normal(0, 0.4, w.shape)
        w.assign(keras.ops.convert_to_numpy(w) + (np.abs(noise) if "variance" in w.path else noise))
    finalize(model)


def finalize(model):
    """Lets normalizations use weights that were assigned."""
    for layer in model.layers:
        if isinstance(layer, L.Normalization):
            layer.finalize_state()


def listed(values):
    return list(values) if isinstance(values, (list, tuple)) else [values]


def predict(model, x):
    """The outputs; those of a model with several outputs in a row."""
    begin_anew(model)
    x = listed(x)
    size = model.inputs[0].shape[0] or len(x[0])
    parts = []
    for i in range(0, len(x[0]), size):
        batch = [each[i : i + size] for each in x]
        outputs = listed(model(batch if len(batch) > 1 else batch[0], training=False))
        parts.append([keras.ops.convert_to_numpy(output) for output in outputs])
    outputs = [np.concatenate(part) for part in zip(*parts)]
    return outputs[0] if len(outputs) == 1 else np.concatenate([output.ravel() for output in outputs])


def evaluate(model, info, x, y, w):
    begin_anew(model)
    result = model.evaluate(x, y, sample_weight=w, batch_size=info["batch_size"], verbose=0, return_dict=True)
    return {name: float(np.mean(value)) for name, value in result.items()}


def train(model, info, x, y, w):
    """Returns the weights after each step, and after training, which can set them to averages."""
    begin_anew(model)
    steps = []
    keep = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: steps.append(values(model)))
    model.fit(x, y, sample_weight=w, batch_size=info["batch_size"], shuffle=False, verbose=0, callbacks=[keep])
    return {f"step {i}": step for i, step in enumerate(steps, 1)} | {"final": values(model)}


def load(file):
    model = keras.models.load_model(file)
    model.run_eagerly = True  # small models: compiling a graph would take longer
    return model


def read(folder, name, shapes):
    """An array, or a list of arrays if there is a list of shapes."""
    if shapes is None:
        return None
    if shapes and isinstance(shapes[0], list):
        return [read(folder, f"{name}{i}", shape) for i, shape in enumerate(shapes)]
    return np.fromfile(folder / f"{name}.bin", "<f4").reshape(shapes)


def data(folder):
    info = json.loads((folder / "info.json").read_text())
    return info, *(read(folder, name, info[f"{name}_shape"]) for name in "xyw")


def per_sample(w):
    """Weights of samples without the second axis that they have in Java."""
    if isinstance(w, list):
        return [per_sample(each) for each in w]
    return w[:, 0] if w is not None and w.shape[1:] == (1,) else w


def make(seed, folder):
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    for attempt in range(100):  # some layers do not fit together
        try:
            d, x, model = build([seed, attempt])
            y, loss, chosen = head(d, model, len(x))
            if not np.isfinite(predict(model, x)).all() or model.output_shape[1:].count(0):
                continue
            randomize(d, model)
            weighted = d.chance(0.3)
            w = None
            if weighted:
                # Keras multiplies weights of samples with whole steps if the sizes happen to fit, so steps have their own.
                shape = (len(x),) if len(model.output_shape) == 2 else y.shape[:2]
                w = d.rng.uniform(0.2, 2, shape).astype("float32")
            train_it = not d.noise
            model.compile(optimizer(d), loss, metrics=chosen, weighted_metrics=["mse"] if loss.name == "huber" else None)
            predicted = predict(model, x)
            if not np.isfinite(predicted).all() or np.abs(predicted).max() > 1e3:
                continue
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            model.save(folder / "model.keras")
            model.run_eagerly = True
            info = {"seed": seed, "attempt": attempt, "batch_size": -(-len(x) // STEPS), "compiled": True, "train": train_it}
            info |= {"x_shape": x.shape, "y_shape": y.shape, "w_shape": None}
            if w is not None:
                info["w_shape"] = (*w.shape, 1) if w.ndim == 1 else w.shape
                w.tofile(folder / "w.bin")
            x.tofile(folder / "x.bin")
            y.tofile(folder / "y.bin")
            predicted.tofile(folder / "k_pred.bin")
            info["backend"] = keras.backend.backend()
            info["layers"] = [layer.__class__.__name__ for layer in model.layers]
            info["loss"] = loss.name
            info["optimizer"] = model.optimizer.__class__.__name__
            w = None if w is None else w.reshape(info["w_shape"]) if w.ndim > 1 else w
            info["evaluation"] = evaluate(model, info, x, y, w)
            if train_it:
                for name, weights in train(model, info, x, y, w).items():
                    weights.tofile(folder / f"k_{name.replace(' ', '')}.bin")
            (folder / "info.json").write_text(json.dumps(info))
            return
        except Exception as error:  # of any kind and from any part of the backend
            reason = error
            shutil.rmtree(folder, ignore_errors=True)
    raise RuntimeError(f"no model from seed {seed}: {reason}")


def difference(a, b):
    """The largest difference, relative to the largest value if that is above 1."""
    a, b = np.asarray(a, "float64"), np.asarray(b, "float64")
    if a.shape != b.shape:
        return np.inf
    both = np.isnan(a) & np.isnan(b)
    if (np.isfinite(a) != np.isfinite(b)).any():
        return np.inf
    a, b = np.where(both | ~np.isfinite(a), 0, a), np.where(both | ~np.isfinite(b), 0, b)
    return float(np.abs(a - b).max(initial=0) / max(1, np.abs(b).max(initial=0)))


def results(folder, file, noise=0.0, seed=1):
    """What Keras computes with a file, by name; with noise, after all weights have changed by up to that part."""
    info, x, y, w = data(folder)
    w = per_sample(w)
    keras.utils.set_random_seed(1)
    model = load(file)
    if noise:
        rng = np.random.default_rng(seed)
        for weight in trained(model):
            if not weight.path.endswith("/count"):
                value = np.asarray(keras.ops.convert_to_numpy(weight))
                weight.assign(value * (1 + noise * rng.uniform(-1, 1, value.shape)))
        finalize(model)
    found = {"prediction": predict(model, x)}
    found |= {f"evaluation {k}": v for k, v in evaluate(model, info, x, y, w).items()}
    if info["train"]:
        found |= train(model, info, x, y, w)
    return found


def weights_in(folder, letter):
    names = [f"step {i}" for i in range(1, STEPS + 1)] + ["final"]
    files = {name: folder / f"{letter}_{name.replace(' ', '')}.bin" for name in names}
    return {name: np.fromfile(file, "<f4") for name, file in files.items() if file.exists()}


def of_java(folder, info):
    java = json.loads((folder / "java.json").read_text())
    if "error" in java:
        return java["error"]
    found = {"prediction": np.fromfile(folder / "j_pred.bin", "<f4")}
    found |= {f"evaluation {k}": float(v) for k, v in java["evaluation"].items()}
    return found | weights_in(folder, "j")


def differences(expected, actual):
    found = {}
    for name in expected:
        if name in actual:
            found[name] = difference(np.ravel(actual[name]), np.ravel(expected[name]))
        else:
            found[f"no {name}"] = np.inf
    return found


def of_keras(folder, info):
    found = {"prediction": np.fromfile(folder / "k_pred.bin", "<f4")}
    found |= {f"evaluation {k}": v for k, v in info["evaluation"].items()}
    return found | weights_in(folder, "k")


def compare(folder):
    """Returns the differences above the limit with their explanations, and the number of comparisons and the largest."""
    info = json.loads((folder / "info.json").read_text())
    java = of_java(folder, info)
    if isinstance(java, str):
        return {"refused": java}, 0, 0
    expected = of_keras(folder, info)
    found = differences(expected, java)
    # The other way: Keras loads what Java has saved.
    try:
        back = differences(expected, results(folder, folder / "before.keras"))
        found |= {f"back: {name}": value for name, value in back.items()}
        if info["train"]:
            model = load(folder / "after.keras")
            found["back: saved"] = difference(values(model), java["final"])
    except Exception as error:  # of any kind, from any part of Keras
        return {f"back: {error!r}"[:600]: (np.inf, "KERAS REFUSES")}, len(found), np.inf
    largest = max(value for value in found.values())
    large = {name: value for name, value in found.items() if not value <= LIMIT}
    if large:
        large = explain(folder, expected, java, large)
    return large, len(found), largest


def explain(folder, expected, java, large):
    again = results(folder, folder / "model.keras")
    reloaded = differences(expected, again)
    plain_names = {name: name.removeprefix("back: ") for name in large}
    shaken = collections.Counter()
    for seed in range(1, SHAKES + 1):
        shaken |= differences(again, results(folder, folder / "model.keras", noise=1.2e-7, seed=seed))
        if all(shaken[plain_names[name]] * 3 >= value for name, value in large.items()):
            break
    left = {}
    others = {}
    for name, value in large.items():
        plain = plain_names[name]
        if shaken[plain] * 3 >= value:
            why = "rounding"
        elif name != plain and reloaded.get(plain, 0) * 3 >= value:
            why = "reloading"
        else:
            why = "UNEXPLAINED"
        left[name] = (value, why)
        for backend in "torch", "jax", "tensorflow":
            if left[name][1] != "UNEXPLAINED":
                break
            if backend == keras.backend.backend():
                continue
            if backend not in others:
                others[backend] = on(backend, folder)
            other = others[backend]
            if plain in other:
                to_java = difference(np.ravel(java[plain]), np.ravel(other[plain])) if plain in java else np.inf
                between = difference(np.ravel(other[plain]), np.ravel(expected[plain]))
                if to_java <= LIMIT or between * 3 >= value:
                    left[name] = (value, f"backends: Java-{backend} {to_java:.1e}, {backend}-Keras {between:.1e}")
    failed = [backend for backend, found in others.items() if not found]
    if failed:
        print(folder.name, "no comparison with", *failed)
    return left


def on(backend, folder):
    out = folder / f"{backend}.npz"
    command = [sys.executable, __file__, "results", str(folder), "--out", str(out)]
    ended = subprocess.run(command, env={**os.environ, "KERAS_BACKEND": backend}, capture_output=True, text=True)
    if ended.returncode:
        (folder / f"{backend}.txt").write_text(ended.stderr)
        return {}
    with np.load(out) as found:
        return {name: found[name] for name in found.files}


def main(make=make):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["make", "compare", "results"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.command == "results":
        # A file that Keras on Torch has saved names optimizers that work on Torch only.
        of_torch = data(arguments.folder)[0].get("backend") == "torch" != keras.backend.backend()
        found = results(arguments.folder, arguments.folder / ("before.keras" if of_torch else "model.keras"))
        np.savez(arguments.out, **{name: np.asarray(value) for name, value in found.items()})
    elif arguments.command == "make":
        for seed in range(arguments.first, arguments.first + arguments.count):
            make(seed, arguments.folder / f"{seed:05}")
    else:
        counts = collections.Counter()
        for folder in sorted(p.parent for p in arguments.folder.glob("*/java.json")):
            large, comparisons, largest = compare(folder)
            counts["models"] += 1
            counts["comparisons"] += comparisons
            if "refused" in large:
                counts["refused"] += 1
                print(folder.name, "refused:", large["refused"])
                continue
            counts["agree"] += not large
            if not large:
                counts["largest"] = max(counts["largest"], largest)
            for name, (value, why) in large.items():
                counts[why.split(":")[0]] += 1
                print(folder.name, name, f"{value:.1e}", why, flush=True)
        print(dict(counts))


if __name__ == "__main__":
    main()
