"""Writes one model in all layouts that Keras 2.12 to 2.15 gave to .keras files: keras/layouts/*.keras and expected.json.

The layouts are taken from keras/saving/saving_lib.py of these versions, because Keras 2 was not available; its walk over
the attributes of layers is repeated here. Keras 3.15 computes the weights and the predictions.

2.12, 2.13  _layer_checkpoint_dependencies contains each layer with weights twice, so its counters rise by two
2.14        the same group, each layer once
2.15        the group layers; attributes in reverse order
on Windows  paths are joined by backslashes, so that layers\\lstm\\cell is the name of one group
"""
import io
import json
import pathlib
import zipfile

import h5py
import keras
import numpy as np
from keras import layers

OUT = pathlib.Path(__file__).parent.parent / "resources/org/unroll/keras/layouts"


def model():
    keras.utils.set_random_seed(7)
    cells = [layers.LSTMCell(2), layers.LSTMCell(3)]
    return keras.Sequential([
        keras.Input((5, 2)), layers.SimpleRNN(3, return_sequences=True), layers.Dropout(0.2),
        layers.LSTM(2, return_sequences=True), layers.Bidirectional(layers.GRU(2, return_sequences=True)),
        layers.Dropout(0.3), layers.RNN(cells, return_sequences=True), layers.TimeDistributed(layers.Dense(2)),
        layers.LSTM(2, return_sequences=True), layers.SimpleRNN(3), layers.BatchNormalization(),
        keras.Sequential([layers.Dense(4, activation="tanh"), layers.Dense(3)]), layers.Dense(3),
        layers.Dense(1),
    ])


def keras2(config):
    """Converts a configuration of Keras 3: other names, and without its new options."""
    if isinstance(config, list):
        return [keras2(entry) for entry in config]
    if not isinstance(config, dict):
        return config
    if config.get("class_name") == "DTypePolicy":
        return config["config"]["name"]
    converted = {key: keras2(value) for key, value in config.items()}
    for key in ("zero_output_for_mask", "seed", "optional", "quantization_config"):
        if key != "seed" or "rate" not in converted:
            converted.pop(key, None)
    if "batch_shape" in converted:
        converted["batch_input_shape"] = converted.pop("batch_shape")
    if "unroll" in converted:
        converted["time_major"] = False
    return converted


def own_variables(layer):
    return layer._trainable_variables + layer._non_trainable_variables


def attributes(layer, version):
    if isinstance(layer, keras.Sequential):
        return {"layers" if version >= "2.15" else "_layer_checkpoint_dependencies": layer.layers}
    if isinstance(layer, layers.Bidirectional):
        return {"backward_layer": layer.backward_layer, "forward_layer": layer.forward_layer, "layer": None}
    if isinstance(layer, layers.TimeDistributed):
        return {"layer": layer.layer}
    if isinstance(layer, layers.RNN):
        return {"cell": layer.cell}
    if isinstance(layer, layers.StackedRNNCells):
        return {"cells": layer.cells}
    return {}


def snake_case(layer):
    return keras.src.utils.naming.to_snake_case(type(layer).__name__)


class Writer:
    def __init__(self, file, version, separator):
        self.file, self.version, self.separator = file, version, separator

    def join(self, *names):
        return self.separator.join(names)

    def state(self, layer, path):
        group = self.file.create_group(path).create_group("vars")
        if layer is None:  # the layer from which a Bidirectional was made, which has no weights
            self.file.create_group(self.join(path, "cell")).create_group("vars")
            return
        for i, variable in enumerate(v for v in own_variables(layer) if v.dtype == "float32"):
            group[str(i)] = keras.ops.convert_to_numpy(variable)
        for name, child in sorted(attributes(layer, self.version).items(), reverse=self.version >= "2.15"):
            if isinstance(child, list):
                twice = self.version < "2.14" and isinstance(layer, keras.Sequential)
                self.container(child, self.join(path, name), twice)
            else:
                self.state(child, self.join(path, name))

    def container(self, children, path, twice):
        used = {}
        for child in children:
            name = snake_case(child)
            number = used.get(name, 0)
            self.state(child, self.join(path, f"{name}_{number}" if number else name))
            used[name] = number + (2 if twice and child.weights else 1)


def write(path, model, version, separator):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.create_group("vars")
        container = "layers" if version >= "2.15" else "_layer_checkpoint_dependencies"
        Writer(file, version, separator).container(model.layers, container, version < "2.14")
    config = keras2(json.loads(model.to_json()))
    config.pop("compile_config", None)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:  # Keras does not compress
        z.writestr("metadata.json", json.dumps({"keras_version": version, "date_saved": "2023-08-01@00:00:00"}))
        z.writestr("config.json", json.dumps(config))
        z.writestr("model.weights.h5", buffer.getvalue())


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    m = model()
    x = np.random.default_rng(3).normal(size=(3, 5, 2)).round(3)
    (OUT / "expected.json").write_text(json.dumps({"x": x.tolist(), "y": m.predict(x, verbose=0).tolist()}) + "\n")
    for version in ("2.12.0", "2.13.1", "2.14.0", "2.15.0"):
        write(OUT / f"linux-{version}.keras", m, version, "/")
        write(OUT / f"windows-{version}.keras", m, version, "\\")


main()
