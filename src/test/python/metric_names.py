"""Writes the names that Keras gives to several metrics with the same name: keras/metric_names.keras and .json.

The .keras file is a compiled model before training. The JSON file contains the data, the evaluation, and the history of
two epochs with validation, without shuffling.
"""

import json
import pathlib

import keras
import numpy as np
from keras.metrics import BinaryAccuracy

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/keras"
N, BATCH = 23, 4
keras.utils.set_random_seed(6)
rng = np.random.default_rng(6)


def nested(array):
    array = np.asarray(array, "float32")
    return [nested(a) for a in array] if array.ndim else float(str(array))


x = rng.normal(size=(N, 3)).astype("float32")
y = rng.integers(0, 2, (N, 1)).astype("float32")
weights = rng.uniform(0, 3, N).astype("float32")
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile(
    keras.optimizers.Adam(0.1),
    "binary_crossentropy",
    metrics=[BinaryAccuracy(threshold=0.3), BinaryAccuracy(threshold=0.7), "mae", BinaryAccuracy(threshold=0.5)],
    weighted_metrics=[BinaryAccuracy(threshold=0.3), BinaryAccuracy(threshold=0.7), "mse", "mse"],
)
model.optimizer.build(model.trainable_variables)  # as training does, so that the file has its state
model.save(OUT / "metric_names.keras")
evaluation = model.evaluate(x, y, BATCH, sample_weight=weights, verbose=0, return_dict=True)
history = model.fit(
    x, y, BATCH, epochs=2, shuffle=False, verbose=0, sample_weight=weights, validation_data=(x, y, weights)
).history
result = {"x": nested(x), "y": nested(y), "weights": nested(weights), "batch_size": BATCH,
          "evaluation": evaluation, "history": history}
(OUT / "metric_names.json").write_text(json.dumps(result) + "\n")
