"""Writes model files with frozen layers, saved by Keras between epochs: keras/frozen_NAME.keras, .h5 and .json.

The files are saved after one epoch. The JSON files contain the output and the losses of the next two epochs with
batches of 4, without shuffling.
"""

import json
import pathlib

import keras
import numpy as np
from keras import layers as L

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/keras"
keras.utils.set_random_seed(5)
rng = np.random.default_rng(5)


def nested(array):
    array = np.asarray(array, "float32")
    return [nested(a) for a in array] if array.ndim else float(str(array))


def write(name, model):
    x = rng.normal(size=(10, 6, 3)).astype("float32")
    y = rng.normal(size=(10, 2)).astype("float32")
    model.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"], weighted_metrics=["mse"])

    def train():
        return model.fit(x, y, batch_size=4, epochs=1, shuffle=False, verbose=0).history["loss"][0]

    train()
    model.save(OUT / f"frozen_{name}.keras")
    model.save(OUT / f"frozen_{name}.h5")
    result = {
        "x": nested(x), "y": nested(y), "output": nested(model.predict(x, verbose=0)),
        "trainable": sum(w.numpy().size for w in model.trainable_weights),
        "not_trainable": sum(w.numpy().size for w in model.non_trainable_weights),
        "losses": [train(), train()],
    }
    (OUT / f"frozen_{name}.json").write_text(json.dumps(result) + "\n")



both = L.Bidirectional(L.LSTM(3, return_sequences=True))
both.forward_layer.trainable = False
middle = L.GRU(4, kernel_regularizer=keras.regularizers.L2(0.1))
middle.trainable = False
write("parts", keras.Sequential([keras.Input((6, 3)), both, middle, L.Dense(2)]))
first = L.Bidirectional(L.GRU(3, return_sequences=True))
first.trainable = False
def norm():
    layer = L.BatchNormalization()
    layer.trainable = False
    return layer


write("first", keras.Sequential([keras.Input((6, 3)), first, L.LSTM(3), L.Dense(2)]))
write("norm", keras.Sequential([
    keras.Input((6, 3)), norm(), L.LSTM(4, return_sequences=True), norm(), L.GRU(3), L.BatchNormalization(), L.Dense(2)]))
