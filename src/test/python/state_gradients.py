"""Writes the gradients of a loss with respect to the states of recurrent layers at each time step: state_gradients.json.

Keras's cells are called step by step in float64. Zeros are added to the states after each step, and the loss is
differentiated with respect to these zeros. The result is the effect of the state that is passed on and returned.
"""

import json
import pathlib

import keras
import numpy as np
import tensorflow as tf

keras.config.set_floatx("float64")
OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/state_gradients.json"
STEPS, FEATURES, UNITS = 6, 2, 3
rng = np.random.default_rng(17)


def normal(*shape):
    return rng.standard_normal(shape).astype("float32").astype("float64")


def case(name, cell, sequences=False, backwards=False, masked=()):
    cell.build((1, FEATURES))
    cell.set_weights([0.7 * normal(*w.shape) for w in cell.weights])
    kernel, bias = normal(UNITS, 1), normal(1)
    x = normal(STEPS, FEATURES)
    x[list(masked)] = 0
    y = normal(STEPS if sequences else 1)
    order = list(reversed(range(STEPS))) if backwards else list(range(STEPS))
    widths = [UNITS, UNITS] if isinstance(cell, keras.layers.LSTMCell) else [UNITS]
    zeros = [[tf.Variable(np.zeros((1, w))) for w in widths] for _ in range(STEPS)]
    with tf.GradientTape() as tape:
        states = [tf.zeros((1, w), tf.float64) for w in widths]
        outputs = []
        for t in order:
            if t not in masked:
                _, states = cell(tf.constant(x[t : t + 1]), states)
            states = [s + z for s, z in zip(states, zeros[t])]
            outputs.append(states[0] @ kernel + bias)
        predicted = tf.concat(outputs if sequences else outputs[-1:], axis=0)[:, 0]
        counted = [i for i, t in enumerate(order) if t not in masked] if sequences else [0]
        loss = tf.reduce_mean(tf.square(tf.gather(predicted, counted) - tf.gather(tf.constant(y), counted)))
    gradients = tape.gradient(loss, zeros, unconnected_gradients="zero")
    return {
        "name": name,
        "sequences": sequences,
        "backwards": backwards,
        "masked": bool(masked),
        "weights": [w.ravel().tolist() for w in cell.get_weights() + [kernel, bias]],
        "x": x.tolist(),
        "y": y.tolist(),
        "gradients": [[g[s].numpy()[0].tolist() for g in gradients] for s in range(len(widths))],
    }


layers = keras.layers
cases = [
    case("simple_rnn", layers.SimpleRNNCell(UNITS)),
    case("lstm", layers.LSTMCell(UNITS)),
    case("gru", layers.GRUCell(UNITS)),
    case("gru_before", layers.GRUCell(UNITS, reset_after=False)),
    case("simple_rnn", layers.SimpleRNNCell(UNITS), sequences=True),
    case("lstm", layers.LSTMCell(UNITS), sequences=True, masked=(2, 5)),
    case("gru", layers.GRUCell(UNITS), sequences=True, backwards=True),
    case("lstm", layers.LSTMCell(UNITS), backwards=True),
]
lines = ",\n".join(json.dumps(c) for c in cases)
OUT.write_text(f'{{"cases": [\n{lines}\n]}}\n')
print(keras.__version__, [c["name"] for c in cases])
