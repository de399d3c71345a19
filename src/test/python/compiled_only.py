"""Writes a model that was compiled and saved before any training: keras/compiled_only.keras, .h5 and .json.

The optimizer, Adam, has no slots yet. The JSON file contains data and the losses of three epochs without shuffling.
"""

import json
import pathlib

import keras
import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/keras"
N, BATCH = 12, 4
keras.utils.set_random_seed(7)
rng = np.random.default_rng(7)
x = rng.normal(size=(N, 3)).astype("float32")
y = rng.normal(size=(N, 1)).astype("float32")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="tanh"), keras.layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.03), "mse")
model.save(OUT / "compiled_only.keras")
model.save(OUT / "compiled_only.h5")
losses = model.fit(x, y, BATCH, epochs=3, shuffle=False, verbose=0).history["loss"]
result = {"x": x.astype(float).tolist(), "y": y.astype(float).tolist(), "batch_size": BATCH, "losses": losses}
(OUT / "compiled_only.json").write_text(json.dumps(result) + "\n")
