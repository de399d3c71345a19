"""Writes keras/functional/*: models that branch, their data, and what Keras 3.15 predicts and learns in one step.

NAME.keras is the model after two steps, so that it contains the state of the optimizer. NAME.json contains the inputs,
the targets, the predictions, the evaluation, and the predictions after one more step on all rows.
"""
import json
import pathlib
import sys
import zlib

import keras
import numpy as np
from keras import Input, Model, layers

OUT = pathlib.Path(__file__).parent.parent / "resources/org/unroll/keras/functional"
ROWS = 6
rng = np.random.default_rng(15)


def normal(*shape):
    return rng.normal(size=(ROWS, *shape)).astype("float32").round(3)


def ids(steps, count):
    rows = rng.integers(1, count, size=(ROWS, steps)).astype("int32")
    for row, length in zip(rows, rng.integers(1, steps + 1, size=ROWS)):
        row[length:] = 0
    return rows


def two_inputs():
    """A series and static features, joined by the states."""
    series, place = Input((5, 3), name="series"), Input((4,), name="place")
    state = layers.Dense(3, activation="tanh", name="start")(place)
    memory = layers.GRU(3, return_sequences=True)(series, initial_state=state)
    return Model([series, place], layers.Dense(2)(layers.GRU(2)(memory))), [normal(5, 3), normal(4)], [normal(2)]


def two_outputs():
    """Two outputs with loss weights and metrics, and a layer between them that is used twice."""
    x = Input((5, 3))
    shared = layers.Dense(3, activation="tanh", name="shared")
    memory = layers.LSTM(3, name="memory")(shared(shared(x)))
    level = layers.Dense(1, name="level")(memory)
    kind = layers.Dense(4, activation="softmax", name="kind")(memory)
    targets = [normal(1), rng.integers(0, 4, size=(ROWS, 1)).astype("int32")]
    return Model(x, [level, kind], name="twins"), [normal(5, 3)], targets


def siamese():
    """A shared encoder of two inputs of different lengths. The longer branch is deeper."""
    left, right = Input((None, 2), name="left"), Input((None, 2), name="right")
    encoder = layers.Bidirectional(layers.GRU(2), merge_mode="sum")
    near = encoder(left)
    far = encoder(layers.Dense(2)(layers.Dense(2)(right)))
    return Model([left, right], [near, layers.Dense(2)(far)]), [normal(4, 2), normal(6, 2)], [normal(2), normal(2)]


def encoder_decoder():
    source, target = Input((None,), dtype="int32", name="source"), Input((None,), dtype="int32", name="target")
    encoder = layers.LSTM(3, return_state=True, name="encoder")
    _, h, c = encoder(layers.Embedding(6, 2, mask_zero=True)(source))
    decoder = layers.LSTM(3, return_sequences=True, name="decoder")
    memory = decoder(layers.Embedding(7, 2)(target), initial_state=[h, c])
    return Model([source, target], layers.Dense(7, activation="softmax")(memory)), [ids(5, 6), ids(4, 7)], [
        rng.integers(0, 7, size=(ROWS, 4)).astype("int32")
    ]


def masked_decoder():
    """Keras ignores the mask of a decoder with initial states, but passes it on."""
    source, target = Input((None,), dtype="int32", name="source"), Input((None,), dtype="int32", name="target")
    embedding = layers.Embedding(6, 2, mask_zero=True)
    _, state = layers.GRU(3, return_state=True)(embedding(source))
    memory = layers.GRU(3, return_sequences=True)(embedding(target), initial_state=state)
    return Model([source, target], layers.Dense(1)(layers.GRU(2)(memory))), [ids(5, 6), ids(4, 6)], [normal(1)]


def stateful_encoder():
    x = Input((4, 2), batch_size=ROWS)
    memory, h, c = layers.LSTM(3, return_sequences=True, return_state=True, stateful=True)(x)
    return Model(x, [layers.Dense(1)(memory), layers.Dense(2)(h), c]), [normal(4, 2)], [normal(4, 1), normal(2), normal(3)]


