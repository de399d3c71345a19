"""Trains a small GRU with Keras 3 on the first twenty days of the weather in data/: the temperature in six hours.

Run, from the folder data and with any backend of Keras:

    python ../src/test/python/jena_gru.py

It writes jena_gru.keras, the model with its optimizer, and jena_gru_predictions.csv, the predictions
for the days 21 to 25.
"""

import keras
import numpy as np

DAY = 144  # rows of ten minutes
columns = ["p (mbar)", "T (degC)", "rh (%)", "wv (m/s)"]
header = open("jena_synthetic_sample.csv").readline().strip().replace('"', "").split(",")
table = np.genfromtxt("jena_synthetic_sample.csv", delimiter=",", skip_header=1,
                      usecols=[header.index(name) for name in columns])
table = (table - table[: 20 * DAY].mean(0)) / table[: 20 * DAY].std(0)


def windows(first_row, last_row):
    """Returns inputs, a day of 24 hourly rows (an hour is six rows), and targets, the temperature six hours later."""
    starts = range(first_row, last_row - DAY - 30)
    inputs = np.stack([table[i : i + DAY : 6] for i in starts])
    targets = np.stack([table[i + DAY - 6 + 36, 1] for i in starts])
    return inputs.astype("float32"), targets.astype("float32")


keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input((24, 4)), keras.layers.GRU(16), keras.layers.Dense(1)], name="jena_gru")
model.compile(keras.optimizers.Adam(0.002), "mae")
model.fit(*windows(0, 20 * DAY), epochs=6, batch_size=32, verbose=2)
model.save("jena_gru.keras")

predictions = model.predict(windows(20 * DAY, 25 * DAY)[0], verbose=0)
np.savetxt("jena_gru_predictions.csv", predictions, fmt="%.7f", header="prediction", comments="")
print("days 21 to 25:", model.evaluate(*windows(20 * DAY, 25 * DAY), verbose=0))
