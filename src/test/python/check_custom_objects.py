"""Loads models with classes that Keras does not have. OwnPartsTest and CustomObjectsTest run it.

    KERAS_BACKEND=tensorflow CUDA_VISIBLE_DEVICES= python check_custom_objects.py FOLDER

FOLDER contains NAME.keras, perhaps NAME.h5, NAME_classes.py, and NAME.json with the data (x, y), the
output of Unroll for x, its evaluation if there is one, the loss of the next step, and the output after it. For each
model, Keras imports the Python file, loads the model without a warning, and must predict, evaluate and train the same.
It saves the model to back/NAME.keras with its output in back/NAME.json.
"""
import importlib.util
import json
import os
import pathlib
import sys
import warnings

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
import keras
import numpy as np


def check(path, back):
    keras.saving.get_custom_objects().clear()
    spec = importlib.util.spec_from_file_location(path.stem, path.with_name(path.stem + "_classes.py"))
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    case = json.loads(path.with_suffix(".json").read_text())
    x, y = np.array(case["x"], "float32"), np.array(case["y"], "float32")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        model = keras.models.load_model(path)

    def error(expected):
        return np.abs(np.ravel(model.predict(x, batch_size=len(x), verbose=0)) - expected).max()

    first = error(case["output"])
    evaluation = model.evaluate(x, y, batch_size=len(x), verbose=0, return_dict=True)
    worst = max([0] + [abs(evaluation[k] - v) / max(1, abs(v)) for k, v in case.get("evaluation", {}).items()])
    loss = model.fit(x, y, batch_size=len(x), epochs=1, shuffle=False, verbose=0).history["loss"][0]
    after = error(case["next"])
    model.save(back / path.name)
    output = np.ravel(model.predict(x, batch_size=len(x), verbose=0))
    (back / path.name).with_suffix(".json").write_text(json.dumps(output.astype(float).tolist()))
    good = first <= 1e-5 and worst <= 1e-5 and abs(loss - case["loss"]) <= 1e-5 and after <= 1e-4
    print(
        f"{'ok  ' if good else 'FAIL'} {path.name:24s} output {first:.1e}  evaluation {worst:.1e}"
        f"  loss {loss:.6f} (Unroll {case['loss']:.6f})  after the step {after:.1e}"
    )
    return good


def main():
    folder = pathlib.Path(sys.argv[1])
    back = folder / "back"
    back.mkdir()
    print(f"Keras {keras.__version__} on {keras.backend.backend()}")
    paths = sorted([*folder.glob("*.h5"), *folder.glob("*.keras")])
    results = [check(path, back) for path in paths]
    print(f"{sum(results)} of {len(results)} models agree")
    sys.exit(0 if results and all(results) else 1)


main()
