"""Writes losses/quantiles.json: the pinball loss, the Gaussian likelihood and ordered quantiles, computed by Keras.

The losses are written with keras.ops as in the papers, and differentiated by TensorFlow.
"""
import json
import os
import pathlib

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow as tf
from keras import ops

OUT = pathlib.Path(__file__).parents[1] / "resources/org/unroll/losses/quantiles.json"
LEVELS = [0.1, 0.5, 0.9]
TARGETS = 4


def pinball(t, p):
    terms = []
    for target in range(TARGETS):
        for k, level in enumerate(LEVELS):
            error = t[:, target] - p[:, target * len(LEVELS) + k]
            terms.append(ops.maximum(level * error, (level - 1) * error))
    return ops.mean(ops.stack(terms, axis=1), axis=1)


def gaussian(t, p):
    terms = []
    for target in range(TARGETS):
        mean, variance = p[:, 2 * target], ops.exp(2 * p[:, 2 * target + 1])
        terms.append(0.5 * ops.log(2 * np.pi * variance) + (t[:, target] - mean) ** 2 / (2 * variance))
    return ops.mean(ops.stack(terms, axis=1), axis=1)


def ordered(x):
    parts = []
    for target in range(TARGETS):
        value = x[:, target * len(LEVELS)]
        parts.append(value)
        for k in range(1, len(LEVELS)):
            value = value + ops.softplus(x[:, target * len(LEVELS) + k])
            parts.append(value)
    return ops.stack(parts, axis=1)


def numbers(values):
    return [float(v) for v in np.asarray(values, "float32").ravel()]


def case(name, outputs, function):
    rng = np.random.default_rng(len(name))
    x = tf.constant(rng.normal(size=(5, outputs)).astype("float32"))
    t = rng.normal(size=(5, TARGETS)).astype("float32")
    w = rng.uniform(0.2, 2, 5).astype("float32")
    with tf.GradientTape() as tape:
        tape.watch(x)
        values = function(t, x)
        total = tf.reduce_sum(values * w)
    return {
        "name": name,
        "predictions": numbers(x),
        "targets": numbers(t),
        "weights": numbers(w),
        "values": numbers(values),
        "gradient": numbers(tape.gradient(total, x)),
    }


cases = [
    case("pinball", TARGETS * len(LEVELS), pinball),
    case("gaussian_nll", TARGETS * 2, gaussian),
    case("ordered", TARGETS * len(LEVELS), lambda t, x: pinball(t, ordered(x))),
]
OUT.parent.mkdir(exist_ok=True)
OUT.write_text("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
