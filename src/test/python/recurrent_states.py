"""Writes reference values of states and multiple outputs of recurrent layers, computed by Keras: keras/recurrent_states.json.

- "stateful": models with stateful layers. The predictions for three batches, and again without a reset. Then, from
  reset states, the losses of two epochs of fit with validation and no reset, the evaluation, the weights and the states.
- "outputs": layers that return states, take initial states, or return both directions separately. They are computed
  without masks, and with padding on the left, on the right, inside, and of a whole row.
"""

import json
import pathlib

import keras
import numpy as np
from keras import layers as L

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/keras/recurrent_states.json"
rng = np.random.default_rng(4)
STEPS, FEATURES, UNITS, BATCH = 4, 2, 3, 4


def numbers(array):
    """float32 values as the shortest decimals that read back to the same float32."""
    return {
        "shape": list(np.shape(array)),
        "data": [float(str(v)) for v in np.asarray(array, "float32").ravel()],
    }


def config(model):
    """The model's configuration without what is left at null or has no bearing on the numbers."""

    def slim(node):
        if isinstance(node, list):
            return [slim(one) for one in node]
        if not isinstance(node, dict):
            return node
        dropped = ("dtype", "build_config", "registered_name", "module", "build_input_shape")
        return {
            key: slim(value)
            for key, value in node.items()
            if key not in dropped
            and not key.endswith("_initializer")
            and (value is not None or key == "merge_mode")
        }

    return slim(model.get_config())


def randomize(model):
    for v in model.trainable_variables:
        v.assign(rng.normal(0, 0.5, v.shape))


def recurrent(layer):
    if isinstance(layer, L.Bidirectional):
        return [layer.forward_layer, layer.backward_layer]
    return [layer] if isinstance(layer, L.RNN) and layer.stateful else []


def states(model):
    return [s for layer in model.layers for one in recurrent(layer) for s in one.states]


def reset(model):
    for layer in model.layers:
        for one in recurrent(layer):
            one.reset_state()


def stateful(name, stack, tokens=False, outputs=(1,)):
    samples = 3 * BATCH
    if tokens:
        x = rng.integers(1, 6, (samples, STEPS))
        x[0, :2] = x[1, 2:] = x[2, 1] = x[3] = x[5] = x[9, :3] = 0
        x = x.astype("int32")
        first = keras.Input(batch_shape=(BATCH, STEPS), dtype="int32")
    else:
        x = rng.normal(size=(samples, STEPS, FEATURES)).astype("float32")
        first = keras.Input(batch_shape=(BATCH, STEPS, FEATURES))
    y = rng.normal(size=(samples, *outputs)).astype("float32")
    model = keras.Sequential([first, *stack])
    randomize(model)
    model.compile(keras.optimizers.SGD(0.1), "mse")
    case = {
        "name": name,
        "keras_config": config(model),
        "weights": [numbers(v) for v in model.weights],
        "x": {**numbers(x), "dtype": "int" if tokens else "float"},
        "y": numbers(y),
    }
    case["predict"] = numbers(model.predict(x, batch_size=BATCH, verbose=0))
    case["predict_again"] = numbers(model.predict(x, batch_size=BATCH, verbose=0))
    reset(model)
    history = model.fit(
        x, y, batch_size=BATCH, epochs=2, shuffle=False, verbose=0,
        validation_data=(x[: 2 * BATCH], y[: 2 * BATCH]),
    ).history
    case["loss"], case["val_loss"] = history["loss"], history["val_loss"]
    case["states_after_fit"] = [numbers(s) for s in states(model)]
    case["evaluate"] = model.evaluate(x, y, batch_size=BATCH, verbose=0)
    case["weights_after"] = [numbers(v) for v in model.weights]
    return case


