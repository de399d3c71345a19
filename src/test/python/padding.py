"""Writes reference values of sequences of different lengths, computed by Keras: keras/padding.json.

- "padded": the results of pad_sequences for token lists and feature vectors with all options.
- "training": a model with a masked embedding, trained on token lists that were padded to one length.
"""

import itertools
import json
import pathlib

import keras
import numpy as np
from keras import layers as L

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/keras/padding.json"
rng = np.random.default_rng(5)


def numbers(array):
    """float32 values as the shortest decimals that read back to the same float32."""
    return {
        "shape": list(np.shape(array)),
        "data": [float(str(v)) for v in np.asarray(array, "float32").ravel()],
    }


tokens = [rng.integers(1, 9, n).tolist() for n in (3, 1, 0, 5, 2, 4, 5)]
features = [rng.integers(-9, 9, (n, 2)).tolist() for n in (0, 3, 1, 5, 2)]


def padded():
    for maxlen, padding, truncating, value in itertools.product(
        (None, 3, 7), ("pre", "post"), ("pre", "post"), (0, -1)
    ):
        options = dict(maxlen=maxlen, padding=padding, truncating=truncating, value=value)
        yield {
            **options,
            "tokens": keras.utils.pad_sequences(tokens, **options).tolist(),
            "features": keras.utils.pad_sequences(features, dtype="float32", **options).tolist(),
        }


def training(padding, steps):
    ids = [rng.integers(1, 9, n).tolist() for n in (3, 1, 6, 5, 2, 4, 5, 1, 2, 2)]
    y = [rng.integers(0, 2, len(s)).tolist() for s in ids] if steps else rng.random(10).tolist()
    model = keras.Sequential(
        [
            keras.Input((None,)),
            L.Embedding(9, 3, mask_zero=True),
            L.LSTM(4, return_sequences=steps),
            L.Dense(2 if steps else 1, "softmax" if steps else "linear"),
        ]
    )
    for v in model.weights:
        v.assign(rng.normal(0, 0.5, v.shape))
    loss = "sparse_categorical_crossentropy" if steps else "mse"
    model.compile(keras.optimizers.SGD(0.1), loss)
    x = keras.utils.pad_sequences(ids, padding=padding)
    weights = [numbers(v) for v in model.weights]
    targets = keras.utils.pad_sequences(y, padding=padding) if steps else np.array(y)
    history = model.fit(x, targets, batch_size=4, epochs=3, shuffle=False, verbose=0).history
    return {
        "keras_config": model.get_config(),
        "weights": weights,
        "padding": padding,
        "steps": steps,
        "ids": ids,
        "y": y,
        "loss": history["loss"],
        "predict": numbers(model.predict(x, verbose=0)),
    }


OUT.write_text(
    json.dumps(
        {
            "tokens": tokens,
            "features": features,
            "padded": list(padded()),
            "training": [training(p, s) for p in ("pre", "post") for s in (False, True)],
        }
    )
    + "\n"
)
