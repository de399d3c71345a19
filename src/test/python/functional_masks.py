"""Computes keras/functional_masks.json: functional chains with masks, which Keras 3.15 writes as nodes of their own."""
import json
import pathlib

import keras
import numpy as np
from keras import layers

OUT = pathlib.Path(__file__).parent.parent / "resources/org/unroll/keras/functional_masks.json"
IDS = np.array([[3, 1, 4, 0, 0], [1, 5, 0, 2, 0], [2, 2, 2, 2, 2]])
rng = np.random.default_rng(5)
STEPS = rng.normal(size=(3, 5, 2)).round(3)
STEPS[0, 3:] = STEPS[1, 2] = -1


def chain(shape, dtype, *stack):
    tensor = inputs = keras.Input(shape, dtype=dtype)
    for layer in stack:
        tensor = layer(tensor)
    return keras.Model(inputs, tensor)


def case(name, x, model):
    kind = "int" if x.dtype.kind == "i" else "float"
    y = model.predict(x, verbose=0)
    return {
        "name": name, "keras_config": json.loads(model.to_json()),
        "weights": [{"path": w.path, "shape": list(w.shape), "data": keras.ops.convert_to_numpy(w).ravel().tolist()} for w in model.weights],
        "x": {"dtype": kind, "shape": list(x.shape), "data": x.ravel().tolist()},
        "output": {"shape": list(y.shape), "data": y.ravel().tolist()},
    }


def embedding(*stack):
    return IDS, chain((5,), "int32", layers.Embedding(6, 3, mask_zero=True), *stack)


def masking(*stack):
    return STEPS, chain((5, 2), "float32", layers.Masking(-1.0), *stack)


def main():
    keras.utils.set_random_seed(11)
    cases = {
        "embedding": embedding(layers.LSTM(2)),
        "embedding, sequences": embedding(
            layers.SpatialDropout1D(0.2), layers.GRU(3, return_sequences=True), layers.Dropout(0.1), layers.LSTM(2)),
        "embedding, bidirectional": embedding(layers.Bidirectional(layers.LSTM(2, return_sequences=True)),
                                              layers.TimeDistributed(layers.Dense(2)), layers.SimpleRNN(2)),
        "embedding, pooling": embedding(layers.LayerNormalization(), layers.GlobalAveragePooling1D(), layers.Dense(2)),
        "masking": masking(layers.GRU(2), layers.Dense(1)),
        "masking, sequences": masking(layers.Dense(3), layers.BatchNormalization(),
                                      layers.LSTM(2, return_sequences=True), layers.Activation("tanh"), layers.LSTM(2)),
    }
    OUT.write_text("[\n" + ",\n".join(json.dumps(case(name, *given)) for name, given in cases.items()) + "\n]\n")


main()
