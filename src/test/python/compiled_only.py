"""Writes models that were compiled and saved: keras/compiled_only.keras, .h5 and .json, before any training, and keras/lost_*.keras.

The optimizer, Adam, has no slots yet. The JSON file contains data and the losses of three epochs without shuffling.
"""

import json
import pathlib
import tempfile

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

# Saving a model as .h5 removes the optimizer from its configuration, which a .keras file saved afterwards lacks.
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="tanh"), keras.layers.Dense(1)])
for name, optimizer in (("rmsprop", keras.optimizers.RMSprop(0.01)), ("adam", keras.optimizers.Adam(0.01))):
    model.compile(optimizer, "mae", metrics=["mse"])
    model.fit(x, y, BATCH, verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/model.h5")
    model.save(OUT / f"lost_{name}.keras")
