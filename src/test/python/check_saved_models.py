"""Loads models that Unroll saved in Keras 3, and continues their training. SavedModelsTest runs it.

    KERAS_BACKEND=tensorflow CUDA_VISIBLE_DEVICES= python check_saved_models.py FOLDER

FOLDER contains NAME.keras, saved by Unroll after one epoch, and NAME.json with the data (x, y, batch_size), the output
of Unroll for x, and the losses of its next two epochs without shuffling. For each model:
1. Keras loads it without a warning and predicts the same within 1e-5 of the largest output. NAME.weights.h5, loaded into a
   model of zeros, restores every weight.
2. Keras trains one epoch, and its loss equals that of Unroll within 1e-3.
3. Keras saves the model to back/NAME.keras (and .h5 if "h5" is true) with its output and the loss of another epoch.
   Unroll then loads this file and trains that epoch. It also loads back/NAME.weights.h5.
A model whose NAME.json contains "outputs" is only loaded and compared: one with several outputs, or the forecaster of
ForecasterTest, with several inputs. FunctionalFilesTest
writes models that branch, whose NAME.json also contains "inputs", "targets" and the "loss" of the next step. They are
loaded, compared and trained for one step, and then saved to back/NAME.keras with the next predictions. So are the
same models as NAME.h5, which Unroll wrote.
"""
import json
import os
import pathlib
import sys
import warnings

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
import absl.logging
import keras
import numpy as np
import tensorflow as tf

absl.logging.set_verbosity(absl.logging.ERROR)  # that .h5 is an old format
tf.get_logger().setLevel("ERROR")  # that every model is compiled anew

TOLERANCE = 1e-5
TOLERANCE_OF_LOSS = 1e-3


def array(values, kind):
    return np.array(values, dtype="int32" if kind == "int" else "float32")


def begin_anew(model):
    """Files hold no states of stateful layers, so both sides begin with zeros."""
    for layer in model._flatten_layers():
        if getattr(layer, "stateful", False):
            layer.reset_state()


def check_outputs(path, case):
    model = keras.models.load_model(path)
    x = [np.array(v, "float32") for v in case["x"]] if len(model.inputs) > 1 else np.array(case["x"], "float32")
    outputs = model.predict(x, verbose=0)
    errors = [
        np.abs(np.ravel(a) - b).max() / max(1e-6, np.abs(b).max())
        for a, b in zip(outputs, map(np.array, case["outputs"]), strict=True)
    ]
    good = max(errors) <= TOLERANCE
    print(f"{'ok  ' if good else 'FAIL'} {path.stem:24s} {len(errors)} outputs {max(errors):.1e}")
    return good


def tensors(values):
    found = [array(v["data"], v["dtype"]).reshape(v["shape"]) for v in values]
    return found[0] if len(found) == 1 else found


def check_graph(path, case, back):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.filterwarnings("ignore", ".*does not support masking")  # an inner model, or a convolution behind a mask
        model = keras.models.load_model(path)
    x, y = tensors(case["inputs"]), tensors(case["targets"])
    rows = case["inputs"][0]["shape"][0]

    def predict():
        begin_anew(model)
        outputs = model.predict(x, batch_size=rows, verbose=0)
        return [np.ravel(o) for o in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]

    errors = [np.abs(a - b).max() / max(1e-6, np.abs(b).max()) for a, b in zip(predict(), case["outputs"], strict=True)]
    if path.suffix == ".h5":  # Keras 3.15 builds the optimizer of such a file without variables, so it cannot train
        good = max(errors) <= TOLERANCE
        print(f"{'ok  ' if good else 'FAIL'} {path.name:24s} outputs {max(errors):.1e}")
        return good
    begin_anew(model)
    loss = model.fit(x, y, batch_size=rows, epochs=1, shuffle=False, verbose=0).history["loss"][0]
    loss_error = abs(loss - case["loss"]) / max(1e-6, abs(case["loss"]))
    model.save(back / path.name)
    outputs = [{"data": o.astype(float).tolist()} for o in predict()]
    (back / path.name).with_suffix(".json").write_text(json.dumps(outputs))
    good = max(errors) <= TOLERANCE and loss_error <= TOLERANCE_OF_LOSS and int(model.optimizer.iterations) == 4
    print(f"{'ok  ' if good else 'FAIL'} {path.stem:24s} outputs {max(errors):.1e}  loss {loss:.6f} (Unroll {case['loss']:.6f})")
    return good


def train(model, case, x, y):
    begin_anew(model)
    history = model.fit(x, y, batch_size=case["batch_size"], epochs=1, shuffle=False, verbose=0)
    return history.history["loss"][0]


def weights(model):
    return [(v.path, v.numpy()) for v in model.weights if "seed_generator" not in v.path]


def restores(model, path):
    expected = weights(model)
    for v in model.weights:
        v.assign(np.zeros(v.shape))
    model.load_weights(path)
    return all(np.array_equal(a, b) for (_, a), (_, b) in zip(expected, weights(model), strict=True))


def check(path, back):
    case = json.loads(path.with_suffix(".json").read_text())
    if "inputs" in case:
        return check_graph(path, case, back)
    if "outputs" in case:
        return check_outputs(path, case)
    x, y = array(case["x"], case["x_kind"]), array(case["y"], "float")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        model = keras.models.load_model(path)
        # Files of weights hold no state of an optimizer.
        warnings.filterwarnings("ignore", "Skipping variable loading for optimizer")
        restored = restores(model, path.with_suffix(".weights.h5"))
    steps = int(model.optimizer.iterations)
    expected = np.array(case["output"])
    output = model.predict(x, batch_size=case["batch_size"], verbose=0).reshape(expected.shape)
    error = np.abs(output - expected).max() / max(1e-6, np.abs(expected).max())
    loss = train(model, case, x, y)
    loss_error = abs(loss - case["losses"][0]) / max(1e-6, abs(case["losses"][0]))
    model.save(back / path.name)
    model.save_weights((back / path.name).with_suffix(".weights.h5"))
    if case["h5"]:
        model.save((back / path.name).with_suffix(".h5"))
    begin_anew(model)
    output = model.predict(x, batch_size=case["batch_size"], verbose=0)
    again = train(model, case, x, y)
    (back / path.name).with_suffix(".json").write_text(
        json.dumps({"output": output.reshape(len(x), -1).astype(float).tolist(), "loss": again})
    )
    both = abs(again - case["losses"][1]) / max(1e-6, abs(case["losses"][1]))
    good = restored and error <= TOLERANCE and loss_error <= TOLERANCE_OF_LOSS and both <= TOLERANCE_OF_LOSS
    print(
        f"{'ok  ' if good else 'FAIL'} {path.stem:24s} steps {steps}  weights {'restored' if restored else 'LOST'}  output {error:.1e}"
        f"  loss {loss:.6f} (Unroll {case['losses'][0]:.6f})  next {again:.6f} (Unroll {case['losses'][1]:.6f})"
    )
    return good


def main():
    folder = pathlib.Path(sys.argv[1])
    back = folder / "back"
    back.mkdir()
    print(f"Keras {keras.__version__} on {keras.backend.backend()}")
    paths = [p for p in sorted(folder.glob("*.*")) if p.suffix in (".keras", ".h5") and ".weights" not in p.name]
    results = [check(path, back) for path in paths]
    print(f"{sum(results)} of {len(results)} models agree")
    sys.exit(0 if results and all(results) else 1)


main()
