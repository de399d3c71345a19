"""PyTorch without Keras: torch.nn.RNN, LSTM and GRU if their equations are those of the workload, otherwise
a loop over the timesteps around a cell function."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "2")

import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

import workloads as w  # noqa: E402

NATIVE = {"simplernn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
GATES = {"simplernn": 1, "lstm": 4, "gru": 3}
ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid}
LOSSES = {
    # The last two expect logits, as PyTorch recommends; predict adds the activation.
    "mae": F.l1_loss,
    "mse": F.mse_loss,
    "binary_crossentropy": F.binary_cross_entropy_with_logits,
    "sparse_categorical_crossentropy": lambda p, y: F.cross_entropy(p.flatten(0, -2), y.flatten()),
}


def activate(x: Tensor, activation: str) -> Tensor:
    if activation == "tanh":
        return torch.tanh(x)
    if activation == "relu":
        return torch.relu(x)
    return torch.sigmoid(x)


# The loops: x is the input's projection with its bias, for all timesteps at once: (timesteps, batch,
# gates * units), or (timesteps, gates, batch, units) where a mask of recurrent dropout gives each gate
# a separate h.


def simplernn_loop(x: Tensor, kernel: Tensor, mask: Tensor | None, activation: str) -> Tensor:
    h = torch.zeros(x.size(-2), kernel.size(-2))
    states = []
    for x_t in x.unbind(0):
        h = activate(torch.addmm(x_t, h if mask is None else h * mask, kernel), activation)
        states.append(h)
    return torch.stack(states)


def lstm_loop(x: Tensor, kernel: Tensor, mask: Tensor | None, activation: str) -> Tensor:
    h = torch.zeros(x.size(-2), kernel.size(-2))
    c = torch.zeros_like(h)
    states = []
    for x_t in x.unbind(0):
        if mask is None:
            i, f, g, o = torch.addmm(x_t, h, kernel).chunk(4, 1)
        else:
            i, f, g, o = torch.baddbmm(x_t, h * mask, kernel).unbind(0)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * activate(g, activation)
        h = torch.sigmoid(o) * activate(c, activation)
        states.append(h)
    return torch.stack(states)


def gru_loop(x: Tensor, kernel: Tensor, bias: Tensor | None, mask: Tensor | None, activation: str) -> Tensor:
    """The reset is after the recurrent product if that has a bias, otherwise before it."""
    units = x.size(-1) if mask is not None else x.size(-1) // 3
    h = torch.zeros(x.size(-2), units)
    states = []
    for x_t in x.unbind(0):
        if mask is None:
            x_z, x_r, x_h = x_t.chunk(3, 1)
        else:
            x_z, x_r, x_h = x_t.unbind(0)
        if bias is not None:
            if mask is None:
                h_z, h_r, h_h = torch.addmm(bias, h, kernel).chunk(3, 1)
            else:
                h_z, h_r, h_h = torch.baddbmm(bias, h * mask, kernel).unbind(0)
            z = torch.sigmoid(x_z + h_z)
            candidate = activate(x_h + torch.sigmoid(x_r + h_r) * h_h, activation)
        elif mask is None:
            zr = torch.addmm(x_t[:, : 2 * units], h, kernel[:, : 2 * units])
            z, r = torch.sigmoid(zr).chunk(2, 1)
            candidate = activate(torch.addmm(x_h, r * h, kernel[:, 2 * units :]), activation)
        else:
            z, r = torch.sigmoid(torch.baddbmm(x_t[:2], h * mask[:2], kernel[:2])).unbind(0)
            candidate = activate(torch.addmm(x_h, r * h * mask[2], kernel[2]), activation)
        h = torch.lerp(candidate, h, z)
        states.append(h)
    return torch.stack(states)


LOOPS = {"simplernn": simplernn_loop, "lstm": lstm_loop, "gru": gru_loop}


def dropout_mask(shape, rate):
    return F.dropout(torch.ones(shape), rate)


class Recurrent(nn.Module):
    """Sequences are (timesteps, batch, features) inside the model."""

    def __init__(self, spec, inputs, loops):
        super().__init__()
        self.spec = spec
        self.loop = None
        if not spec.recurrent_dropout and spec.activation == "tanh" and spec.reset_after:
            self.rnn = NATIVE[spec.cell](inputs, spec.units, bidirectional=spec.bidirectional)
            return
        self.loop = loops[spec.cell]
        self.gates = GATES[spec.cell]
        outputs = self.gates * spec.units
        self.kernel = nn.Parameter(nn.init.xavier_uniform_(torch.empty(inputs, outputs)))
        self.recurrent_kernel = nn.Parameter(nn.init.xavier_uniform_(torch.empty(spec.units, outputs)))
        self.bias = nn.Parameter(torch.zeros(outputs))
        # Separate only if the reset is after the product.
        both = spec.cell == "gru" and spec.reset_after
        self.recurrent_bias = nn.Parameter(torch.zeros(outputs)) if both else None

    def forward(self, x):
        spec = self.spec
        timesteps, batch, features = x.shape
        # With recurrent dropout Keras uses separate masks, and therefore separate products, for the gates.
        if self.training and spec.recurrent_dropout and self.gates > 1:
            x = x * dropout_mask((self.gates, 1, batch, features), spec.dropout)
            x = torch.baddbmm(self.apart(self.bias), x.flatten(1, 2), self.apart(self.kernel))
            x = x.view(self.gates, timesteps, batch, spec.units).transpose(0, 1)
            mask = dropout_mask((self.gates, batch, spec.units), spec.recurrent_dropout)
            states = self.states(x, self.apart(self.recurrent_kernel), self.apart(self.recurrent_bias), mask)
        else:
            mask = None
            if self.training and spec.dropout:
                x = x * dropout_mask((batch, features), spec.dropout)
            if self.training and spec.recurrent_dropout:
                mask = dropout_mask((batch, spec.units), spec.recurrent_dropout)
            if self.loop is None:
                states, _ = self.rnn(x)
            else:
                x = F.linear(x, self.kernel.T, self.bias)
                states = self.states(x, self.recurrent_kernel, self.recurrent_bias, mask)
        return states if spec.return_sequences else states[-1]

    def states(self, x, kernel, bias, mask):
        if self.spec.cell == "gru":
            return self.loop(x, kernel, bias, mask, self.spec.activation)
        return self.loop(x, kernel, mask, self.spec.activation)

    def apart(self, weight):
        """(inputs, gates * units) or (gates * units) as (gates, inputs or 1, units)"""
        if weight is None:
            return None
        return weight.view(-1, self.gates, self.spec.units).transpose(0, 1)


class Model(nn.Module):
    def __init__(self, workload, loops):
        super().__init__()
        self.ids = workload.features == 0
        layers, size = [], workload.features
        for spec in workload.layers:
            if isinstance(spec, w.Embedding):
                layers.append(nn.Embedding(spec.vocabulary, spec.units))
                size = spec.units
            elif isinstance(spec, w.Recurrent):
                layers.append(Recurrent(spec, size, loops))
                size = spec.units * (2 if spec.bidirectional else 1)
            elif isinstance(spec, w.Dense):
                layers.append(nn.Linear(size, spec.units))
                size = spec.units
            else:
                layers.append(nn.Dropout(spec.rate))
        self.layers = nn.Sequential(*layers)
        self.output = workload.layers[-1].activation
        self.logits = workload.loss.endswith("crossentropy")

    def forward(self, x):
        x = self.layers(x.transpose(0, 1))
        if x.dim() == 3:
            x = x.transpose(0, 1)
        if self.training and self.logits:
            return x
        if self.output == "softmax":
            return torch.softmax(x, -1)
        return x if self.output == "linear" else ACTIVATIONS[self.output](x)


class EncoderDecoder(nn.Module):
    def __init__(self, workload):
        super().__init__()
        self.source = nn.Embedding(workload.vocabulary, workload.embedding)
        self.target = nn.Embedding(workload.vocabulary, workload.embedding)
        self.encoder = nn.LSTM(workload.embedding, workload.units, batch_first=True)
        self.decoder = nn.LSTM(workload.embedding, workload.units, batch_first=True)
        self.dense = nn.Linear(2 * workload.units, workload.vocabulary)

    def forward(self, x):
        encoded, states = self.encoder(self.source(x[0]))
        decoded, _ = self.decoder(self.target(x[1]), states)
        context = F.scaled_dot_product_attention(decoded, encoded, encoded, scale=1.0)
        logits = self.dense(torch.cat((decoded, context), -1))
        return logits if self.training else torch.softmax(logits, -1)


class TwoInputs(nn.Module):
    def __init__(self, workload):
        super().__init__()
        self.gru = nn.GRU(workload.features, workload.units)
        self.hidden = nn.Linear(workload.units + workload.static, 32)
        self.dense = nn.Linear(32, 1)

    def forward(self, x):
        _, h = self.gru(x[0].transpose(0, 1))
        return self.dense(torch.relu(self.hidden(torch.cat((h[0], x[1]), -1))))


def build(workload, loops):
    if isinstance(workload, w.EncoderDecoder):
        return EncoderDecoder(workload)
    return TwoInputs(workload) if isinstance(workload, w.TwoInputs) else Model(workload, loops)


def main():
    parser = w.arguments(__doc__)
    parser.add_argument("--loop", choices=("eager", "script", "compile"), help="instead of the faster")
    options = parser.parse_args()
    torch.set_num_threads(w.THREADS)
    kinds = {"eager": lambda loop: loop, "script": torch.jit.script, "compile": torch.compile}

    def step(workload, phase):
        x, y = workload.batch_in_memory()
        x = tuple(map(torch.from_numpy, x)) if isinstance(x, tuple) else torch.from_numpy(x)
        y = torch.from_numpy(y)
        if y.dtype == torch.int32:
            y = y.long()
        # Scripted loops predict in 0.6 to 1 times the time of eager ones, and train in 1 to 1.2. torch.compile
        # unrolls them: stack-lstm was not compiled after 40 s.
        kind = kinds[options.loop or ("eager" if phase == "train" else "script")]
        model = build(workload, {cell: kind(loop) for cell, loop in LOOPS.items()})
        if phase == "predict":
            model.eval()

            def predict():
                with torch.inference_mode():
                    model(x)

            return predict
        loss = LOSSES[workload.loss]
        if workload.optimizer == "adam":
            optimizer = torch.optim.Adam(model.parameters(), 0.001, fused=True)
        else:
            optimizer = torch.optim.RMSprop(model.parameters(), 0.001, alpha=0.9, foreach=True)

        def train():
            optimizer.zero_grad()
            loss(model(x), y).backward()
            optimizer.step()

        return train

    w.run(options, "pytorch", torch.__version__, step)


if __name__ == "__main__":
    main()
