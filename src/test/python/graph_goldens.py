"""Writes the golden cases of functional models, computed by Keras: src/test/resources/goldens/graphs/NAME.json.

A case contains random weights, inputs and targets, the outputs in inference mode, the logs of evaluate, the gradients of
the loss of the first batch in training mode, and the logs and final weights of six training steps (three epochs of two
batches). GoldenGraphsTest builds the same models in Java: a method there has the name of the case. Each case has a separate
random generator, so a new case does not change the others. With names as arguments, only these cases are written.
"""

import json
import os
import pathlib
import sys
import zlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
import keras
import numpy as np
import tensorflow as tf
from keras import layers as L
from keras.regularizers import L2

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/goldens/graphs"
OUT.mkdir(parents=True, exist_ok=True)
GRAPHS = []


def array(values):
    values = np.asarray(values)
    if np.issubdtype(values.dtype, np.integer):
        return {"shape": list(values.shape), "dtype": "int", "data": values.ravel().tolist()}
    # the shortest decimals that read back to the same float32
    data = [float(str(v)) for v in values.astype("float32").ravel()]
    return {"shape": list(values.shape), "dtype": "float", "data": data}


def named(weights):
    return [{"path": w.path, **array(w.numpy())} for w in weights if "seed_gen" not in w.path]


def graph(inputs, loss, rows=13, batch=9, optimizer="sgd", loss_weights=None, metrics=None, weights=None):
    """Registers a function that returns the inputs and outputs of a model. The other arguments are how it is trained."""

    def register(build):
        GRAPHS.append((build, inputs, loss, rows, batch, optimizer, loss_weights, metrics, weights))
        return build

    return register


