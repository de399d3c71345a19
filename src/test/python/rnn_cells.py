"""Writes the golden cases of RNN(cell), computed by Keras: src/test/resources/goldens/cells/rnn_NAME.json.

The format is that of goldens.py: the configuration of a model, random weights and biases, data, output, loss, gradients
of the loss, and for some cases a short training run without shuffling whose last batch is smaller. GoldenCellsTest
reads them.
"""

import json
import pathlib

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/goldens/cells"
rng = np.random.default_rng(41)
TIME, FEATURES = 5, 3


def tensor(array, path=None):
    array = np.asarray(array)
    whole = np.issubdtype(array.dtype, np.integer)
    data = [int(v) if whole else float(str(v)) for v in array.ravel()]
    entry = {"shape": list(array.shape), "dtype": "int" if whole else "float", "data": data}
    return entry if path is None else {"path": path, **entry}


def normal(*shape):
    return rng.normal(0, 1, shape).astype("float32")


def case(name, *stack, x=None, samples=4, optimizer=None):
    x = normal(samples, TIME, FEATURES) if x is None else x
    model = keras.Sequential([keras.Input(x.shape[1:], dtype=x.dtype), *stack])
    for weight in model.weights:
        weight.assign(rng.normal(0, 0.5, weight.shape))
    y = normal(*model(x).shape)
    with tf.GradientTape() as tape:
        inputs = tf.constant(x)
        tape.watch(inputs)
        output = model(inputs, training=False)
        loss = tf.reduce_mean(keras.losses.mean_squared_error(y, output))
    real = inputs.dtype.is_floating
    variables = [w.value for w in model.trainable_weights]
    gradients = tape.gradient(loss, variables + ([inputs] if real else []))
    gradients = [tf.convert_to_tensor(g).numpy() for g in gradients]
    record = {
        "name": name,
        "keras": keras.__version__,
        "keras_config": json.loads(model.to_json())["config"],
        "weights": [tensor(w.numpy(), w.path) for w in model.weights],
        "x": tensor(x),
        "y": tensor(y),
        "output": tensor(output.numpy()),
        "loss": {"name": "mean_squared_error", "value": float(loss)},
        "grads": [tensor(g, w.path) for w, g in zip(model.trainable_weights, gradients)],
    }
    if real:
        record["input_grad"] = tensor(gradients[-1])
    if optimizer is not None:
        model.compile(optimizer, "mean_squared_error")
        history = model.fit(x, y, batch_size=4, epochs=4, shuffle=False, verbose=0)
        record["fit"] = {
            "optimizer": json.loads(json.dumps(keras.optimizers.serialize(optimizer), default=float)),
            "batch_size": 4,
            "epochs": 4,
            "loss_history": history.history["loss"],
            "weights_after": [tensor(w.numpy(), w.path) for w in model.weights],
        }
    (OUT / f"rnn_{name}.json").write_text(json.dumps(record))
    print(name, output.shape, float(loss))


def tokens(samples):
    """Left, right, interior padding, none, and a sample that is masked throughout."""
    ids = rng.integers(1, 6, (samples, TIME))
    ids[0, :2] = 0
    ids[1, 3:] = 0
    ids[2, 1:3] = 0
    ids[3] = 0
    return ids.astype("int32")


def embedding():
    return L.Embedding(6, FEATURES, mask_zero=True)


def stack():
    return L.StackedRNNCells([L.LSTMCell(4), L.GRUCell(3, reset_after=False), L.SimpleRNNCell(5)])


case("simple_cell", L.RNN(L.SimpleRNNCell(4, activation="relu"), return_sequences=True))
case("lstm_cell", L.RNN(L.LSTMCell(5)), samples=11, optimizer=keras.optimizers.Adam(0.01))
case("lstm_cell_no_bias", L.RNN(L.LSTMCell(4, use_bias=False, activation="gelu"), go_backwards=True))
case("gru_cell", L.RNN(L.GRUCell(4), return_sequences=True, go_backwards=True))
case("gru_cell_reset_before", L.RNN(L.GRUCell(4, reset_after=False, recurrent_activation="hard_sigmoid")))
case("stacked", L.RNN(stack(), return_sequences=True), samples=11, optimizer=keras.optimizers.SGD(0.1))
case("stacked_last", L.RNN([L.GRUCell(3), L.GRUCell(4)], go_backwards=True), L.Dense(2))
case("masked_lstm", embedding(), L.RNN(L.LSTMCell(4), return_sequences=True), x=tokens(5))
case("masked_gru_last", embedding(), L.RNN(L.GRUCell(4), go_backwards=True), x=tokens(5))
case("masked_zero", embedding(), L.RNN(L.LSTMCell(3), return_sequences=True, zero_output_for_mask=True), x=tokens(5))
case("masked_stacked", embedding(), L.RNN(stack(), return_sequences=True), L.RNN(L.GRUCell(3)), x=tokens(5))
case("masked_stacked_zero", embedding(), L.RNN(stack(), zero_output_for_mask=True, go_backwards=True), x=tokens(5))
case("bidirectional", L.Bidirectional(L.RNN(L.GRUCell(3), return_sequences=True)))
case("bidirectional_stacked", L.Bidirectional(L.RNN(stack()), merge_mode="sum"))
case("bidirectional_masked", embedding(), L.Bidirectional(L.RNN(stack(), return_sequences=True)), x=tokens(5))
