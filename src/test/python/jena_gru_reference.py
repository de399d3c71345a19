"""Trains a GRU in Keras on a year of the Jena weather station, for comparison with RealJenaTest.

    KERAS_BACKEND=tensorflow python jena_gru_reference.py jena_2020.csv [SEEDS [EPOCHS [MODEL]]]

MODEL is gru, dropout or stacked, for comparison with org.unroll.bench.claims.JenaYear.

The data have fourteen columns. Missing values (-9999) are interpolated, and NumPy's mean and deviation of the rows 0 to
34,999 normalize all rows. A window ends at row i and contains the samples i-lookback, i-lookback+step, ..., i-step. Its
target is T (degC) at i+delay, as in the book. Training windows are in the rows 0 to 34,999 and validation windows in
the rows 35,000 to 44,999, including targets. The model is GRU(32), Dense(1), trained with RMSprop, MAE, batches of
128, and by default 5 epochs with each training window once per epoch in random order.
"""
import csv
import sys

import numpy as np
import keras
from keras import layers

LOOKBACK, STEP, DELAY, BATCH = 720, 6, 144, 128
EPOCHS = int(sys.argv[3]) if len(sys.argv) > 3 else 5
MODEL = sys.argv[4] if len(sys.argv) > 4 else "gru"
RECURRENT = {
    "gru": lambda: [layers.GRU(32)],
    "dropout": lambda: [layers.GRU(32, dropout=0.2, recurrent_dropout=0.2)],
    "stacked": lambda: [layers.GRU(32, return_sequences=True), layers.GRU(32)],
}
TRAIN, VALIDATION = (0, 35_000), (35_000, 45_000)

with open(sys.argv[1], encoding="latin-1") as file:
    rows = list(csv.reader(file))
data = np.array([[float(v) for v in row[1:15]] for row in rows[1:]])
data[data == -9999] = np.nan
for column in data.T:
    missing = np.isnan(column)
    column[missing] = np.interp(np.flatnonzero(missing), np.flatnonzero(~missing), column[~missing])
mean = data[slice(*TRAIN)].mean(axis=0)
std = data[slice(*TRAIN)].std(axis=0)
data = ((data - mean) / std).astype("float32")
TEMPERATURE = 1


def ends(first, last):
    """The rows i whose window and target lie in first ... last-1."""
    return np.arange(first + LOOKBACK, last - DELAY)


class Windows(keras.utils.PyDataset):
    def __init__(self, index, rng=None):
        super().__init__()
        self.index, self.rng = index, rng
        self.on_epoch_end()

    def on_epoch_end(self):
        self.order = self.index if self.rng is None else self.rng.permutation(self.index)

    def __len__(self):
        return -(-len(self.index) // BATCH)

    def __getitem__(self, batch):
        i = self.order[batch * BATCH:(batch + 1) * BATCH]
        return data[i[:, None] + np.arange(-LOOKBACK, 0, STEP)], data[i + DELAY, TEMPERATURE][:, None]


train_ends, validation_ends = ends(*TRAIN), ends(*VALIDATION)
x = data[validation_ends - STEP, TEMPERATURE]
naive = np.abs(x - data[validation_ends + DELAY, TEMPERATURE]).mean()
print(f"windows {len(train_ends)} + {len(validation_ends)}; last value: {naive:.4f} = {naive * std[1]:.3f} degC")
for seed in range(int(sys.argv[2]) if len(sys.argv) > 2 else 3):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((LOOKBACK // STEP, 14)), *RECURRENT[MODEL](), layers.Dense(1)])
    model.compile(optimizer="rmsprop", loss="mae")
    history = model.fit(
        Windows(train_ends, np.random.default_rng(seed)), epochs=EPOCHS,
        validation_data=Windows(validation_ends), verbose=0)
    values = history.history["val_loss"]
    print(f"seed {seed}: val_loss", " ".join(f"{v:.4f}" for v in values), f"last {values[-1]:.4f} best {min(values):.4f}")
