"""Writes reference values of the effects of masks, computed by Keras: keras/masks.json.

- "metrics": a model that returns masked sequences, and its evaluation with batches of 2.
- "time_distributed": an Embedding with mask_zero inside a TimeDistributed, which does not return the mask.
- "unrolled": a file with unroll=True whose backward LSTM has masked steps at the end. The output is that of unroll=False,
  which Keras on JAX computes both ways. On TensorFlow, Keras 3.15 zeroes the steps of an unrolled backward layer by a mask
  that it forgets to reverse (keras/src/backend/tensorflow/rnn.py), and on Torch it fails.
"""

import json
import pathlib

import keras
import numpy as np
from keras import layers as L
from keras import metrics as M

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/keras/masks.json"
rng = np.random.default_rng(9)


def numbers(array):
    """float32 values as the shortest decimals that read back to the same float32."""
    return {
        "shape": list(np.shape(array)),
        "data": [float(str(v)) for v in np.asarray(array, "float32").ravel()],
    }


def case(model, x):
    for v in model.weights:
        v.assign(rng.normal(0, 0.8, v.shape))
    return {
        "keras_config": model.get_config(),
        "weights": [numbers(v) for v in model.weights],
        "x": {**numbers(x), "dtype": "float"},
        "output": numbers(model.predict(x, verbose=0)),
    }


def metrics():
    x = rng.normal(size=(5, 6, 3)).astype("float32")
    x[0, 3:] = x[1, :2] = x[2] = x[3, 1:4:2] = 0
    y = (rng.random((5, 6, 1)) > 0.5).astype("float32")
    model = keras.Sequential(
        [keras.Input((6, 3)), L.Masking(), L.GRU(3, return_sequences=True), L.Dense(1, "sigmoid")]
    )
    result = case(model, x)
    model.compile(
        "sgd",
        "mse",
        metrics=[
            "mae",
            M.RootMeanSquaredError(name="rmse"),
            M.Precision(name="precision"),
            M.Recall(name="recall"),
            M.AUC(name="auc"),
            M.BinaryAccuracy(name="binary_accuracy"),
        ],
    )
    evaluation = model.evaluate(x, y, batch_size=2, verbose=0, return_dict=True)
    return {**result, "y": numbers(y), "evaluation": evaluation}


def time_distributed():
    x = rng.integers(1, 5, size=(3, 4, 6))
    x[0, 1] = x[1, :, 2:] = x[2, :, :3] = x[2, 2, 4] = 0
    model = keras.Sequential(
        [
            keras.Input((4, 6)),
            L.TimeDistributed(L.Embedding(5, 2, mask_zero=True)),
            L.TimeDistributed(L.GRU(2)),
            L.LSTM(2),
        ]
    )
    return case(model, x.astype("float32"))


def unrolled():
    x = rng.integers(1, 5, size=(4, 5))
    x[0, 3:] = x[1, 1:] = x[2, 2] = 0
    layers = [
        L.Bidirectional(L.LSTM(2, return_sequences=True), merge_mode="mul"),
        L.LSTM(2, return_sequences=True, go_backwards=True, zero_output_for_mask=True),
    ]
    model = keras.Sequential([keras.Input((5,)), L.Embedding(5, 3, mask_zero=True), *layers, L.SimpleRNN(3)])
    result = case(model, x.astype("float32"))
    for layer in layers[0].forward_layer, layers[0].backward_layer, layers[1]:
        layer.unroll = True
    return {**result, "keras_config": model.get_config()}


OUT.write_text(
    json.dumps({"metrics": metrics(), "time_distributed": time_distributed(), "unrolled": unrolled()}) + "\n"
)
