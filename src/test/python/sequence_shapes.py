"""Writes reference values of the four kinds of sequence models, computed by Keras: keras/sequence_shapes.json.

The models are one to one, one to many (from a repeated vector, and from a state), many to one, many to many, and an
encoder with a decoder that starts with its states. The file contains weights in the order of Keras, inputs and outputs.
In the models with states, each token is the most probable one after the previous token.
"""

import json
import pathlib

import keras
import numpy as np
from keras import layers as L

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/keras/sequence_shapes.json"
rng = np.random.default_rng(7)


def numbers(array):
    """float32 values as the shortest decimals that read back to the same float32."""
    return {
        "shape": list(np.shape(array)),
        "data": [float(str(v)) for v in np.asarray(array, "float32").ravel()],
    }


def randomize(*models):
    for model in models:
        for v in model.weights:
            v.assign(rng.normal(0, 0.8, v.shape))


def weights(model):
    return [numbers(v) for v in model.weights]


def case(shape, *stack):
    model = keras.Sequential([keras.Input(shape), *stack])
    randomize(model)
    x = rng.normal(size=(3, *shape)).astype("float32")
    return {"weights": weights(model), "x": numbers(x), "output": numbers(model(x))}


def generate(embedding, cell, dense, token, states, steps):
    """Tokens, and the probabilities each was chosen by."""
    tokens, chosen_by = [], []
    for _ in range(steps):
        vector = embedding(np.array([[token]]))
        output, *states = cell(vector, initial_state=states)
        probabilities = np.array(dense(output))[0]
        token = int(probabilities.argmax())
        tokens.append(token)
        chosen_by.append(probabilities)
    return {"tokens": tokens, "probabilities": numbers(chosen_by)}


def from_a_state():
    embedding, gru, dense = L.Embedding(7, 3), L.GRU(4, return_state=True), L.Dense(7, "softmax")
    state = rng.normal(size=(1, 4)).astype("float32")
    output, _ = gru(embedding(np.array([[1]])), initial_state=[keras.ops.convert_to_tensor(state)])
    dense(output)
    layers = (embedding, gru, dense)
    randomize(*layers)
    result = {"weights": [w for one in layers for w in weights(one)], "state": numbers(state)}
    return {**result, **generate(*layers, 1, [keras.ops.convert_to_tensor(state)], 6)}


def encoder_decoder():
    source = np.array([[3, 5, 2, 6]])
    read, encoder = L.Embedding(7, 3), L.LSTM(4, return_state=True)
    embedding, decoder, dense = L.Embedding(8, 3), L.LSTM(4, return_state=True), L.Dense(8, "softmax")
    dense(decoder(embedding(np.array([[0]])))[0])
    encoder(read(source))
    randomize(read, encoder, embedding, decoder, dense)
    _, h, c = encoder(read(source))
    first = [w for one in (read, encoder) for w in weights(one)]
    second = [w for one in (embedding, decoder, dense) for w in weights(one)]
    result = {"source": source[0].tolist(), "encoder": first, "decoder": second}
    return {**result, **generate(embedding, decoder, dense, 0, [h, c], 6)}


OUT.write_text(
    json.dumps(
        {
            "one_to_one": case((2,), L.Dense(4, "tanh"), L.Dense(1)),
            "one_to_many": case((2,), L.RepeatVector(5), L.LSTM(3, return_sequences=True), L.Dense(1)),
            "from_a_state": from_a_state(),
            "many_to_one": case((6, 2), L.GRU(4), L.Dense(1)),
            "many_to_many": case(
                (6, 2), L.Bidirectional(L.SimpleRNN(3, return_sequences=True)), L.TimeDistributed(L.Dense(1))
            ),
            "encoder_decoder": encoder_decoder(),
        }
    )
    + "\n"
)