def outputs(name, layer, masked=False, initial=0):
    rows = 6
    x = rng.normal(size=(rows, STEPS, FEATURES)).astype("float32")
    if masked:
        x[0, :2] = x[1, 2:] = x[2, 1] = x[3] = x[4, ::2] = 0
    before = [L.Masking()] if masked else []
    model = keras.Sequential([keras.Input((STEPS, FEATURES)), *before, layer])
    randomize(model)
    begin = [rng.normal(size=(rows, UNITS)).astype("float32") for _ in range(initial)]
    # With a second tensor among its arguments a layer of Keras no longer finds the mask by itself.
    mask = before[0].compute_mask(x) if masked else None
    given = {"initial_state": [keras.ops.convert_to_tensor(b) for b in begin]} if begin else {}
    results = layer(keras.ops.convert_to_tensor(x), mask=mask, **given)
    return {
        "name": name,
        "keras_config": config(model),
        "weights": [numbers(v) for v in model.weights],
        "x": {**numbers(x), "dtype": "float"},
        "initial_state": [numbers(b) for b in begin],
        "results": [numbers(r) for r in (results if isinstance(results, (list, tuple)) else [results])],
    }


def stateful_cases():
    keep = dict(stateful=True)
    all_steps = dict(return_sequences=True)
    yield stateful("SimpleRNN", [L.SimpleRNN(UNITS, **keep), L.Dense(1)])
    yield stateful("GRU", [L.GRU(UNITS, **keep), L.Dense(1)])
    yield stateful("GRU reset before", [L.GRU(UNITS, reset_after=False, **keep), L.Dense(1)])
    yield stateful("LSTM", [L.LSTM(UNITS, **keep), L.Dense(1)])
    yield stateful("LSTM backwards", [L.LSTM(UNITS, go_backwards=True, **keep), L.Dense(1)])
    yield stateful(
        "sequences", [L.LSTM(UNITS, **keep, **all_steps), L.Dense(1)], outputs=(STEPS, 1)
    )
    yield stateful("Bidirectional", [L.Bidirectional(L.LSTM(UNITS, **keep)), L.Dense(1)])
    yield stateful(
        "one layer of two", [L.LSTM(UNITS, **all_steps), L.GRU(UNITS, **keep), L.Dense(1)]
    )
    yield stateful(
        "two layers", [L.GRU(UNITS, **keep, **all_steps), L.LSTM(2, **keep), L.Dense(1)]
    )
    for zero in (False, True):
        yield stateful(
            "masked tokens" + (", zero output" if zero else ""),
            [
                L.Embedding(6, 2, mask_zero=True),
                L.LSTM(UNITS, zero_output_for_mask=zero, **keep, **all_steps),
                L.GRU(UNITS, **keep),
                L.Dense(1),
            ],
            tokens=True,
        )
    yield stateful(
        "masked tokens, bidirectional",
        [L.Embedding(6, 2, mask_zero=True), L.Bidirectional(L.GRU(UNITS, **keep, **all_steps)), L.Dense(1)],
        tokens=True,
        outputs=(STEPS, 1),
    )


def output_cases():
    for kind, count in ((L.SimpleRNN, 1), (L.GRU, 1), (L.LSTM, 2)):
        for masked in (False, True):
            for options in (
                {},
                {"return_sequences": True},
                {"return_sequences": True, "go_backwards": True},
                {"return_sequences": True, "zero_output_for_mask": True},
            ):
                for initial in (0, count):
                    label = [kind.__name__, *options] + ["masked"] * masked + ["initial"] * (initial > 0)
                    yield outputs(
                        " ".join(label), kind(UNITS, return_state=True, **options), masked, initial
                    )
    for masked in (False, True):
        for all_steps in (False, True):
            for state in (False, True):
                for mode in (None, "concat"):
                    if mode or state or masked or all_steps:
                        inner = L.LSTM(UNITS, return_sequences=all_steps, return_state=state)
                        label = f"Bidirectional {mode}{' sequences' * all_steps}{' state' * state}{' masked' * masked}"
                        yield outputs(label, L.Bidirectional(inner, merge_mode=mode), masked)
    inner = L.GRU(UNITS, return_sequences=True, return_state=True)
    yield outputs("Bidirectional initial", L.Bidirectional(inner, merge_mode="sum"), True, 2)


OUT.write_text(
    json.dumps({"stateful": list(stateful_cases()), "outputs": list(output_cases())}, indent=None)
    .replace('{"name"', '\n{"name"')
    + "\n"
)
