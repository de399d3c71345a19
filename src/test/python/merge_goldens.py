"""Writes golden cases of the layers with several inputs, computed by Keras: keras/merge_goldens.json.

Each line is one case: the configuration of a layer, the arguments of the call, the inputs with their masks, the weights,
the outputs, the mask of the first output, and the gradients of the sum of outputs times factors. Each case has a separate
random generator, so a new case does not change the others. Numbers are rounded so that some inputs are equal.
"""

import json
import os
import pathlib
import zlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
import tensorflow as tf
from keras import layers as L
from keras.src import backend

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/keras/merge_goldens.json"
ROWS = 2
cases = []


def array(values):
    values = np.asarray(values)
    if values.dtype == bool:
        return {"shape": list(values.shape), "data": values.ravel().astype(int).tolist()}
    # the shortest decimals that read back to the same float32
    return {"shape": list(values.shape), "data": [float(str(v)) for v in values.astype("float32").ravel()]}


def case(name, layer, shapes, masks=None, **call):
    """Adds a case. A mask is None, a probability of unmasked steps, or a list."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    inputs = [tf.constant(rng.standard_normal((ROWS, *s)).round(1).astype("float32")) for s in shapes]
    masks = list(masks or [None] * len(inputs))
    for i, mask in enumerate(masks):
        if isinstance(mask, float):
            masks[i] = rng.random((ROWS, shapes[i][0])) < mask
        elif mask is not None:
            masks[i] = np.array(mask, bool)
        if masks[i] is not None:
            backend.set_keras_mask(inputs[i], tf.constant(masks[i]))
    is_heads = isinstance(layer, L.MultiHeadAttention)
    batches = [tuple(x.shape) for x in inputs]
    layer.build(*batches) if is_heads else layer.build(batches)
    weights = [w for w in layer.weights if "seed_gen" not in w.path]
    for w in weights:
        w.assign((w.numpy() + 0.3 * rng.standard_normal(w.shape)).round(2))
    with tf.GradientTape() as tape:
        for x in inputs:
            tape.watch(x)
        outputs = layer(*inputs, **call) if is_heads else layer(inputs, **call)
        mask = backend.get_keras_mask(outputs[0] if isinstance(outputs, tuple) else outputs)
        outputs = list(outputs) if isinstance(outputs, tuple) else [outputs]
        factors = [rng.standard_normal(y.shape).round(1).astype("float32") for y in outputs]
        loss = sum(tf.reduce_sum(y * f) for y, f in zip(outputs, factors))
    variables = [w.value for w in weights]
    gradients = tape.gradient(loss, inputs + variables, unconnected_gradients="zero")
    cases.append({
        "name": name, "class_name": type(layer).__name__, "config": layer.get_config(), "call": call,
        "inputs": [array(x) for x in inputs],
        "masks": [None if m is None else array(m) for m in masks],
        "weights": [{"path": "/".join(w.path.split("/")[1:]), **array(w)} for w in weights],
        "outputs": [array(y) for y in outputs],
        "mask": None if mask is None else array(mask),
        "factors": [array(f) for f in factors],
        "input_gradients": [array(g) for g in gradients[: len(inputs)]],
        "weight_gradients": [array(g) for g in gradients[len(inputs):]],
    })


def elementwise(kind):
    name = kind.__name__.lower()
    two = [(3, 4), (3, 4)]
    case(f"{name}_vectors", kind(), [(5,), (5,)])
    case(f"{name}_sequences", kind(), two)
    case(f"{name}_masked", kind(), two, [0.5, 0.5])
    case(f"{name}_one_mask", kind(), two, [0.5, None])
    case(f"{name}_second_mask", kind(), two, [None, 0.5])
    case(f"{name}_features_repeated", kind(), [(3, 1), (3, 4)], [0.5, 0.5])
    case(f"{name}_times_repeated", kind(), [(3, 2), (1, 2)], [0.6, [[1], [0]]])
    case(f"{name}_both_repeated", kind(), [(1, 4), (3, 1)])
    case(f"{name}_vector_and_sequence", kind(), [(4,), (3, 4)], [None, 0.5])
    case(f"{name}_sequence_and_images", kind(), [(2, 3), (4, 2, 3)])
    case(f"{name}_thin_sequence_and_images", kind(), [(2, 1), (4, 1, 1)])
    case(f"{name}_images", kind(), [(2, 3, 2), (2, 1, 2)])
    if kind is not L.Subtract:
        case(f"{name}_three", kind(), [(3, 2), (3, 2), (3, 2)], [0.5, 0.5, 0.5])
        case(f"{name}_three_two_masks", kind(), [(3, 2), (1, 2), (2,)], [0.5, None, None])
        case(f"{name}_one", kind(), [(3, 2)], [0.5])


for merge in L.Add, L.Subtract, L.Multiply, L.Average, L.Maximum, L.Minimum:
    elementwise(merge)

case("concatenate_vectors", L.Concatenate(), [(2,), (3,), (1,)])
case("concatenate_sequences", L.Concatenate(), [(3, 2), (3, 1)])
case("concatenate_masked", L.Concatenate(axis=2), [(3, 2), (3, 1)], [0.5, 0.5])
case("concatenate_one_mask", L.Concatenate(), [(3, 2), (3, 1)], [None, 0.3])
case("concatenate_times", L.Concatenate(axis=1), [(3, 2), (2, 2)])
case("concatenate_times_masked", L.Concatenate(axis=-2), [(3, 2), (2, 2)], [0.5, 0.5])
case("concatenate_times_one_mask", L.Concatenate(axis=1), [(3, 2), (2, 2), (1, 2)], [None, 0.3, None])
case("concatenate_images", L.Concatenate(axis=2), [(2, 3, 2), (2, 1, 2)])
case("concatenate_images_times", L.Concatenate(axis=1), [(2, 2, 2), (1, 2, 2)])

for normalize in False, True:
    for name, axes, shapes in (
        ("vectors", 1, [(4,), (4,)]),
        ("features", 2, [(3, 4), (2, 4)]),
        ("last", -1, [(3, 4), (4,)]),
        ("times", 1, [(3, 4), (3, 2)]),
        ("features_and_times", (2, 1), [(2, 3), (3, 4)]),
        ("vector_and_times", (1, 1), [(3,), (3, 4)]),
        ("images", (2, 1), [(3, 2, 2), (2, 3)]),
        ("images_and_images", (1, 3), [(3, 2, 2), (2, 1, 3)]),
    ):
        case(f"dot_{name}{'_normalized' * normalize}", L.Dot(axes, normalize=normalize), shapes, [0.5 if len(shapes[0]) > 1 else None, None])

QUERY_VALUE = [(3, 4), (5, 4)]
QUERY_VALUE_KEY = [(3, 4), (5, 2), (5, 4)]
VALUES = [[1, 1, 0, 1, 0], [0, 0, 0, 0, 0]]  # all values of the second row are masked
for name, make in (
    ("attention", lambda: L.Attention()),
    ("attention_scale", lambda: L.Attention(use_scale=True)),
    ("attention_concat", lambda: L.Attention(score_mode="concat")),
    ("attention_concat_scale", lambda: L.Attention(use_scale=True, score_mode="concat")),
    ("additive", lambda: L.AdditiveAttention()),
    ("additive_plain", lambda: L.AdditiveAttention(use_scale=False)),
):
    case(name, make(), QUERY_VALUE)
    case(f"{name}_key_masked", make(), QUERY_VALUE_KEY, [0.5, VALUES, 0.5], return_attention_scores=True)
    case(f"{name}_causal", make(), QUERY_VALUE, [None, 0.7], use_causal_mask=True)
case("attention_query_mask", L.Attention(), QUERY_VALUE, [0.5, None])
case("attention_causal_scores", L.Attention(), [(4, 3), (4, 3)], return_attention_scores=True, use_causal_mask=True)


def heads(name, shapes, masks=None, call=None, count=2, key_dim=3, **options):
    case(f"heads_{name}", L.MultiHeadAttention(count, key_dim, **options), shapes, masks, **(call or {}))


heads("plain", QUERY_VALUE)
heads("one", QUERY_VALUE, count=1, use_bias=False)
heads("key", [(3, 4), (5, 2), (5, 3)], value_dim=2)
heads("masked", QUERY_VALUE, [0.5, VALUES])
heads("masked_scores", QUERY_VALUE, [0.5, VALUES], {"return_attention_scores": True})
heads("all_masks", QUERY_VALUE_KEY, [0.5, 0.7, 0.7], value_dim=1)
heads("causal", QUERY_VALUE, None, {"use_causal_mask": True})
heads("causal_masked", [(4, 3), (4, 3)], [0.7, 0.7], {"use_causal_mask": True, "return_attention_scores": True})
heads("dropout", QUERY_VALUE, [None, VALUES], dropout=0.5)
heads("output", QUERY_VALUE, [0.5, None], output_shape=3)
heads("output_axes", QUERY_VALUE, output_shape=(2, 3), use_bias=False)

OUT.write_text("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n")
print(keras.__version__, len(cases), OUT.stat().st_size)
