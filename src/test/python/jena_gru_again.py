"""Loads a model that jena_gru.py trained and Unroll trained further. Run, with Keras 3, from the folder data:

    python ../src/test/python/jena_gru_again.py MODEL.keras
"""

import sys

import keras
import numpy as np

model = keras.models.load_model(sys.argv[1])
model.summary()
print("optimizer:", model.optimizer.name, "after", int(model.optimizer.iterations), "steps")

header = open("jena_synthetic_sample.csv").readline().strip().replace('"', "").split(",")
table = np.genfromtxt("jena_synthetic_sample.csv", delimiter=",", skip_header=1,
                      usecols=[header.index(name) for name in ["p (mbar)", "T (degC)", "rh (%)", "wv (m/s)"]])
mean, std = table[:2880].mean(0), table[:2880].std(0)
last_day = (table[-139::6] - mean) / std  # hourly up to the very last row: 24 of them
degrees = model.predict(last_day[None], verbose=0)[0, 0] * std[1] + mean[1]
print(f"six hours after the last row: {degrees:.2f} degrees")
