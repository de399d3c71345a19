"""Writes model files with Keras: src/test/resources/goldens/keras_files/NAME.keras and .h5, with NAME.json.

The models are compiled and trained for one step, so the files contain the state of the optimizer. NAME.json contains
an input x, the output of Keras, and the number of parameters. KerasFilesTest and HostileFilesTest read the files.

With two arguments, it writes models with random sizes to another folder, for `-Dunroll.kerasFiles=FOLDER`:

    python src/test/python/generate.py keras_files FOLDER SEED

Keras writes the time into each .keras file, so these files differ after each run. The JSON files must not differ.
"""

import json
import os
import pathlib
import sys

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
import keras
import numpy as np
from keras import Input, Model, Sequential
from keras import layers as L
from keras import optimizers as O

FIXED_SIZES = len(sys.argv) < 3
OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/goldens/keras_files" if FIXED_SIZES else pathlib.Path(sys.argv[1])
SEED = 11 if FIXED_SIZES else int(sys.argv[2])

OUT.mkdir(parents=True, exist_ok=True)
rng = np.random.default_rng(SEED)
keras.utils.set_random_seed(SEED)
if FIXED_SIZES:
    T, F, H = 7, 5, 6
else:
    T, F, H = (int(rng.integers(low, high)) for low, high in ((4, 12), (2, 9), (3, 17)))


def normal(*shape):
    return rng.standard_normal(shape).astype("float32")


def tokens(limit, *shape):
    return rng.integers(0, limit, shape).astype("int32")


MODELS = {
    "jena_gru_dropout": (
        Sequential([Input((None, 14)), L.GRU(32, dropout=0.2, recurrent_dropout=0.2), L.Dense(1)]),
        normal(3, 24, 14),
    ),
    "jena_lstm": (
        Sequential([Input((T, F)), L.LSTM(H, recurrent_dropout=0.25), L.Dropout(0.5), L.Dense(1)]),
        normal(3, T, F),
    ),
    "audio_simplernn": (
        Sequential([Input((T, F)), L.SimpleRNN(H, return_sequences=True), L.SimpleRNN(H, return_sequences=True),
                    L.TimeDistributed(L.Dense(8)), L.Dropout(0.5), L.TimeDistributed(L.Dense(10)),
                    L.Activation("sigmoid")]),
        normal(2, T, F),
    ),
    "gru_resetbefore": (
        Sequential([Input((T, F)), L.GRU(H, reset_after=False, activation="relu", return_sequences=True), L.GRU(4),
                    L.Dense(2, activation="softmax")]),
        normal(2, T, F),
    ),
    "imdb_bilstm_masked": (
        Sequential([Input((None,), dtype="int32"), L.Embedding(50, 8, mask_zero=True), L.Bidirectional(L.LSTM(H)),
                    L.Dense(1, activation="sigmoid")]),
        tokens(50, 3, 11),
    ),
    "lstm_reversed": (Sequential([Input((T, F)), L.LSTM(H, go_backwards=True), L.Dense(1)]), normal(3, T, F)),
    "charlm_gru": (
        Sequential([Input((None,), dtype="int32"), L.Embedding(30, 8), L.GRU(H, return_sequences=True),
                    L.Dense(30, activation="softmax")]),
        tokens(30, 2, 9),
    ),
}
start = Input((T, F))
MODELS["functional_chain"] = (Model(start, L.Dense(1)(L.LSTM(H)(start))), normal(2, T, F))
MODELS["images"] = (  # the last model, with its own generator, so the others stay the same
    Sequential([Input((3, 6, 5, 1)), L.TimeDistributed(L.Conv2D(2, 3, padding="same", activation="relu")),
                L.ConvLSTM2D(2, 2, return_sequences=True), L.TimeDistributed(L.Conv2DTranspose(2, 2)),
                L.TimeDistributed(L.AveragePooling2D(2)), L.Reshape((3, 6, 2)), L.ConvLSTM1D(2, 2),
                L.Conv1DTranspose(2, 3, strides=2), L.GroupNormalization(2), L.Flatten(), L.Dense(1)]),
    np.random.default_rng(SEED).standard_normal((2, 3, 6, 5, 1)).astype("float32"),
)

for name, (model, x) in MODELS.items():
    for w in model.weights:
        if "seed" not in w.path:
            w.assign(w.numpy() + 0.2 * rng.standard_normal(w.shape).astype("float32"))
    model.compile(optimizer=O.RMSprop(1e-3), loss="mae")
    model.fit(x, np.zeros_like(model.predict(x, verbose=0)), epochs=1, verbose=0)
    output = model.predict(x, verbose=0)
    model.save(OUT / f"{name}.keras")
    if name in ("jena_lstm", "charlm_gru"):
        model.save(OUT / f"{name}.h5")
    record = {
        "x": {"shape": list(x.shape), "dtype": "int" if x.dtype.kind == "i" else "float", "data": x.ravel().tolist()},
        "output": {"shape": list(output.shape), "data": [float(v) for v in output.ravel()]},
        "params": model.count_params(),
    }
    (OUT / f"{name}.json").write_text(json.dumps(record))
print(len(MODELS), "models")
