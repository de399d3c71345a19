"""Writes reference values of cells that Keras does not have, computed in float64: cell_variants.json.

For each cell, the file contains its arguments and weights, a batch of sequences x with a mask, the outputs of all time
steps, and the gradients of sum(factors * outputs) with respect to the weights and x. PyTorch computes the derivatives.
The equations are those of Gers and Schmidhuber 2000, Greff et al. 2015 and Zhou et al. 2016, and of the examples of
custom cells (Keras's MinimalRNNCell, a leaky integrator).
"""

import json
import pathlib

import numpy as np
import torch

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/cell_variants.json"
rng = np.random.default_rng(43)
ROWS, TIME, FEATURES, UNITS = 4, 5, 3, 4
sigmoid, tanh = torch.sigmoid, torch.tanh


def lstm(parts):
    """parts: a set of missing 'i', 'f', 'o', of 'coupled', 'peepholes', 'linear_in', 'linear_out'."""
    gates = [g for g in "ifco" if g not in parts and not (g == "f" and "coupled" in parts)]
    seeing = [g for g in gates if g != "c"]
    shapes = [(FEATURES, len(gates) * UNITS), (UNITS, len(gates) * UNITS), (len(gates) * UNITS,)]
    if "peepholes" in parts:
        shapes.append((len(seeing), UNITS))

    def step(x, h, c, W, U, b, p=None):
        z = dict(zip(gates, (x @ W + h @ U + b).split(UNITS, dim=1)))

        def gate(g, seen):
            if g not in z:
                return torch.ones_like(c)
            return sigmoid(z[g] + (0 if p is None else p[seeing.index(g)] * seen))

        i = gate("i", c)
        f = 1 - i if "coupled" in parts else gate("f", c)
        new = f * c + i * (z["c"] if "linear_in" in parts else tanh(z["c"]))
        o = gate("o", new)
        return o * (new if "linear_out" in parts else tanh(new)), new

    return shapes, step


def minimal_gated_unit():
    def step(x, h, c, W, U, b):
        f = sigmoid(x @ W[:, :UNITS] + h @ U[:, :UNITS] + b[:UNITS])
        g = tanh(x @ W[:, UNITS:] + (f * h) @ U[:, UNITS:] + b[UNITS:])
        return (1 - f) * h + f * g, c

    return [(FEATURES, 2 * UNITS), (UNITS, 2 * UNITS), (2 * UNITS,)], step


def minimal_rnn():
    return [(FEATURES, UNITS), (UNITS, UNITS)], lambda x, h, c, W, U: (x @ W + h @ U, c)


def leaky_integrator():
    leak = 0.25

    def step(x, h, c, W, U):
        return (1 - leak) * h + leak * tanh(x @ W + h @ U), c

    return [(FEATURES, UNITS), (UNITS, UNITS)], step


def numbers(array):
    return [float(f"{v:.9g}") for v in np.asarray(array).ravel()]


def case(name, cell):
    shapes, step = cell
    weights = [rng.normal(0, 0.5, s).astype("float32").astype("float64") for s in shapes]
    x = rng.normal(0, 1, (ROWS, TIME, FEATURES)).astype("float32").astype("float64")
    factors = rng.normal(0, 1, (ROWS, TIME, UNITS)).astype("float32").astype("float64")
    mask = np.ones((ROWS, TIME), bool)
    mask[0, :2] = mask[1, 3:] = mask[2, 2] = False
    tensors = [torch.tensor(w, requires_grad=True) for w in [*weights, x]]
    h = c = before = torch.zeros(ROWS, UNITS, dtype=torch.float64)
    outputs = []
    for t in range(TIME):
        new_h, new_c = step(tensors[-1][:, t], h, c, *tensors[:-1])
        keep = torch.tensor(mask[:, t : t + 1])
        h, c = torch.where(keep, new_h, h), torch.where(keep, new_c, c)
        before = torch.where(keep, new_h, before)
        outputs.append(before)
    output = torch.stack(outputs, dim=1)
    (output * torch.tensor(factors)).sum().backward()
    return {
        "name": name,
        "weights": [numbers(w) for w in weights],
        "x": numbers(x),
        "mask": [bool(m) for m in mask.ravel()],
        "factors": numbers(factors),
        "output": numbers(output.detach().numpy()),
        "gradients": [numbers(t.grad.numpy()) for t in tensors],
    }


CASES = [
    case("as it comes", lstm(set())),
    case("peepholes", lstm({"peepholes"})),
    case("coupled", lstm({"coupled"})),
    case("peepholes, coupled", lstm({"peepholes", "coupled"})),
    case("peepholes, no input gate", lstm({"peepholes", "i"})),
    case("peepholes, no forget gate", lstm({"peepholes", "f"})),
    case("peepholes, no output gate", lstm({"peepholes", "o"})),
    case("peepholes, no input activation", lstm({"peepholes", "linear_in"})),
    case("peepholes, no output activation", lstm({"peepholes", "linear_out"})),
    case("no gates", lstm({"i", "f", "o"})),
    case("minimal gated unit", minimal_gated_unit()),
    case("minimal rnn", minimal_rnn()),
    case("leaky integrator", leaky_integrator()),
]
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(json.dumps(CASES))
print(len(CASES), "cases", OUT.stat().st_size, "bytes")
