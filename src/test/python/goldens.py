"""Writes the golden cases of layers, losses and optimizers, computed by Keras: src/test/resources/goldens/cells/NAME.json.

A case contains the configuration of a model, random weights, x and y, and the results of Keras in inference mode: the
output, the loss, and the gradients of the loss. Cases with "fit" also contain a training run without shuffling, with
the losses and the final weights. GoldenCellsTest reads them.

With two arguments, it writes cases with random sizes to another folder, for `-Dunroll.goldens=FOLDER`:

    python src/test/python/generate.py goldens FOLDER SEED

All cases share one random generator, so a new case must be appended at the end. Otherwise, it changes the others.
"""

import json
import os
import pathlib
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
import keras
import numpy as np
import tensorflow as tf
from keras import Input, Sequential, losses
from keras import layers as L
from keras import optimizers as O

FIXED_SIZES = len(sys.argv) < 3
OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/goldens/cells" if FIXED_SIZES else pathlib.Path(sys.argv[1])
SEED = 7 if FIXED_SIZES else int(sys.argv[2])
MSE = "mean_squared_error"
BINARY = "binary_crossentropy"
SPARSE = "sparse_categorical_crossentropy"

OUT.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(SEED)
keras.utils.set_random_seed(SEED)
count = 0


def array(values):
    values = np.asarray(values)
    if np.issubdtype(values.dtype, np.integer):
        return {"shape": list(values.shape), "dtype": "int", "data": [int(v) for v in values.ravel()]}
    return {"shape": list(values.shape), "dtype": "float", "data": [float(np.float32(v)) for v in values.ravel()]}


def named(weights):
    return [{"path": w.path, **array(w.numpy())} for w in weights if "seed_generator" not in w.path]


