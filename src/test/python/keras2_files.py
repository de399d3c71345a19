"""Writes the weights of a golden file in the formats of Keras 2: keras/keras2_*.h5 and keras2_12.keras.

The formats are those of tf.keras 2.15 (.h5) and 2.12 (.keras), taken from their source code, because Keras 2 was not
available. Keras 3.15 reads the .h5 files, except for one option of LSTM, and must predict the same as the golden file.
"""
import io
import json
import pathlib
import tempfile
import zipfile

import h5py
import keras
import numpy as np

RESOURCES = pathlib.Path(__file__).parent.parent / "resources"
GOLDEN = RESOURCES / "goldens/keras_files/jena_lstm"
OUT = RESOURCES / "org/unroll/keras"


def initializer(name, **arguments):
    return {"class_name": name, "config": arguments}


LSTM = {
    "name": "lstm", "trainable": True, "dtype": "float32", "return_sequences": False, "return_state": False,
    "go_backwards": False, "stateful": False, "unroll": False, "time_major": False, "units": 6, "activation": "tanh",
    "recurrent_activation": "sigmoid", "use_bias": True, "kernel_initializer": initializer("GlorotUniform", seed=None),
    "recurrent_initializer": initializer("Orthogonal", gain=1.0, seed=None), "bias_initializer": initializer("Zeros"),
    "unit_forget_bias": True, "kernel_regularizer": None, "recurrent_regularizer": None, "bias_regularizer": None,
    "activity_regularizer": None, "kernel_constraint": None, "recurrent_constraint": None, "bias_constraint": None,
    "dropout": 0.0, "recurrent_dropout": 0.25, "implementation": 1,
}
DROPOUT = {"name": "dropout", "trainable": True, "dtype": "float32", "rate": 0.5, "noise_shape": None, "seed": None}
DENSE = {
    "name": "dense", "trainable": True, "dtype": "float32", "units": 1, "activation": "linear", "use_bias": True,
    "kernel_initializer": initializer("GlorotUniform", seed=None), "bias_initializer": initializer("Zeros"),
    "kernel_regularizer": None, "bias_regularizer": None, "activity_regularizer": None, "kernel_constraint": None,
    "bias_constraint": None,
}
INPUT = {"batch_input_shape": [None, 7, 5], "dtype": "float32", "sparse": False, "ragged": False, "name": "lstm_input"}
TRAINING = {
    "loss": "mae", "metrics": None, "weighted_metrics": None, "loss_weights": None,
    "optimizer_config": {
        "class_name": "RMSprop",
        "config": {"name": "RMSprop", "learning_rate": 0.001, "decay": 0.0, "rho": 0.9, "momentum": 0.0,
                   "epsilon": 1e-07, "centered": False},
    },
}


def sequential():
    first = dict(LSTM, batch_input_shape=[None, 7, 5])
    return {"class_name": "Sequential", "config": {"name": "sequential", "layers": [
        {"class_name": "InputLayer", "config": INPUT}, {"class_name": "LSTM", "config": first},
        {"class_name": "Dropout", "config": DROPOUT}, {"class_name": "Dense", "config": DENSE}]}}


def functional():
    def node(kind, config, *before):
        inbound = [[[name, 0, 0, {}] for name in before]] if before else []
        return {"class_name": kind, "config": config, "name": config["name"], "inbound_nodes": inbound}
    layers = [node("InputLayer", INPUT), node("LSTM", LSTM, "lstm_input"), node("Dropout", DROPOUT, "lstm"),
              node("Dense", DENSE, "dropout")]
    return {"class_name": "Functional", "config": {"name": "model", "trainable": True, "layers": layers,
            "input_layers": [["lstm_input", 0, 0]], "output_layers": [["dense", 0, 0]]}}


def write_h5(path, config, weights):
    names = {"lstm_input": [], "lstm": ["lstm/lstm_cell/kernel:0", "lstm/lstm_cell/recurrent_kernel:0",
             "lstm/lstm_cell/bias:0"], "dropout": [], "dense": ["dense/kernel:0", "dense/bias:0"]}
    if config["class_name"] == "Sequential":
        del names["lstm_input"]
    values = iter(weights)
    with h5py.File(path, "w") as f:
        f.attrs["keras_version"], f.attrs["backend"] = "2.15.0", "tensorflow"
        f.attrs["model_config"], f.attrs["training_config"] = json.dumps(config), json.dumps(TRAINING)
        group = f.create_group("model_weights")
        group.attrs["layer_names"] = np.array([n.encode() for n in names])
        group.attrs["keras_version"], group.attrs["backend"] = b"2.15.0", b"tensorflow"
        for layer, weight_names in names.items():
            inner = group.create_group(layer)
            inner.attrs["weight_names"] = np.array([n.encode() for n in weight_names])
            for name in weight_names:
                inner[name] = next(values)
        state = f.create_group("optimizer_weights")
        state.attrs["weight_names"] = np.array([b"RMSprop/iter:0"])
        state["RMSprop/iter:0"] = np.int64(1)
    return path


def write_weights(path, weights):
    """As save_weights of Keras 2.2."""
    with h5py.File(path, "w") as f:
        f.attrs["keras_version"], f.attrs["backend"] = b"2.2.4", b"tensorflow"
        f.attrs["layer_names"] = np.array([b"lstm", b"dropout", b"dense"])
        names = {"lstm": ("kernel", "recurrent_kernel", "bias"), "dropout": (), "dense": ("kernel", "bias")}
        values = iter(weights)
        for layer, parts in names.items():
            group = f.create_group(layer)
            group.attrs["weight_names"] = np.array([f"{layer}/{part}:0".encode() for part in parts])
            for part in parts:
                group[f"{layer}/{part}:0"] = next(values)


def write_keras(path, weights):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as f:
        base = "_layer_checkpoint_dependencies"
        for i, value in enumerate(weights[:3]):
            f[f"{base}/lstm/cell/vars/{i}"] = value
        f.create_group(f"{base}/lstm/vars")
        f.create_group(f"{base}/dropout/vars")
        for i, value in enumerate(weights[3:]):
            f[f"{base}/dense/vars/{i}"] = value
        f["optimizer/vars/0"] = np.int64(1)
    config = sequential()
    config.update(module="keras", registered_name=None, build_config={"input_shape": [None, 7, 5]},
                  compile_config={"optimizer": "rmsprop", "loss": "mae"})
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("metadata.json", json.dumps({"keras_version": "2.12.0", "date_saved": "2023-04-01@00:00:00"}))
        z.writestr("config.json", json.dumps(config))
        z.writestr("model.weights.h5", buffer.getvalue())


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    golden = json.loads(GOLDEN.with_suffix(".json").read_text())
    x = np.array(golden["x"]["data"], "float32").reshape(golden["x"]["shape"])
    weights = keras.models.load_model(GOLDEN.with_suffix(".keras")).get_weights()
    weights = [w for w in weights if w.dtype == np.float32]
    for name, make in (("sequential", sequential), ("functional", functional)):
        path = write_h5(OUT / f"keras2_{name}.h5", make(), weights)
        time_major = LSTM.pop("time_major")  # Keras 3 does not know it any more
        with tempfile.TemporaryDirectory() as folder:
            readable = write_h5(pathlib.Path(folder) / "model.h5", make(), weights)
            y = keras.models.load_model(readable, compile=False).predict(x, verbose=0)
        LSTM["time_major"] = time_major
        print(path.name, np.abs(y.ravel() - np.array(golden["output"]["data"])).max())
    write_keras(OUT / "keras2_12.keras", weights)
    write_weights(OUT / "keras2_weights.h5", weights)


main()
