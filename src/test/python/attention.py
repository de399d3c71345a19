"""Writes reference values of attention pooling, computed in float64: layers/core/attention.json.

Keras has no such layer, so its equations are written in operations of Keras. The file contains weights, sequences in
which some steps are masked (all steps of the last row), the attention weights, the output, and the gradients of the sum
of output times factors.
"""

import json
import pathlib

import keras
import numpy as np
import tensorflow as tf
from keras import ops

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/layers/core/attention.json"
ROWS, STEPS, FEATURES, UNITS = 4, 5, 3, 6
rng = np.random.default_rng(11)


def numbers(values):
    return [float(v) for v in np.asarray(values).ravel()]


def normal(*shape):
    return tf.Variable(rng.standard_normal(shape).astype("float32").astype("float64"))


def case(additive):
    query = normal(UNITS if additive else FEATURES)
    weights = [query] + ([normal(FEATURES, UNITS), normal(UNITS)] if additive else [])
    x = normal(ROWS, STEPS, FEATURES)
    mask = rng.random((ROWS, STEPS)) < 0.6
    mask[0], mask[-1] = True, False
    factors = rng.standard_normal((ROWS, FEATURES)).astype("float32").astype("float64")
    with tf.GradientTape() as tape:
        if additive:
            keys = ops.tanh(ops.matmul(x, weights[1]) + weights[2])
            scores = ops.sum(keys * query, axis=-1)
        else:
            scores = ops.sum(x * query, axis=-1) / np.sqrt(FEATURES)
        powers = ops.where(mask, ops.exp(scores), ops.zeros_like(scores))
        total = ops.sum(powers, axis=1, keepdims=True)
        attention = powers / ops.where(total == 0, ops.ones_like(total), total)
        output = ops.sum(attention[..., None] * x, axis=1)
        loss = ops.sum(output * factors)
    gradients = tape.gradient(loss, weights + [x])
    return {
        "additive": additive,
        "weights": [numbers(w) for w in weights],
        "x": numbers(x),
        "mask": mask.ravel().tolist(),
        "factors": numbers(factors),
        "attention": numbers(attention),
        "output": numbers(output),
        "gradients": [numbers(g) for g in gradients],
    }


OUT.parent.mkdir(exist_ok=True)
cases = [case(True), case(False)]
lines = ",\n".join(json.dumps(c) for c in cases)
OUT.write_text(f'{{"shape": [{ROWS}, {STEPS}, {FEATURES}], "units": {UNITS}, "cases": [\n{lines}\n]}}\n')
print(keras.__version__, [len(c["weights"]) for c in cases])
