"""Writes reference values of cells that Keras does not have, computed in float64: cell_variants.json.

For each cell, the file contains its arguments and weights, a batch of sequences x with a mask, the outputs of all time
steps, the loss sum(factors * outputs), and its gradients with respect to the weights and x. PyTorch computes the
derivatives. The equations are written as the papers have them: Gers and Schmidhuber 2000, Greff et al. 2017, Zhou et
al. 2016, Yao et al. 2015, Jozefowicz et al. 2015, Feng et al. 2024,
Beck et al. 2024, Koutník et al. 2014, Kalchbrenner et al. 2015, and the examples of custom cells (Keras's MinimalRNNCell, a leaky integrator).
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


def full_gate_recurrence(seeing="ifo", missing=""):
    """seeing: the gates with peepholes; missing: gates that the variant does not have. States h, c and the gates."""
    gates = [g for g in "ifco" if g not in missing]
    own = [g for g in gates if g != "c"]
    shapes = [(FEATURES, len(gates) * UNITS), (UNITS, len(gates) * UNITS), (len(gates) * UNITS,)]
    if seeing:
        shapes.append((len(seeing), UNITS))
    shapes.append((len(own) * UNITS, len(own) * UNITS))

    def step(x, h, c, before, W, U, b, *rest):
        z = dict(zip(gates, (x @ W + h @ U + b).split(UNITS, dim=1)))
        R = rest[-1]
        was = dict(zip(own, before.split(UNITS, dim=1)))

        def gate(g, seen):
            if g not in own:
                return torch.ones_like(c)
            a = z[g]
            for source in own:  # R_sg y_s
                rows, columns = own.index(source) * UNITS, own.index(g) * UNITS
                a = a + was[source] @ R[rows : rows + UNITS, columns : columns + UNITS]
            return sigmoid(a + (rest[0][seeing.index(g)] * seen if g in seeing else 0))

        i, f = gate("i", c), gate("f", c)
        new = f * c + i * tanh(z["c"])
        values = {"i": i, "f": f, "o": gate("o", new)}
        return values["o"] * tanh(new), new, torch.cat([values[g] for g in own], dim=1)

    return shapes, step, [UNITS, UNITS, len(own) * UNITS]


def some_peepholes(seeing):
    shapes = [(FEATURES, 4 * UNITS), (UNITS, 4 * UNITS), (4 * UNITS,), (len(seeing), UNITS)]

    def step(x, h, c, W, U, b, p):
        z = dict(zip("ifco", (x @ W + h @ U + b).split(UNITS, dim=1)))

        def gate(g, seen):
            return sigmoid(z[g] + (p[seeing.index(g)] * seen if g in seeing else 0))

        new = gate("f", c) * c + gate("i", c) * tanh(z["c"])
        return gate("o", new) * tanh(new), new

    return shapes, step


def depth_gated(layers):
    """Yao et al.: each layer but the first has the depth gate d. States h, c of each layer; the output is the last h."""
    shapes = []
    for layer in range(layers):
        inputs, blocks = (UNITS, 5) if layer else (FEATURES, 4)
        shapes += [(inputs, blocks * UNITS), (UNITS, 4 * UNITS), (blocks * UNITS,), (blocks - 1, UNITS)]
        shapes += [(UNITS,)] if layer else []

    def step(x, *rest):
        states, weights = rest[: 2 * layers], list(rest[2 * layers :])
        result, below = [], None
        for layer in range(layers):
            h, c = states[2 * layer : 2 * layer + 2]
            W, U, b, p = weights[:4]
            del weights[:4]
            a = (x @ W + b).split(UNITS, dim=1)
            r = (h @ U).split(UNITS, dim=1)
            i = sigmoid(a[0] + r[0] + p[0] * c)
            f = sigmoid(a[1] + r[1] + p[1] * c)
            new = f * c + i * tanh(a[2] + r[2])
            if layer:
                w_cd, w_ld = p[3], weights.pop(0)
                d = sigmoid(a[4] + w_cd * c + w_ld * below)
                new = new + d * below
            x = sigmoid(a[3] + r[3] + p[2] * new) * tanh(new)
            result += [x, new]
            below = new
        return result

    return shapes, step, [UNITS] * (2 * layers), 2 * layers - 2


def mut(kind):
    """Jozefowicz et al.: W = (W_xz, W_xr or W_xh, …), U = (W_hr, W_hh) of MUT1, (W_hz, W_hh, W_hr) of MUT2."""

    def mut1(x, h, c, W, U, b):
        W_z, W_r = W.split(UNITS, dim=1)
        U_r, U_h = U.split(UNITS, dim=1)
        b_z, b_r, b_h = b.split(UNITS)
        z = sigmoid(x @ W_z + b_z)
        r = sigmoid(x @ W_r + h @ U_r + b_r)
        return tanh((r * h) @ U_h + tanh(x) + b_h) * z + h * (1 - z), c

    def mut2(x, h, c, W, U, b):
        W_z, W_h = W.split(UNITS, dim=1)
        U_z, U_h, U_r = U.split(UNITS, dim=1)
        b_z, b_h, b_r = b.split(UNITS)
        z = sigmoid(x @ W_z + h @ U_z + b_z)
        r = sigmoid(x + h @ U_r + b_r)
        return tanh((r * h) @ U_h + x @ W_h + b_h) * z + h * (1 - z), c

    def mut3(x, h, c, W, U, b):
        W_z, W_r, W_h = W.split(UNITS, dim=1)
        U_z, U_r, U_h = U.split(UNITS, dim=1)
        b_z, b_r, b_h = b.split(UNITS)
        z = sigmoid(x @ W_z + tanh(h) @ U_z + b_z)
        r = sigmoid(x @ W_r + h @ U_r + b_r)
        return tanh((r * h) @ U_h + x @ W_h + b_h) * z + h * (1 - z), c

    inputs, blocks_x, blocks_h = [(UNITS, 2, 2), (UNITS, 2, 3), (FEATURES, 3, 3)][kind - 1]
    shapes = [(inputs, blocks_x * UNITS), (UNITS, blocks_h * UNITS), (3 * UNITS,)]
    return shapes, [mut1, mut2, mut3][kind - 1]


def min_gru():
    def step(x, h, c, W, b):
        z, new = (x @ W + b).split(UNITS, dim=1)
        z = sigmoid(z)
        return (1 - z) * h + z * new, c

    return [(FEATURES, 2 * UNITS), (2 * UNITS,)], step


def min_lstm():
    def step(x, h, c, W, b):
        f, i, new = (x @ W + b).split(UNITS, dim=1)
        f, i = sigmoid(f), sigmoid(i)
        return f / (f + i) * h + i / (f + i) * new, c

    return [(FEATURES, 3 * UNITS), (3 * UNITS,)], step


def slstm(exponential_forget):
    """Beck et al., without the stabilizer state, which does not change h. States h, c, n."""

    def step(x, h, c, n, m, W, U, b):
        i, f, z, o = (x @ W + h @ U + b).split(UNITS, dim=1)
        i, f, o = torch.exp(i), torch.exp(f) if exponential_forget else sigmoid(f), sigmoid(o)
        c = f * c + i * tanh(z)
        n = f * n + i
        return o * (c / n), c, n, m

    return [(FEATURES, 4 * UNITS), (UNITS, 4 * UNITS), (4 * UNITS,)], step, [UNITS] * 4


def clockwork(periods):
    """Koutník et al.: U is a block-upper triangular matrix after transposition, and only due modules change."""
    width = UNITS // len(periods)
    module = torch.arange(UNITS) // width
    reads = (module[:, None] >= module[None, :]).double()  # from the row's module to the column's

    def step(x, h, t, W, U, b):
        new = tanh(x @ W + h @ (U * reads) + b)
        due = t % torch.tensor(periods, dtype=torch.float64).repeat_interleave(width) == 0
        return torch.where(due, new, h), t + 1

    return [(FEATURES, UNITS), (UNITS, UNITS), (UNITS,)], step, [UNITS, 1]


def grid_lstm(layers):
    """Kalchbrenner et al.: block(H, m) along time and along depth; V projects x to h and m of the depth."""
    shapes = [(FEATURES, 2 * UNITS)] + [(2 * UNITS, 8 * UNITS), (8 * UNITS,)] * layers

    def lstm(H, m, W, b):
        u, f, c, o = (H @ W + b).split(UNITS, dim=1)
        m = sigmoid(f) * m + sigmoid(u) * tanh(c)
        return tanh(sigmoid(o) * m), m

    def step(x, *rest):
        states, V, weights = rest[: 2 * layers], rest[2 * layers + 1], rest[2 * layers + 2 :]
        h_depth, m_depth = (x @ V).split(UNITS, dim=1)
        result = []
        for layer in range(layers):
            W, b = weights[2 * layer : 2 * layer + 2]
            H = torch.cat([states[2 * layer], h_depth], dim=1)
            result += lstm(H, states[2 * layer + 1], W[:, : 4 * UNITS], b[: 4 * UNITS])
            h_depth, m_depth = lstm(H, m_depth, W[:, 4 * UNITS :], b[4 * UNITS :])
        return [*result, h_depth]

    return shapes, step, [UNITS] * (2 * layers + 1), 2 * layers


def numbers(array):
    return [float(f"{v:.9g}") for v in np.asarray(array).ravel()]


def case(name, cell, features=FEATURES):
    shapes, step, widths, output_state = (*cell, *([UNITS, UNITS], 0)[len(cell) - 2 :])
    weights = [rng.normal(0, 0.5, s).astype("float32").astype("float64") for s in shapes]
    x = rng.normal(0, 1, (ROWS, TIME, features)).astype("float32").astype("float64")
    factors = rng.normal(0, 1, (ROWS, TIME, UNITS)).astype("float32").astype("float64")
    mask = np.ones((ROWS, TIME), bool)
    mask[0, :2] = mask[1, 3:] = mask[2, 2] = False
    tensors = [torch.tensor(w, requires_grad=True) for w in [*weights, x]]
    states = [torch.zeros(ROWS, width, dtype=torch.float64) for width in widths]
    before = torch.zeros(ROWS, UNITS, dtype=torch.float64)
    outputs = []
    for t in range(TIME):
        new = step(tensors[-1][:, t], *states, *tensors[:-1])
        keep = torch.tensor(mask[:, t : t + 1])
        states = [torch.where(keep, n, s) for n, s in zip(new, states)]
        before = torch.where(keep, new[output_state], before)
        outputs.append(before)
    output = torch.stack(outputs, dim=1)
    loss = (output * torch.tensor(factors)).sum()
    loss.backward()
    return {
        "name": name,
        "weights": [numbers(w) for w in weights],
        "x": numbers(x),
        "mask": [bool(m) for m in mask.ravel()],
        "factors": numbers(factors),
        "output": numbers(output.detach().numpy()),
        "loss": float(loss.detach()),
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
    case("full gate recurrence", full_gate_recurrence()),
    case("full gate recurrence, no input gate", full_gate_recurrence("fo", "i")),
    case("full gate recurrence, no output gate", full_gate_recurrence("", "o")),
    case("peepholes of f and o", some_peepholes("fo")),
    case("peephole of i", some_peepholes("i")),
    case("depth-gated", depth_gated(3)),
    case("MUT1", mut(1), features=UNITS),
    case("MUT2", mut(2), features=UNITS),
    case("MUT3", mut(3)),
    case("minGRU", min_gru()),
    case("minLSTM", min_lstm()),
    case("sLSTM", slstm(False)),
    case("sLSTM, exponential forget gate", slstm(True)),
    case("clockwork", clockwork([1, 3])),
    case("clockwork of four modules", clockwork([1, 2, 3, 5])),
    case("Grid LSTM", grid_lstm(2)),
]
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(json.dumps(CASES))
print(len(CASES), "cases", OUT.stat().st_size, "bytes")