def values(spec, rng, rows):
    """Inputs: a series (steps, features), a vector (features,), or tokens with padding "right", "left" or "both"."""
    if not isinstance(spec, str):
        return rng.standard_normal((rows, *spec)).astype("float32")
    padding, steps = spec.split()
    x = rng.integers(1, 7, (rows, int(steps))).astype("int32")
    for row in range(rows):
        count = int(rng.integers(0, int(steps)))
        if padding in ("right", "both") and count:
            x[row, -((count + 1) // 2) :] = 0
        if padding in ("left", "both"):
            x[row, : count // 2 + (count > 0)] = 0
    if padding == "left":
        x[1] = [0] * (int(steps) - 1) + [3]
    return x


def target(loss, output, rng):
    shape = output.shape
    if loss == "sparse_categorical_crossentropy":
        return rng.integers(0, shape[-1], shape[:-1]).astype("int32")
    if loss == "categorical_crossentropy":
        return np.eye(shape[-1], dtype="float32")[rng.integers(0, shape[-1], shape[:-1])]
    if loss == "binary_crossentropy":
        return rng.integers(0, 2, shape).astype("float32")
    return rng.standard_normal(shape).astype("float32")


def write(build, inputs, loss, rows, batch, optimizer, loss_weights, metrics, weights):
    name = build.__name__
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    keras.utils.set_random_seed(1)
    keras.backend.clear_session()
    model = keras.Model(*build())
    for w in model.weights:  # no zeros and no ones: every term of every equation has to matter
        if "seed_gen" not in w.path and not any(w is s for s in kept_states(model)):
            noise = 0.3 * rng.standard_normal(w.shape)
            w.assign(w.numpy() + (np.abs(noise) if "variance" in w.path else noise))
    x = [values(spec, rng, rows) for spec in inputs]
    fed = x if len(x) > 1 else x[0]
    output = model.predict(fed, batch_size=batch, verbose=0)
    outputs = output if isinstance(output, list) else [output]
    losses = loss if isinstance(loss, list) else [loss]
    y = [target(l, o, rng) for l, o in zip(losses, outputs)]
    given = None
    if weights == "each":  # one for each sample, the same for all outputs
        given = np.round(rng.uniform(0.2, 2, rows), 2).astype("float32")
    elif weights == "outputs":  # others for each output
        given = [np.round(rng.uniform(0.2, 2, rows), 2).astype("float32") for _ in outputs]
    reset(model)
    made = {"sgd": keras.optimizers.SGD(0.1), "adam": keras.optimizers.Adam(0.01, epsilon=1e-4)}[optimizer]
    # Eagerly, because in a graph TensorFlow does not know the number of rows of a batch, by which Keras weights the losses
    # of several outputs (on its other backends, too).
    model.compile(made, loss, loss_weights=loss_weights, metrics=metrics, run_eagerly=True)
    targets = y if len(y) > 1 else y[0]
    record = {"keras": keras.__version__, "weights": named(w for w in model.weights if not is_state(model, w))}
    record["inputs"] = [array(a) for a in x]
    record["targets"] = [array(a) for a in y]
    if given is not None:
        record["sample_weights"] = [array(a) for a in (given if isinstance(given, list) else [given])]
    record["outputs"] = [array(o) for o in outputs]
    record["output_names"] = model.output_names
    record["logs"] = model.evaluate(fed, targets, sample_weight=given, batch_size=batch, verbose=0, return_dict=True)
    reset(model)
    statistics = [w.numpy() for w in model.non_trainable_weights]
    part = lambda a: None if a is None else a[:batch] if not isinstance(a, list) else [b[:batch] for b in a]
    with tf.GradientTape() as tape:
        predicted = model(part(fed), training=True)
        total = model.compute_loss(part(fed), part(targets), predicted, part(given))
    trained = list(model.trainable_weights)
    gradients = tape.gradient(total, [w.value for w in trained])
    gradients = [
        np.zeros(w.shape, "float32") if g is None else tf.convert_to_tensor(g).numpy() for w, g in zip(trained, gradients)
    ]
    record["batch_loss"] = float(total)
    record["gradients"] = [{"path": w.path, **array(g)} for w, g in zip(trained, gradients)]
    for w, value in zip(model.non_trainable_weights, statistics):
        w.assign(value)
    reset(model)
    record["optimizer"] = optimizer
    record["batch_size"] = batch
    history = model.fit(fed, targets, sample_weight=given, batch_size=batch, epochs=3, shuffle=False, verbose=0)
    record["history"] = history.history
    record["weights_after"] = named(w for w in model.weights if not is_state(model, w))
    (OUT / f"{name}.json").write_text(json.dumps(record) + "\n")
    print(name, len(record["weights"]), record["logs"], flush=True)


def kept_states(model):
    found = []
    for layer in model._flatten_layers():
        found += [s for s in getattr(layer, "states", None) or [] if hasattr(s, "path")]
    return found


def is_state(model, weight):
    return any(weight is s for s in kept_states(model))


def reset(model):
    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False):
            layer.reset_state()


MSE, SPARSE, BINARY = "mean_squared_error", "sparse_categorical_crossentropy", "binary_crossentropy"


@graph([(5, 3), (2,)], MSE, metrics=["mae"])
def static_features_as_states():
    series, place = L.Input((5, 3)), L.Input((2,))
    start = L.Dense(4, "tanh")(place)
    return [series, place], L.Dense(1)(L.GRU(4)(series, initial_state=start))


@graph(
    [(5, 3)],
    [MSE, SPARSE],
    optimizer="adam",
    loss_weights=[0.3, 2.0],
    metrics=[["mae"], ["accuracy"]],
)
def two_outputs():
    series = L.Input((5, 3))
    shared = L.GRU(4)(series)
    return series, [L.Dense(1, name="level")(shared), L.Dense(3, "softmax", name="kind")(shared)]


@graph([(5, 3), (7, 3)], [MSE, MSE])
def shared_encoder():
    left, right = L.Input((None, 3)), L.Input((None, 3))
    encoder, head = L.GRU(4), L.Dense(2, "tanh", name="head")
    return [left, right], [head(encoder(left)), head(encoder(right))]


@graph(["right 6", "left 5"], SPARSE, optimizer="adam", metrics=["accuracy"])
def shared_embedding():
    source, goal = L.Input((None,), dtype="int32"), L.Input((None,), dtype="int32")
    embedding = L.Embedding(7, 3, mask_zero=True)
    _, h, c = L.LSTM(4, return_state=True)(embedding(source))
    decoded = L.LSTM(4, return_sequences=True)(embedding(goal), initial_state=[h, c])
    return [source, goal], L.Dense(5, "softmax")(decoded)


@graph([(6, 3), (5, 2)], MSE)
def lstm_states():
    source, goal = L.Input((6, 3)), L.Input((5, 2))
    _, h, c = L.LSTM(4, return_state=True)(source)
    return [source, goal], L.Dense(1)(L.LSTM(4, return_sequences=True)(goal, initial_state=[h, c]))


@graph(["both 6", "both 5"], SPARSE)
def gru_states_masked():
    source, goal = L.Input((6,), dtype="int32"), L.Input((5,), dtype="int32")
    _, h = L.GRU(4, return_state=True)(L.Embedding(7, 3, mask_zero=True)(source))
    decoded = L.GRU(4, return_sequences=True)(L.Embedding(7, 2, mask_zero=True)(goal), initial_state=h)
    return [source, goal], L.Dense(3, "softmax")(decoded)


@graph(["left 6", "left 5"], MSE, optimizer="adam")
def simple_rnn_states_masked():
    source, goal = L.Input((6,), dtype="int32"), L.Input((5,), dtype="int32")
    _, h = L.SimpleRNN(4, return_state=True)(L.Embedding(7, 3, mask_zero=True)(source))
    decoded = L.SimpleRNN(4)(L.Embedding(7, 2, mask_zero=True)(goal), initial_state=h)
    return [source, goal], L.Dense(2)(decoded)


@graph([(5, 3), (4, 3)], MSE)
def stacked_cells_states():
    source, goal = L.Input((5, 3)), L.Input((4, 3))
    cells = lambda: L.StackedRNNCells([L.LSTMCell(3), L.GRUCell(2)])
    encoded = L.RNN(cells(), return_state=True)(source)
    decoded = L.RNN(cells(), return_sequences=True)(goal, initial_state=encoded[1:])
    return [source, goal], L.Dense(2)(decoded)


@graph([(5, 3), (4, 2)], MSE, optimizer="adam")
def bidirectional_states():
    source, goal = L.Input((5, 3)), L.Input((4, 2))
    encoded = L.Bidirectional(L.LSTM(3, return_state=True))(source)
    decoded = L.Bidirectional(L.LSTM(3, return_sequences=True))(goal, initial_state=encoded[1:])
    return [source, goal], L.Dense(1)(decoded)


@graph(["left 5", "both 4"], [MSE, MSE])
def bidirectional_states_masked():
    source, goal = L.Input((5,), dtype="int32"), L.Input((4,), dtype="int32")
    encoded = L.Bidirectional(L.GRU(3, return_state=True), merge_mode="ave")(L.Embedding(7, 3, mask_zero=True)(source))
    decoded = L.Bidirectional(L.GRU(3), merge_mode="sum")(
        L.Embedding(7, 2, mask_zero=True)(goal), initial_state=encoded[1:]
    )
    return [source, goal], [L.Dense(1, name="decoded")(decoded), L.Dense(2, name="encoded")(encoded[0])]


@graph([(5, 3), (4, 2)], MSE)
def states_through_dense():
    source, goal = L.Input((5, 3)), L.Input((4, 2))
    _, h, c = L.LSTM(5, return_state=True)(source)
    start = [L.Dense(3, "tanh")(h), L.Dense(3)(c)]
    return [source, goal], L.Dense(1)(L.LSTM(3, return_sequences=True)(goal, initial_state=start))


@graph([(5, 3)], [MSE, MSE, MSE], optimizer="adam", loss_weights=[1.0, 0.5, 0.25])
def states_as_outputs():
    series = L.Input((5, 3))
    sequence, h, c = L.LSTM(2, return_sequences=True, return_state=True, name="encoder")(series)
    return series, [L.Dense(1, name="steps")(sequence), h, c]


@graph([(5, 3), (4, 2)], MSE, rows=8, batch=4)
def stateful_encoder():
    source, goal = L.Input((5, 3), batch_size=4), L.Input((4, 2), batch_size=4)
    _, h, c = L.LSTM(3, return_state=True, stateful=True)(source)
    return [source, goal], L.Dense(1)(L.LSTM(3)(goal, initial_state=[h, c]))


@graph([(6, 3)], [MSE, MSE])
def intermediate_output():
    series = L.Input((6, 3))
    steps = L.Dense(2, name="steps")(L.GRU(4, return_sequences=True)(series))
    return series, [steps, L.Dense(1, name="last")(L.GRU(3)(steps))]


@graph([(5, 3)], ["categorical_crossentropy", MSE], optimizer="adam", metrics=[["accuracy"], ["mae"]])
def softmax_output_read_again():
    series = L.Input((5, 3))
    kind = L.Dense(3, "softmax", name="kind")(L.SimpleRNN(4)(series))
    return series, [kind, L.Dense(1, name="level")(kind)]


@graph(["both 5"], [BINARY, SPARSE], metrics=[["accuracy"], ["accuracy"]])
def sigmoid_output_read_again():
    text = L.Input((5,), dtype="int32")
    h = L.LSTM(4, return_sequences=True)(L.Embedding(7, 3, mask_zero=True)(text))
    end = L.Dense(1, "sigmoid", name="end")(h)
    return text, [end, L.Dense(3, "softmax", name="kind")(L.GRU(3)(end))]


@graph([(4,)], [MSE, MSE], loss_weights=[0.5, 1.5])
def activity_of_a_branching_layer():
    features = L.Input((4,))
    shared = L.Dense(5, "tanh", activity_regularizer=L2(0.1), kernel_regularizer=L2(0.05))(features)
    return features, [L.Dense(1, name="a")(shared), L.Dense(2, name="b")(shared)]


@graph([(4,), (4,)], [MSE, MSE], optimizer="adam")
def activity_of_a_shared_layer():
    left, right = L.Input((4,)), L.Input((4,))
    shared = L.Dense(3, "tanh", activity_regularizer=L2(0.2))
    return [left, right], [L.Dense(1, name="a")(shared(left)), L.Dense(1, name="b")(shared(right))]


@graph([(5, 3), (4, 3)], MSE)
def activity_of_states():
    source, goal = L.Input((5, 3)), L.Input((4, 3))
    _, h, c = L.LSTM(3, return_state=True, activity_regularizer=L2(0.1))(source)
    return [source, goal], L.Dense(1)(L.LSTM(3)(goal, initial_state=[h, c]))


@graph([(5, 3)], [MSE, MSE])
def batch_normalization_in_one_branch():
    series = L.Input((5, 3))
    shared = L.Conv1D(4, 2, activation="tanh")(series)
    normalized = L.GRU(3)(L.BatchNormalization()(shared))
    return series, [L.Dense(1, name="a")(normalized), L.Dense(1, name="b")(L.GRU(2)(shared))]


@graph([(4,), (3,)], [MSE, MSE], optimizer="adam")
def batch_normalization_in_both_branches():
    left, right = L.Input((4,)), L.Input((3,))
    first = L.Dense(3, name="a")(L.BatchNormalization()(L.Dense(4, "tanh")(left)))
    second = L.Dense(2, name="b")(L.BatchNormalization()(L.Dense(5, "relu")(right)))
    return [left, right], [first, second]


@graph([(4,), (4,)], [MSE, MSE])
def shared_batch_normalization():
    left, right = L.Input((4,)), L.Input((4,))
    dense, norm, head = L.Dense(3), L.BatchNormalization(momentum=0.8), L.Dense(1, name="head")
    return [left, right], [head(norm(dense(left))), head(norm(dense(right)))]


@graph([(6, 3), (5, 2)], MSE, optimizer="adam")
def frozen_encoder():
    source, goal = L.Input((6, 3)), L.Input((5, 2))
    _, h = L.GRU(4, return_state=True, trainable=False)(source)
    return [source, goal], L.Dense(1)(L.GRU(4, return_sequences=True)(goal, initial_state=h))


@graph([(6, 3), (5, 2)], MSE)
def frozen_decoder():
    source, goal = L.Input((6, 3)), L.Input((5, 2))
    _, h = L.GRU(4, return_state=True)(source)
    decoded = L.GRU(4, return_sequences=True, trainable=False)(goal, initial_state=h)
    return [source, goal], L.Dense(1, trainable=False)(decoded)


@graph([(5, 3)], [MSE, SPARSE], weights="each", loss_weights=[0.7, 1.3], metrics=[["mae"], ["accuracy"]])
def sample_weights_of_two_outputs():
    series = L.Input((5, 3))
    shared = L.LSTM(3)(series)
    return series, [L.Dense(1, name="level")(shared), L.Dense(3, "softmax", name="kind")(shared)]


@graph([(5, 3)], ["mean_absolute_error", BINARY], weights="outputs", optimizer="adam")
def sample_weights_for_each_output():
    series = L.Input((5, 3))
    shared = L.LSTM(3)(series)
    return series, [L.Dense(2, name="level")(shared), L.Dense(1, "sigmoid", name="kind")(shared)]


@graph(["left 5", (4,)], MSE)
def masked_backwards_from_a_state():
    text, start = L.Input((5,), dtype="int32"), L.Input((4,))
    x = L.Embedding(7, 3, mask_zero=True)(text)
    decoded = L.GRU(4, return_sequences=True, go_backwards=True, reset_after=False)(x, initial_state=start)
    return [text, start], L.Dense(1)(decoded)


@graph([(4, 3), (3, 3)], [MSE, MSE], optimizer="adam")
def layer_continued_from_its_states():
    first, second = L.Input((4, 3)), L.Input((3, 3))
    layer, head = L.LSTM(3, return_sequences=True, return_state=True), L.Dense(1, name="head")
    before, h, c = layer(first)
    after, _, _ = layer(second, initial_state=[h, c])
    return [first, second], [head(before), head(after)]


@graph([(8, 2), (5, 3)], MSE)
def convolution_as_state():
    signal, series = L.Input((8, 2)), L.Input((5, 3))
    start = L.GlobalAveragePooling1D()(L.MaxPooling1D(2)(L.Conv1D(4, 3, activation="relu", padding="same")(signal)))
    return [signal, series], L.Dense(1)(L.SimpleRNN(4)(L.LayerNormalization()(series), initial_state=start))


@graph([(5, 3)], [MSE, MSE], optimizer="adam")
def repeated_state():
    series = L.Input((5, 3))
    encoded, h = L.GRU(4, return_state=True)(series)
    decoded = L.GRU(4, return_sequences=True)(L.RepeatVector(3)(encoded), initial_state=h)
    return series, [L.TimeDistributed(L.Dense(2), name="steps")(decoded), L.Dense(3, name="code")(h)]


@graph(["both 6"], [SPARSE, MSE], metrics=[["accuracy"], ["mae"]], optimizer="adam")
def masked_sequences_of_two_outputs():
    text = L.Input((None,), dtype="int32")
    h = L.Bidirectional(L.LSTM(2, return_sequences=True))(L.Embedding(7, 3, mask_zero=True)(text))
    return text, [L.Dense(4, "softmax", name="tag")(h), L.Dense(1, name="value")(h)]

@graph([(5, 3), (3,)], [MSE, MSE])
def layers_of_a_series_and_a_vector():
    series, place = L.Input((5, 3)), L.Input((3,))
    norm, dense = L.LayerNormalization(), L.Dense(4, "tanh", activity_regularizer=L2(0.1))
    return [series, place], [L.Dense(1, name="steps")(dense(norm(series))), L.Dense(2, name="whole")(dense(norm(place)))]


@graph([(6, 3), (2,)], MSE, metrics=["mae"], optimizer="adam")
def static_features_beside_a_series():
    series, place = L.Input((6, 3)), L.Input((2,))
    both = L.Concatenate()([L.LSTM(4)(series), L.Dense(2, "relu")(place)])
    return [series, place], L.Dense(1)(L.Dense(3, "tanh")(both))


@graph([(5, 3), (5, 3)], BINARY, metrics=["accuracy"])
def siamese_difference():
    left, right = L.Input((5, 3)), L.Input((5, 3))
    encoder = L.GRU(4)
    a, b = encoder(left), encoder(right)
    both = L.Concatenate()([L.Subtract()([a, b]), L.Multiply()([a, b])])
    return [left, right], L.Dense(1, "sigmoid")(both)


@graph(["right 5", "right 6"], MSE, optimizer="adam")
def siamese_cosine():
    left, right = L.Input((5,), dtype="int32"), L.Input((6,), dtype="int32")
    embedding, encoder = L.Embedding(7, 3, mask_zero=True), L.Bidirectional(L.LSTM(2))
    a, b = encoder(embedding(left)), encoder(embedding(right))
    return [left, right], L.Dense(1)(L.Dot(axes=1, normalize=True)([a, b]))


@graph([(6, 4)], MSE)
def residual_stack():
    series = x = L.Input((6, 4))
    for _ in range(3):
        x = L.Add()([x, L.Conv1D(4, 3, padding="causal", activation="tanh")(L.LayerNormalization()(x))])
    return series, L.Dense(1)(L.GlobalAveragePooling1D()(x))


@graph(["both 6"], MSE, optimizer="adam")
def recurrent_residual_masked():
    text = L.Input((6,), dtype="int32")
    x = L.Embedding(7, 3, mask_zero=True)(text)
    x = L.Add()([x, L.GRU(3, return_sequences=True)(x)])
    x = L.Average()([x, L.LSTM(3, return_sequences=True)(x)])
    return text, L.Dense(2)(x)


@graph([(4,)], MSE)
def batch_normalization_in_residual_branches():
    features = L.Input((4,))
    x = L.Dense(3)(features)
    x = L.Add()([L.BatchNormalization()(x), x])
    x = L.Add()([L.BatchNormalization()(L.Dense(3, "tanh")(x)), L.BatchNormalization()(L.Dense(3)(x))])
    return features, L.Dense(1)(x)


@graph(["right 5", "left 5"], MSE)
def masks_through_concatenate():
    words, tags = L.Input((5,), dtype="int32"), L.Input((5,), dtype="int32")
    both = L.Concatenate()([L.Embedding(7, 3, mask_zero=True)(words), L.Embedding(7, 2, mask_zero=True)(tags)])
    return [words, tags], L.Dense(1)(L.LSTM(4, return_sequences=True)(both))


@graph(["both 4", "right 5"], MSE, optimizer="adam")
def masks_joined_over_time():
    first, second = L.Input((4,), dtype="int32"), L.Input((5,), dtype="int32")
    embedding = L.Embedding(7, 3, mask_zero=True)
    both = L.Concatenate(axis=1)([embedding(first), embedding(second)])
    return [first, second], L.Dense(1)(L.GRU(4)(both))


@graph([(6, 3), (4, 2)], MSE, optimizer="adam")
def attention_over_the_encoder():
    source, goal = L.Input((6, 3)), L.Input((4, 2))
    encoded, h, c = L.LSTM(4, return_sequences=True, return_state=True)(source)
    decoded = L.LSTM(4, return_sequences=True)(goal, initial_state=[h, c])
    context = L.Attention(use_scale=True)([decoded, encoded])
    return [source, goal], L.Dense(1)(L.Concatenate()([decoded, context]))


@graph(["both 6", "right 5"], SPARSE, metrics=["accuracy"])
def additive_attention_over_the_encoder_masked():
    source, goal = L.Input((None,), dtype="int32"), L.Input((None,), dtype="int32")
    encoded, h = L.GRU(4, return_sequences=True, return_state=True)(L.Embedding(7, 3, mask_zero=True)(source))
    decoded = L.GRU(4, return_sequences=True)(L.Embedding(7, 2, mask_zero=True)(goal), initial_state=h)
    context = L.AdditiveAttention()([decoded, encoded])
    return [source, goal], L.Dense(4, "softmax")(L.Concatenate()([decoded, context]))


@graph(["right 6"], [MSE, SPARSE])
def causal_self_attention():
    text = L.Input((6,), dtype="int32")
    x = L.Embedding(7, 4, mask_zero=True)(text)
    x = L.LayerNormalization()(L.Add()([x, L.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True)]))
    pooled = L.GlobalAveragePooling1D()(x)
    return text, [L.Dense(1, name="level")(pooled), L.Dense(5, "softmax", name="next")(x)]


@graph(["right 6", "right 5"], SPARSE)
def cross_attention_masked():
    source, goal = L.Input((6,), dtype="int32"), L.Input((5,), dtype="int32")
    embedding = L.Embedding(7, 4, mask_zero=True)
    memory = L.Bidirectional(L.GRU(2, return_sequences=True))(embedding(source))
    x = embedding(goal)
    x = L.LayerNormalization()(L.Add()([x, L.MultiHeadAttention(2, 2)(x, memory)]))
    x = L.Add()([x, L.Dense(4, "relu")(x)])
    return [source, goal], L.Dense(3, "softmax")(x)


@graph([(5, 3), (4, 2)], [MSE, MSE])
def attention_scores_as_output():
    source, goal = L.Input((5, 3)), L.Input((4, 2))
    encoded = L.SimpleRNN(3, return_sequences=True)(source)
    decoded = L.SimpleRNN(3, return_sequences=True)(goal)
    context, scores = L.Attention()([decoded, encoded], return_attention_scores=True)
    return [source, goal], [L.Dense(1, name="value")(context), scores]


@graph([(4,)], MSE, optimizer="adam")
def merged_branches():
    features = L.Input((4,))
    a, b, c = L.Dense(3, "tanh")(features), L.Dense(3)(features), L.Dense(3, "sigmoid")(features)
    merged = [L.Average()([a, b, c]), L.Maximum()([a, b]), L.Minimum()([b, c]), L.Multiply()([a, b, c])]
    return features, L.Dense(1)(L.Concatenate()(merged))


@graph([(4,)], [MSE, MSE])
def value_read_twice_by_one_layer():
    features = L.Input((4,))
    x = L.Dense(3, "tanh", activity_regularizer=L2(0.1))(features)
    square, double = L.Multiply()([x, x]), L.Add()([x, x])
    return features, [L.Dense(1, name="a")(L.Subtract()([square, double])), L.Dense(2, name="b")(double)]


@graph(["both 6", "right 4"], SPARSE, optimizer="adam")
def bidirectional_encoder_for_one_decoder():
    source, goal = L.Input((6,), dtype="int32"), L.Input((4,), dtype="int32")
    encoded = L.Bidirectional(L.LSTM(2, return_state=True))(L.Embedding(7, 3, mask_zero=True)(source))
    h, c = L.Concatenate()([encoded[1], encoded[3]]), L.Concatenate()([encoded[2], encoded[4]])
    decoded = L.LSTM(4, return_sequences=True)(L.Embedding(7, 2, mask_zero=True)(goal), initial_state=[h, c])
    return [source, goal], L.Dense(3, "softmax")(decoded)


@graph(["both 5", "right 6"], MSE, optimizer="adam")
def nested_siamese():
    text = L.Input((None,), dtype="int32")
    memory = L.LSTM(3)(L.Embedding(7, 3, mask_zero=True)(text))
    encoder = keras.Model(text, L.Dense(2, "tanh")(L.Dropout(0.0)(memory)), name="encoder")
    left, right = L.Input((None,), dtype="int32"), L.Input((None,), dtype="int32")
    return [left, right], L.Dense(1)(L.Dot(axes=1)([encoder(left), encoder(right)]))


@graph([(5, 3), (2,)], [MSE, MSE], optimizer="adam", metrics=[["mae"], []])
def nested_two_inputs_two_outputs():
    series, place = L.Input((None, 3)), L.Input((4,))
    steps = L.GRU(4, return_sequences=True)(series, initial_state=place)
    inner = keras.Model([series, place], [L.Dense(3)(steps), L.Dense(4, "tanh")(place)], name="inner")
    x, y = L.Input((5, 3)), L.Input((2,))
    one, start = inner([x, L.Dense(4)(y)])
    two, last = inner([one, start])
    return [x, y], [L.Dense(1, name="a")(L.Add()([one, two])), L.Dense(1, name="b")(L.Multiply()([start, last]))]


@graph([(6, 3)], SPARSE, metrics=["accuracy"])
def nested_three_deep():
    block = keras.Sequential([L.Input((6, 3)), L.Conv1D(3, 2, padding="causal", activation="tanh"), L.Dropout(0.0)])
    x = L.Input((6, 3))
    residual = keras.Model(x, L.Add()([x, block(x)]), name="residual")
    chain = keras.Sequential([L.Input((6, 3)), L.Dense(3), residual, L.GRU(4)], name="chain")
    y = L.Input((6, 3))
    return y, L.Dense(3, "softmax")(chain(residual(y)))


@graph(["both 6", "left 5"], [SPARSE, MSE])
def nested_masks():
    source, goal = L.Input((6,), dtype="int32"), L.Input((5,), dtype="int32")
    x = L.Input((None, 3))
    sequence, h, c = L.LSTM(4, return_sequences=True, return_state=True)(x)
    encoder = keras.Model(x, [L.Dense(3)(sequence), h, c], name="encoder")
    embedding = L.Embedding(7, 3, mask_zero=True)
    first, h, c = encoder(embedding(source))
    second, _, _ = encoder(embedding(goal))
    decoded = L.LSTM(4, return_sequences=True)(second, initial_state=[h, c])
    return [source, goal], [L.Dense(4, "softmax", name="kind")(decoded), L.Dense(1, name="level")(L.GRU(2)(first))]


@graph([(4,), (4,)], [MSE, MSE], optimizer="adam")
def nested_batch_normalization():
    x = L.Input((4,))
    hidden = L.Dense(3, "tanh", activity_regularizer=L2(0.1), kernel_regularizer=L2(0.05))(x)
    inner = keras.Model(x, L.Dense(4)(L.BatchNormalization()(hidden)), name="inner")
    left, right = L.Input((4,)), L.Input((4,))
    a, b = inner(left), inner(L.Dense(4)(right))
    return [left, right], [L.Dense(1, name="a")(a), L.Dense(2, name="b")(L.BatchNormalization()(L.Add()([a, b])))]


@graph([(5, 3)], MSE, optimizer="adam")
def nested_frozen_and_shared():
    x, shared = L.Input((None, 3)), L.Dense(3, "tanh", name="shared")
    frozen = keras.Model(x, L.GRU(3, return_sequences=True)(shared(L.Dense(3, name="first")(x))), name="frozen")
    frozen.trainable = False
    shared.trainable = True
    y = L.Input((5, 3))
    z = frozen(shared(L.Dense(3, name="before")(y)))
    return y, L.Dense(1, name="after")(L.LSTM(2)(z))


@graph([(5, 3)], MSE, rows=8, batch=4)
def nested_stateful():
    x = L.Input((5, 3), batch_size=4)
    inner = keras.Model(x, L.GRU(3, return_sequences=True, stateful=True)(x), name="inner")
    y = L.Input((5, 3), batch_size=4)
    return y, L.Dense(1)(L.LSTM(2, stateful=True)(inner(L.Dense(3)(inner(y)))))


@graph([(8, 3), (2, 4)], MSE, optimizer="adam")
def time_distributed_models():
    """A convolution with a residual branch for each of four frames, applied twice, and a frozen model."""
    frame = L.Input((2, 3))
    x = L.Conv1D(3, 2, padding="same", activation="tanh", kernel_regularizer=L2(0.05))(frame)
    cnn = keras.Model(frame, L.Dense(4)(L.Flatten()(L.Add()([x, frame]))), name="cnn")
    y = L.Input((4,))
    frozen = keras.Model(y, L.Dense(4)(L.BatchNormalization()(y)), name="frozen")
    frozen.trainable = False
    video, other = L.Input((8, 3)), L.Input((2, 4))
    each = L.TimeDistributed(cnn)
    first = each(L.Reshape((4, 2, 3))(video))
    second = each(L.Reshape((4, 2, 3))(L.Conv1D(3, 3, padding="same")(video)))
    third = L.TimeDistributed(frozen)(other)
    return [video, other], L.Dense(1)(L.Concatenate()([L.GRU(3)(L.Add()([first, second])), L.LSTM(2)(third)]))


@graph([(5, 3), (4, 2)], [MSE, MSE], optimizer="adam")
def directions_apart():
    source, goal = L.Input((5, 3)), L.Input((4, 2))
    forwards, backwards, *states = L.Bidirectional(
        L.GRU(3, return_sequences=True, return_state=True), merge_mode=None)(source)
    both = L.Bidirectional(L.GRU(3), merge_mode=None)(goal, initial_state=states)
    difference = L.Subtract()([forwards, backwards])
    return [source, goal], [L.Dense(1, name="steps")(difference), L.Dense(2, name="last")(L.Multiply()(both))]


@graph([(5, 3), (4, 2)], MSE)
def constrained_heads():
    source, goal = L.Input((5, 3)), L.Input((4, 2))
    heads = L.MultiHeadAttention(2, 3, kernel_constraint=keras.constraints.MaxNorm(0.9, axis=[0, 1]),
                                 bias_constraint=keras.constraints.NonNeg())
    return [source, goal], L.Dense(1)(heads(goal, source))


@graph(["both 6", "right 6"], [MSE, SPARSE], optimizer="adam")
def masks_that_attention_removes():
    """A layer that finds no masks when it runs, but whose own mask is an argument of the next."""
    source, goal = L.Input((6,), dtype="int32"), L.Input((6,), dtype="int32")
    tokens, words = L.Embedding(7, 4, mask_zero=True)(source), L.Embedding(7, 4, mask_zero=True)(goal)
    heads = L.MultiHeadAttention(1, 3)(tokens, words)
    extremes = [L.Minimum()([tokens, words]), L.Maximum()([words, tokens]), L.Multiply()([tokens, words])]
    later = L.Attention()([tokens, heads], use_causal_mask=True)
    means = [L.GlobalAveragePooling1D()(x) for x in [*extremes, later]]
    return [source, goal], [L.Dense(2, name="level")(L.Concatenate()(means)), L.Dense(3, "softmax", name="kind")(later)]


def main():
    names = sys.argv[1:]
    for case in GRAPHS:
        if not names or case[0].__name__ in names:
            write(*case)


if __name__ == "__main__":
    main()
