"""Writes forecasting/panel/revin.json: windows that are normalized by their input, and the inverse.

The formula is that of RevIN (Kim et al. 2022) without its learned scale and offset, computed by Keras in float64:
keras.ops.moments over the time axis of the input, epsilon 1e-5, the population variance.
"""
import json
import pathlib

import keras
import numpy as np
from keras import ops

OUT = pathlib.Path(__file__).parents[1] / "resources/org/unroll/forecasting/panel/revin.json"
LOOKBACK, STEPS, EPSILON = 6, 3, 1e-5
keras.backend.set_floatx("float64")
rng = np.random.default_rng(12)
rows = np.column_stack([40 + rng.normal(0, 3, 14).cumsum(), rng.normal(-2, 0.01, 14)]).round(3)
starts = range(len(rows) - LOOKBACK - STEPS + 1)
x = ops.convert_to_tensor(np.stack([rows[i : i + LOOKBACK] for i in starts]))
y = ops.convert_to_tensor(np.stack([rows[i + LOOKBACK : i + LOOKBACK + STEPS, 0] for i in starts]))
predictions = ops.convert_to_tensor(rng.normal(0, 1, y.shape).round(3))
mean, variance = ops.moments(x, axes=1, keepdims=True)
deviation = ops.sqrt(variance + EPSILON)
target_mean, target_deviation = mean[:, 0, :1], deviation[:, 0, :1]
case = {
    "rows": rows.tolist(),
    "predictions": predictions.numpy().tolist(),
    "inputs": ((x - mean) / deviation).numpy().tolist(),
    "targets": ((y - target_mean) / target_deviation).numpy().tolist(),
    "forecasts": (predictions * target_deviation + target_mean).numpy().tolist(),
}
OUT.parent.mkdir(exist_ok=True)
OUT.write_text(json.dumps(case) + "\n")