def plain(value):
    """Converts NumPy numbers to those of JSON."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.item() if isinstance(value, (np.floating, np.integer)) else value


def case(name, model, x, y=None, loss=None, fit=None, note=""):
    """Writes one case; `fit` is (optimizer, batch size, epochs)."""
    for w in model.weights:  # no zeros, so that each term of each equation matters
        if "seed_generator" not in w.path:
            w.assign(w.numpy() + 0.3 * rng.standard_normal(w.shape).astype("float32"))
    record = {
        "name": name,
        "note": note,
        "keras": keras.__version__,
        "keras_config": plain(json.loads(model.to_json())["config"]),
        "weights": named(model.weights),
        "x": array(x),
        "y": None if y is None else array(y),
    }
    inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        output = model(inputs, training=False)
        if loss is not None:
            value = tf.reduce_mean(losses.get(loss)(tf.constant(y), output))
    record["output"] = array(output.numpy())
    if loss is not None:
        record["loss"] = {"name": keras.losses.serialize(losses.get(loss)), "value": float(value)}
        weights = model.trainable_weights
        sources = weights + ([inputs] if inputs.dtype.is_floating else [])
        gradients = [
            np.zeros(source.shape, "float32") if gradient is None else tf.convert_to_tensor(gradient).numpy()
            for gradient, source in zip(tape.gradient(value, sources), sources)
        ]
        record["grads"] = [{"path": w.path, **array(gradient)} for w, gradient in zip(weights, gradients)]
        if inputs.dtype.is_floating:
            record["input_grad"] = array(gradients[-1])
    if fit is not None:
        optimizer, batch_size, epochs = fit
        model.compile(optimizer=optimizer, loss=loss)
        history = model.fit(x, y, batch_size=batch_size, epochs=epochs, shuffle=False, verbose=0)
        record["fit"] = {
            "optimizer": plain(keras.optimizers.serialize(optimizer)),
            "batch_size": batch_size,
            "epochs": epochs,
            "shuffle": False,
            "loss_history": [float(v) for v in history.history["loss"]],
            "weights_after": named(model.weights),
        }
    (OUT / f"{name}.json").write_text(json.dumps(record))
    global count
    count += 1


def normal(*shape):
    return rng.standard_normal(shape).astype("float32")


def tokens(limit, *shape):
    return rng.integers(0, limit, shape).astype("int32")


def sizes():
    """Returns the numbers of rows, time steps, features and units."""
    if FIXED_SIZES:
        return 3, 5, 4, 6
    return tuple(int(rng.integers(low, high)) for low, high in ((2, 6), (3, 9), (1, 9), (1, 19)))


def recurrent(kind, activations, variants):
    layer = getattr(L, kind)
    lower = kind.lower()
    for activation in activations:
        for sequences in (False, True):
            for suffix, options in variants:
                B, T, F, H = sizes()
                model = Sequential([Input((T, F)), layer(H, activation=activation, return_sequences=sequences, **options)])
                y = normal(B, T, H) if sequences else normal(B, H)
                case(f"{lower}_{activation}{'_seq' if sequences else ''}{suffix}", model, normal(B, T, F), y, MSE)
    B, T, F, H = sizes()
    model = Sequential([Input((T, F)), layer(H, go_backwards=True, return_sequences=True)])
    case(f"{lower}_gobackwards", model, normal(B, T, F), normal(B, T, H), MSE,
         note="go_backwards with return_sequences: output is in reversed time order, as Keras leaves it")
    B, T, F, H = sizes()
    model = Sequential([Input((T, F)), layer(H, use_bias=False)])
    case(f"{lower}_nobias", model, normal(B, T, F), normal(B, H), "mean_absolute_error")
    for merge in ("concat", "sum", "mul", "ave"):
        B, T, F, H = sizes()
        model = Sequential([Input((T, F)), L.Bidirectional(layer(H, return_sequences=True), merge_mode=merge)])
        case(f"bidirectional_{lower}_{merge}", model, normal(B, T, F), normal(B, T, 2 * H if merge == "concat" else H), MSE)
    B, T, F, H = sizes()
    model = Sequential([Input((T, F)), L.Bidirectional(layer(H)), L.Dense(1)])
    case(f"bidirectional_{lower}_last", model, normal(B, T, F), normal(B, 1), MSE)
    masked(layer, lower)


def masked(layer, lower):
    B, T, F, H = sizes()
    x = normal(B, T, F)
    for row in range(B):
        x[row, int(rng.integers(1, T + 1)):] = 0.0
    x[0, 1] = 0.0  # in the middle
    for sequences in (False, True):
        model = Sequential([Input((T, F)), L.Masking(0.0), layer(H, return_sequences=sequences), L.Dense(2)])
        case(f"masking_{lower}{'_seq' if sequences else ''}", model, x, normal(B, T, 2) if sequences else normal(B, 2),
             note="Masking(0): masked steps repeat the previous output and leave the state alone")
    ids = rng.integers(1, 9, (B, T))
    ids[0, T // 2:] = 0
    ids[-1, :1] = 0
    for name, wrap in (("", lambda inner: inner), ("bidirectional_", L.Bidirectional)):
        model = Sequential([Input((T,), dtype="int32"), L.Embedding(9, F + 1, mask_zero=True), wrap(layer(H)),
                            L.Dense(1, activation="sigmoid")])
        case(f"embedding_mask_{name}{lower}", model, ids.astype("int32"), rng.integers(0, 2, (B, 1)).astype("float32"), BINARY)


recurrent("SimpleRNN", ("tanh", "relu", "sigmoid"), [("", {})])
recurrent("LSTM", ("tanh", "relu"), [("", {})])
recurrent("GRU", ("tanh", "relu"), [("_resetafter", {"reset_after": True}), ("_resetbefore", {"reset_after": False})])

# Other layers, activations and losses.
B, T, F, H = sizes()
case("dense_timesteps", Sequential([Input((T, F)), L.Dense(H, activation="relu"), L.TimeDistributed(L.Dense(3))]),
     normal(B, T, F), normal(B, T, 3), MSE)
for name in ("linear", "relu", "tanh", "sigmoid", "softmax", "elu", "selu", "gelu", "softplus", "softsign",
             "hard_sigmoid", "silu", "exponential", "leaky_relu"):
    case(f"activation_{name}", Sequential([Input((F,)), L.Dense(5, activation=name)]), normal(B, F), normal(B, 5), MSE)
for name in (MSE, "mean_absolute_error", "mean_absolute_percentage_error", "mean_squared_logarithmic_error", "huber",
             "log_cosh", "hinge", "poisson", "kl_divergence"):
    y = np.abs(normal(B, 3)) + 0.1 if name != "hinge" else np.sign(normal(B, 3))
    model = Sequential([Input((F,)), L.Dense(3, activation="softplus")])
    case(f"loss_{name}", model, normal(B, F), y.astype("float32"), name)
model = Sequential([Input((F,)), L.Dense(3, activation="sigmoid")])
case("loss_binary_crossentropy", model, normal(B, F), rng.integers(0, 2, (B, 3)).astype("float32"), BINARY)
case("loss_binary_crossentropy_logits", Sequential([Input((F,)), L.Dense(3)]), normal(B, F),
     rng.integers(0, 2, (B, 3)).astype("float32"), losses.BinaryCrossentropy(from_logits=True))
case("loss_categorical_crossentropy", Sequential([Input((F,)), L.Dense(4, activation="softmax")]), normal(B, F),
     np.eye(4, dtype="float32")[rng.integers(0, 4, B)], "categorical_crossentropy")
case("loss_sparse_categorical_crossentropy", Sequential([Input((F,)), L.Dense(4, activation="softmax")]), normal(B, F),
     tokens(4, B, 1), SPARSE)
model = Sequential([Input((T, F)), L.LSTM(H, return_sequences=True), L.Dense(4, activation="softmax")])
case("loss_sparse_categorical_crossentropy_seq", model, normal(B, T, F), tokens(4, B, T), SPARSE)

# Optimizers, learning rate schedules and clipping: whole training runs.
OPTIMIZERS = {
    "sgd": O.SGD(0.05),
    "sgd_momentum": O.SGD(0.05, momentum=0.9),
    "sgd_nesterov": O.SGD(0.05, momentum=0.9, nesterov=True),
    "rmsprop": O.RMSprop(0.01),
    "rmsprop_momentum": O.RMSprop(0.01, momentum=0.9),
    "rmsprop_centered": O.RMSprop(0.01, centered=True),
    "adam": O.Adam(0.01),
    "adam_amsgrad": O.Adam(0.01, amsgrad=True),
    "adamw": O.AdamW(0.01, weight_decay=0.02),
    "nadam": O.Nadam(0.01),
    "adagrad": O.Adagrad(0.1),
    "adadelta": O.Adadelta(1.0),
    "adamax": O.Adamax(0.01),
    "adam_clipnorm": O.Adam(0.01, clipnorm=0.05),
    "adam_globalclipnorm": O.Adam(0.01, global_clipnorm=0.1),
    "sgd_clipvalue": O.SGD(0.05, clipvalue=0.02),
    "adam_exponentialdecay": O.Adam(O.schedules.ExponentialDecay(0.02, 3, 0.7)),
    "adam_cosinedecay": O.Adam(O.schedules.CosineDecay(0.02, 10)),
    "adam_piecewise": O.Adam(O.schedules.PiecewiseConstantDecay([2, 6], [0.02, 0.01, 0.001])),
}
for name, optimizer in OPTIMIZERS.items():
    B, T, F, H = sizes()
    case(f"fit_{name}", Sequential([Input((T, F)), L.GRU(H), L.Dense(1)]), normal(11, T, F), normal(11, 1), MSE,
         fit=(optimizer, 4, 3), note="11 samples, batch 4: the last batch of an epoch has 3")

# Training runs of several kinds of models.
B, T, F, H = sizes()
case("fit_simplernn_mae", Sequential([Input((T, F)), L.SimpleRNN(H), L.Dense(1)]), normal(11, T, F), normal(11, 1),
     "mean_absolute_error", fit=(O.RMSprop(0.01), 4, 3))
model = Sequential([Input((T, F)), L.LSTM(H, return_sequences=True),
                    L.LSTM(H + 1, activation="relu", return_sequences=True), L.LSTM(4), L.Dense(1)])
case("fit_stacked_lstm", model, normal(11, T, F), normal(11, 1), MSE, fit=(O.Adam(0.01), 4, 3))
model = Sequential([Input((T, F)), L.GRU(H, return_sequences=True, reset_after=False),
                    L.GRU(H, return_sequences=True, reset_after=False), L.TimeDistributed(L.Dense(5)),
                    L.TimeDistributed(L.Dense(3)), L.Activation("sigmoid")])
case("fit_audio", model, normal(6, T, F), rng.integers(0, 2, (6, T, 3)).astype("float32"), BINARY,
     fit=(O.Adam(0.01), 3, 3), note="the 10-class article's stack, small, without dropout")
model = Sequential([Input((T,), dtype="int32"), L.Embedding(20, F), L.SimpleRNN(H), L.Dense(1, activation="sigmoid")])
case("fit_imdb", model, tokens(20, 11, T), rng.integers(0, 2, (11, 1)).astype("float32"), BINARY,
     fit=(O.RMSprop(0.01), 4, 3))
model = Sequential([Input((T,), dtype="int32"), L.Embedding(12, F), L.Bidirectional(L.LSTM(H, return_sequences=True)),
                    L.Dense(12, activation="softmax")])
case("fit_char_bilstm", model, tokens(12, 6, T), tokens(12, 6, T), SPARSE, fit=(O.Adam(0.01), 3, 2))

print(count, "cases")
