"""Writes reference values of ConvLSTM2D, computed by Keras: keras/conv_lstm.json.

For each case, the file contains the configuration of the model, random weights and biases, images x, the output, and
the gradients of sum(factors * output) with respect to the weights and x. All arrays are in the order of Keras, with
the rows of the batch first. The backend is Torch; on these cases, TensorFlow agrees with Torch within 4e-7.
"""

import json
import pathlib

import keras
import numpy as np
import torch
from keras import layers as L

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/keras/conv_lstm.json"
rng = np.random.default_rng(47)
ROWS = 2


def numbers(array):
    """float32 values as the shortest decimals that read back to the same float32."""
    array = array.detach().numpy() if isinstance(array, torch.Tensor) else array
    return [float(str(v)) for v in np.asarray(array, "float32").ravel()]


def case(name, shape, *stack):
    model = keras.Sequential([keras.Input(shape), *stack])
    for weight in model.weights:
        weight.assign(rng.normal(0, 0.4, weight.shape))
    x = torch.tensor(rng.normal(0, 1, (ROWS, *shape)).astype("float32"), requires_grad=True)
    output = model(x, training=False)
    factors = rng.normal(0, 1, tuple(output.shape)).astype("float32")
    loss = (output * torch.tensor(factors)).sum()
    gradients = torch.autograd.grad(loss, [*(w.value for w in model.trainable_weights), x])
    print(name, output.shape)
    return {
        "name": name,
        "keras_config": json.loads(model.to_json())["config"],
        "weights": [numbers(w.value) for w in model.weights],
        "x": numbers(x),
        "factors": numbers(factors),
        "output": numbers(output),
        "gradients": [numbers(g) for g in gradients],
    }


C = L.ConvLSTM2D
CASES = [
    case("valid", (3, 5, 4, 2), C(3, 3, return_sequences=True)),
    case("same", (3, 4, 5, 1), C(2, (2, 3), padding="same", return_sequences=True, go_backwards=True)),
    case("last", (3, 4, 3, 2), C(2, 2, padding="same")),
    case("strides", (2, 6, 5, 2), C(2, (3, 2), strides=(2, 1), padding="same", return_sequences=True)),
    case("valid strides", (2, 6, 5, 1), C(2, (3, 2), strides=2)),
    case("dilation", (2, 6, 5, 1), C(2, 2, dilation_rate=(2, 3), activation="relu", use_bias=False)),
    case("dilation same", (2, 5, 5, 1), C(2, 3, dilation_rate=2, padding="same", recurrent_activation="silu")),
    case("stack", (3, 4, 4, 1), C(2, 3, padding="same", return_sequences=True), C(1, 2), L.Flatten(), L.Dense(2)),
]
OUT.write_text(json.dumps(CASES))
print(len(CASES), "cases", OUT.stat().st_size, "bytes")