def bidirectional_states():
    x = Input((4, 2))
    both = layers.Bidirectional(layers.LSTM(2, return_state=True))(x)
    memory = layers.Bidirectional(layers.LSTM(2, return_sequences=True))(x, initial_state=both[1:])
    return Model(x, layers.Dense(1)(memory)), [normal(4, 2)], [normal(4, 1)]


def masked_branches():
    """The operations that compute the mask make the first Dense deeper than the other branch."""
    a, b = Input((4, 2), name="a"), Input((4, 2), name="b")
    x = layers.Masking()(layers.Dense(2, activation="relu", name="first")(a))
    y = layers.Dense(2, name="third")(layers.Dense(2, name="second")(b))
    outputs = [layers.Dense(1, name="q")(layers.SimpleRNN(2)(y)), layers.Dense(1, name="p")(layers.SimpleRNN(2)(x))]
    return Model([a, b], outputs), [normal(4, 2), normal(4, 2)], [normal(1), normal(1)]


def residual():
    """Merging layers. The masks pass through Add and Concatenate."""
    source = Input((5,), dtype="int32", name="source")
    x = layers.Embedding(6, 3, mask_zero=True)(source)
    y = layers.Add()([x, layers.LSTM(3, return_sequences=True)(x)])
    z = layers.Concatenate(name="join")([y, x, layers.Dense(2)(y)])
    both = layers.Multiply()([layers.GRU(2, name="one")(z), layers.GRU(2, name="two")(y)])
    return Model(source, layers.Dense(1)(both)), [ids(5, 6)], [normal(1)]


def attention():
    """An encoder-decoder with attention, whose scores are an output."""
    source, target = Input((None,), dtype="int32", name="source"), Input((None,), dtype="int32", name="target")
    encoder = layers.LSTM(4, return_sequences=True, return_state=True)
    values, h, c = encoder(layers.Embedding(6, 4, mask_zero=True)(source))
    memory = layers.LSTM(4, return_sequences=True)(layers.Embedding(7, 2)(target), initial_state=[h, c])
    context, scores = layers.Attention(name="look")([memory, values], return_attention_scores=True)
    heads = layers.MultiHeadAttention(2, 2, name="self")(memory, memory, use_causal_mask=True)
    joined = layers.Concatenate()([memory, context, heads])
    output = layers.Dense(7, activation="softmax", name="next")(joined)
    return Model([source, target], [output, scores]), [ids(5, 6), ids(4, 7)], [
        rng.integers(0, 7, size=(ROWS, 4)).astype("int32"),
        normal(4, 5),
    ]


def nested_siamese():
    """An encoder, itself a model, of two texts. Its Embedding makes the masks."""
    text = Input((None,), dtype="int32", name="text")
    memory = layers.LSTM(3)(layers.Embedding(6, 2, mask_zero=True)(text))
    encoder = Model(text, layers.Dense(2, activation="tanh")(memory), name="encoder")
    left, right = Input((None,), dtype="int32", name="left"), Input((None,), dtype="int32", name="right")
    both = layers.Subtract()([encoder(left), encoder(right)])
    return Model([left, right], layers.Dense(1)(both)), [ids(5, 6), ids(4, 6)], [normal(1)]


def nested_outputs():
    """A model with two inputs and two outputs that is called twice, and whose output is an output."""
    series, place = Input((None, 3), name="series"), Input((4,), name="place")
    steps = layers.GRU(4, return_sequences=True)(series, initial_state=place)
    inner = Model([series, place], [layers.Dense(3)(steps), layers.Dense(4)(place)], name="inner")
    x, y = Input((5, 3), name="x"), Input((4,), name="y")
    one, start = inner([x, y])
    two, last = inner([one, start])
    return Model([x, y], [last, layers.Dense(1, name="level")(two)]), [normal(5, 3), normal(4)], [normal(4), normal(5, 1)]


