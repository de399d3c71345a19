"""Writes reference values of all activations, computed by Keras: compute/activations.json.

For each name: the values and the gradients of sum(factors * f(x)) at ordinary inputs, where the last axis has 6 values,
and the values at the inputs "special", for which a row has one value. Not a number is written as a text.
"""

import json
import pathlib

import keras
import numpy as np
import tensorflow as tf
from keras.src.activations import ALL_OBJECTS_DICT

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/compute/activations.json"
rng = np.random.default_rng(315)
x = rng.normal(0, 2, (8, 6)).astype("float32")
factors = rng.normal(0, 1, x.shape).astype("float32")
special = np.array([np.inf, -np.inf, 3e38, -3e38, 1e20, -1e20, 100, -100, 20, -20, 1e-30, -1e-30, 0.0, -0.0], "float32")


def numbers(array):
    """float32 values as the shortest decimals that read back to the same float32."""
    values = [float(str(v)) for v in np.asarray(array, "float32").ravel()]
    return [v if np.isfinite(v) else str(v) for v in values]


cases = {}
for name in sorted(ALL_OBJECTS_DICT):
    if name == "threshold":  # needs arguments, so no layer can apply it by its name
        continue
    f = keras.activations.get(name)
    inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        y = f(inputs)
        loss = tf.reduce_sum(y * factors[:, : y.shape[1]])
    cases[name] = {"y": numbers(y), "gradient": numbers(tape.gradient(loss, inputs))}
    if name != "glu":
        cases[name]["special"] = numbers(f(tf.constant(special[:, None])))
OUT.parent.mkdir(exist_ok=True)
record = {"x": numbers(x), "factors": numbers(factors), "special": numbers(special), "cases": cases}
OUT.write_text(json.dumps(record) + "\n")
print(len(cases), "activations")
