"""Writes training runs with truncated backpropagation through time, computed in float64: truncated_backpropagation.json.

PyTorch runs each batch in stretches of time steps, with detach() between them and a step of SGD after each. The layers
follow the equations of Keras. For each case, the file contains the data, the weights before and after, the loss of each
epoch (the mean over all time steps that count, batch by batch weighted by rows), and the loss of whole sequences before.
"""

import json
import pathlib

import numpy as np
import torch

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/truncated_backpropagation.json"
rng = np.random.default_rng(16)
ROWS, BATCH, TIME, FEATURES, UNITS, EPOCHS, RATE = 6, 4, 11, 2, 3, 2, 0.3
sigmoid, tanh = torch.sigmoid, torch.tanh


def simple_rnn(x, s, W, U, b):
    return (tanh(x @ W + s[0] @ U + b),)


def lstm(x, s, W, U, b):
    i, f, g, o = (x @ W + s[0] @ U + b).split(UNITS, dim=1)
    c = sigmoid(f) * s[1] + sigmoid(i) * tanh(g)
    return sigmoid(o) * tanh(c), c


def gru(x, s, W, U, b):
    xz, xr, xh = (x @ W + b[0]).split(UNITS, dim=1)
    hz, hr, hh = (s[0] @ U + b[1]).split(UNITS, dim=1)
    z = sigmoid(xz + hz)
    return (z * s[0] + (1 - z) * tanh(xh + sigmoid(xr + hr) * hh),)


KINDS = {"simple_rnn": (simple_rnn, 1, 1), "lstm": (lstm, 4, 2), "gru": (gru, 3, 1)}


def new_weights(kinds):
    shapes, width = [], FEATURES
    for kind in kinds:
        gates = KINDS[kind][1] * UNITS
        shapes += [(width, gates), (UNITS, gates), (2, gates) if kind == "gru" else (gates,)]
        width = UNITS
    shapes += [(UNITS, 1), (1,)]
    return [torch.tensor(np.float32(rng.normal(0, 0.6, shape)).astype(float), requires_grad=True) for shape in shapes]


def zeros(kinds, rows):
    return [[torch.zeros(rows, UNITS, dtype=torch.float64) for _ in range(KINDS[kind][2])] for kind in kinds]


def run(kinds, weights, x, mask, states):
    """The outputs of all time steps and the final states. Masked steps leave the states as they are."""
    outputs = []
    for t in range(x.shape[1]):
        value = x[:, t]
        for layer, kind in enumerate(kinds):
            new = KINDS[kind][0](value, states[layer], *weights[3 * layer : 3 * layer + 3])
            keep = mask[:, t : t + 1]
            states[layer] = [torch.where(keep, after, before) for after, before in zip(new, states[layer])]
            value = states[layer][0]
        outputs.append(value @ weights[-2] + weights[-1])
    return torch.stack(outputs, dim=1)[..., 0], states


def sums(outputs, y, w, mask):
    """The sum of the weighted squared errors and the number of time steps that count, as in Keras's mean."""
    return (w * (outputs - y) ** 2)[mask].sum(), mask.sum()


def case(name, kinds, stretch, masked=False, weighted=False):
    weights = new_weights(kinds)
    before = [value.detach().clone() for value in weights]
    x = torch.tensor(np.float32(rng.normal(0, 1, (ROWS, TIME, FEATURES))).astype(float))
    y = torch.tensor(np.float32(rng.normal(0, 1, (ROWS, TIME))).astype(float))
    w = torch.tensor(np.float32(rng.uniform(0.2, 2, (ROWS, TIME))).astype(float)) if weighted else torch.ones_like(y)
    mask = torch.ones(ROWS, TIME, dtype=torch.bool)
    if masked:  # shorter rows at the end or the beginning, a gap, and a batch that ends early as a whole
        mask[0, 7:] = False
        mask[1, :5] = False
        mask[2, 3:6] = False
        mask[4:, 6:] = False
        x[~mask] = 0
    whole = sum(
        float(sums(run(kinds, weights, x[i:j], mask[i:j], zeros(kinds, j - i))[0], y[i:j], w[i:j], mask[i:j])[0].detach())
        / float(mask[i:j].sum()) * (j - i) / ROWS
        for i, j in ((0, BATCH), (BATCH, ROWS))
    )
    losses = []
    for _ in range(EPOCHS):
        epoch = 0.0
        for i, j in ((0, BATCH), (BATCH, ROWS)):
            states = zeros(kinds, j - i)
            total = counted = 0.0
            for t in range(0, TIME, stretch):
                part = slice(t, t + stretch)
                states = [[state.detach() for state in layer] for layer in states]
                outputs, states = run(kinds, weights, x[i:j, part], mask[i:j, part], states)
                error, count = sums(outputs, y[i:j, part], w[i:j, part], mask[i:j, part])
                total, counted = total + float(error.detach()), counted + float(count)
                if count == 0:
                    continue
                gradients = torch.autograd.grad(error / count, weights)
                with torch.no_grad():
                    for value, gradient in zip(weights, gradients):
                        value -= RATE * gradient
            epoch += total / counted * (j - i) / ROWS
        losses.append(epoch)

    def numbers(value):
        return np.float32(value.detach().numpy()).tolist()

    return {
        "name": name,
        "kinds": kinds,
        "stretch": stretch,
        "masked": masked,
        "x": numbers(x),
        "y": numbers(y),
        "w": numbers(w) if weighted else None,
        "before": [numbers(value.reshape(-1)) for value in before],
        "after": [numbers(value.reshape(-1)) for value in weights],
        "whole_loss": whole,
        "losses": losses,
    }


cases = [
    case("SimpleRNN", ["simple_rnn"], 4),
    case("LSTM", ["lstm"], 4),
    case("GRU", ["gru"], 3),
    case("LSTM with masks", ["lstm"], 3, masked=True),
    case("GRU with masks and weights", ["gru"], 4, masked=True, weighted=True),
    case("SimpleRNN step by step", ["simple_rnn"], 1, masked=True),
    case("stack", ["lstm", "gru", "simple_rnn"], 5, weighted=True),
    case("stack with masks", ["gru", "lstm"], 2, masked=True),
]
lines = ",\n".join(json.dumps(one) for one in cases)
OUT.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