def nested_deep():
    """Models in models with the same names of layers, batch normalization, and a frozen layer."""
    x = Input((4, 3))
    inner = keras.Sequential([Input((4, 3)), layers.Dense(3, name="dense", trainable=False), layers.BatchNormalization()], name="stack")
    middle = Model(x, layers.Add()([inner(layers.Dense(3, name="dense")(x)), x]), name="middle")
    z = Input((4, 3))
    series = layers.BatchNormalization(name="first")(middle(middle(z)))
    outer = Model(z, layers.Bidirectional(layers.GRU(2), name="dense")(series), name="outer")
    y = Input((4, 3))
    return Model(y, layers.Dense(1, name="outer_dense")(outer(y))), [normal(4, 3)], [normal(1)]


def nested_chain():
    """A Sequential whose layers are a branching model and a Sequential."""
    x = Input((4, 3))
    residual = Model(x, layers.Add()([x, layers.Conv1D(3, 2, padding="causal")(x)]), name="residual")
    memory = keras.Sequential([Input((4, 3)), layers.GRU(3, return_sequences=True), layers.LSTM(2)], name="memory")
    return keras.Sequential([Input((4, 3)), residual, memory, layers.Dense(1)]), [normal(4, 3)], [normal(1)]


def nested_masked():
    """A mask enters a stateful model and leaves it."""
    x = Input((5, 2), batch_size=ROWS)
    inner = Model(x, layers.GRU(3, return_sequences=True, stateful=True)(x), name="memory")
    text = Input((5,), dtype="int32", batch_size=ROWS)
    return Model(text, layers.Dense(1)(layers.LSTM(2)(inner(layers.Embedding(6, 2, mask_zero=True)(text))))), [ids(5, 6)], [normal(1)]


def nested_shared():
    """A layer of an inner model is also a layer of the outer one."""
    x, shared = Input((4, 3)), layers.Dense(3, activation="tanh", name="shared")
    inner = Model(x, layers.GRU(3, return_sequences=True)(shared(x)), name="inner")
    y = Input((4, 3))
    return Model(y, layers.Dense(1)(layers.LSTM(2)(shared(inner(shared(y)))))), [normal(4, 3)], [normal(1)]


def masked_join():
    """The mask behind a Concatenate is computed by operations, which make its inputs deeper than the other branch."""
    a, b, c = Input((4,), dtype="int32", name="a"), Input((4, 2), name="b"), Input((2,), name="c")
    y = layers.Dense(2, name="second")(layers.Dense(2, activation="tanh", name="first")(b))
    joined = layers.Concatenate()([layers.Embedding(5, 2, mask_zero=True)(a), y])
    z = c
    for name in "third", "fourth", "fifth", "sixth", "seventh":
        z = layers.Dense(2, activation="tanh", name=name)(z)
    both = layers.Concatenate()([layers.LSTM(2)(joined), z])
    return Model([a, b, c], layers.Dense(1, name="last")(both)), [ids(4, 5), normal(4, 2), normal(2)], [normal(1)]


def masked_attention():
    """Keras passes on the mask of an attention by an operation; a convolution has no mask."""
    x = Input((5,), dtype="int32", name="x")
    tokens = layers.Embedding(6, 3, mask_zero=True)(x)
    joined = layers.Concatenate()([layers.Conv1D(2, 2, padding="same")(tokens), tokens])
    context = layers.Attention()([tokens, tokens])
    both = layers.Concatenate()([layers.GRU(2)(joined), layers.GlobalAveragePooling1D()(context)])
    return Model(x, layers.Dense(1)(both)), [ids(5, 6)], [normal(1)]


def nested_time_distributed():
    """A branching model and a Sequential that are applied to each time step."""
    frame = Input((2, 3))
    x = layers.Conv1D(3, 2, padding="same", activation="tanh", name="kernel")(frame)
    cnn = Model(frame, layers.Dense(4, name="dense")(layers.Flatten()(layers.Add()([x, frame]))), name="cnn")
    stack = keras.Sequential([Input((4,)), layers.Dense(3, trainable=False, name="dense"), layers.LayerNormalization()], name="stack")
    series = Input((8, 3))
    each = layers.TimeDistributed(cnn)(layers.Reshape((4, 2, 3))(series))
    return Model(series, layers.Dense(1)(layers.GRU(2)(layers.TimeDistributed(stack, name="last")(each)))), [normal(8, 3)], [normal(1)]


CASES = [two_inputs, two_outputs, siamese, encoder_decoder, masked_decoder, stateful_encoder, bidirectional_states, masked_branches, residual, attention, masked_join, masked_attention]
NESTED = [nested_siamese, nested_outputs, nested_deep, nested_chain, nested_masked, nested_shared, nested_time_distributed]


def compile_model(model, name):
    adam = keras.optimizers.Adam(0.02)
    if name == "two_outputs":
        model.compile(
            adam,
            loss={"level": "mse", "kind": "sparse_categorical_crossentropy"},
            loss_weights={"level": 0.5, "kind": 2.0},
            metrics={"level": ["mae", "mse"], "kind": "accuracy"},
            weighted_metrics={"level": ["mape"]},
        )
    elif name == "encoder_decoder":
        model.compile(adam, "sparse_categorical_crossentropy", metrics=["accuracy"])
    elif name == "attention":
        model.compile(adam, ["sparse_categorical_crossentropy", "mse"], metrics=[["accuracy"], None])
    elif len(model.outputs) > 1:
        count = len(model.outputs)
        model.compile(adam, ["mse"] * count, metrics=[["mae"]] + [[]] * (count - 1))
    else:
        model.compile(adam, "mse", metrics=["mae"])


def flat(values):
    return [
        {"dtype": "int" if v.dtype.kind == "i" else "float", "shape": list(v.shape), "data": v.ravel().tolist()} for v in values
    ]


def one(values):
    return values[0] if len(values) == 1 else values


def begin_anew(model):
    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False):
            layer.reset_state()


def predictions(model, inputs):
    begin_anew(model)
    outputs = model.predict(one(inputs), batch_size=ROWS, verbose=0)
    return flat(outputs if isinstance(outputs, (list, tuple)) else [outputs])


def write(case):
    global rng
    if case in NESTED:  # its own random numbers, so that the files of the other cases stay the same
        rng = np.random.default_rng(zlib.crc32(case.__name__.encode()))
        keras.backend.clear_session()
    keras.utils.set_random_seed(5)
    model, inputs, targets = case()
    for weight in model.trainable_variables:
        weight.assign(rng.normal(size=weight.shape).round(3) * 0.5)
    compile_model(model, case.__name__)
    for _ in range(2):
        begin_anew(model)
        model.train_on_batch(one(inputs), one(targets))
    model.save(OUT / f"{case.__name__}.keras")
    reference = {"inputs": flat(inputs), "targets": flat(targets), "outputs": predictions(model, inputs)}
    reference["weights"] = [w.path for w in model.weights if "seed_generator" not in w.path]
    begin_anew(model)
    reference["evaluation"] = model.evaluate(one(inputs), one(targets), batch_size=ROWS, verbose=0, return_dict=True)
    begin_anew(model)
    model.train_on_batch(one(inputs), one(targets))
    reference["after"] = [keras.ops.convert_to_numpy(w).ravel().tolist() for w in model.trainable_variables]
    if case.__name__ == "two_outputs" or case in NESTED[2:4]:
        model.save(OUT / f"{case.__name__}.h5")
    (OUT / f"{case.__name__}.json").write_text(json.dumps(reference) + "\n")


OUT.mkdir(exist_ok=True)
for case in CASES + NESTED:
    if len(sys.argv) < 2 or case.__name__ in sys.argv[1:]:
        write(case)
        print(case.__name__)
