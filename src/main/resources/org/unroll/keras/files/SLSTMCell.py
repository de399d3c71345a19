# uses GatedCell
@keras.saving.register_keras_serializable("unroll")
class SLSTMCell(GatedCell):
    """The cell of the sLSTM (Beck et al. 2024)."""

    gates = ("i", "f", "c", "o")

    def __init__(self, units, exponential_forget_gate=False, **kwargs):
        super().__init__(units, **kwargs)
        self.exponential_forget_gate = exponential_forget_gate
        self.state_size = [units] * 4

    def initial_bias(self, shape, dtype=None):
        bias = self.bias_initializer(shape, dtype=dtype)
        if not self.unit_forget_bias:
            return bias
        forget = [gate in ("f", "f_depth") for gate in self.gates for _ in range(self.units)]
        return ops.where(ops.convert_to_tensor(forget), ops.ones_like(bias), bias)

    def call(self, inputs, states, training=False):
        hidden, c, n, m = states
        x, h, u = self.project(inputs, hidden, training)
        z = {gate: x[gate] + ops.matmul(h[gate], u[gate]) for gate in self.gates}
        kept = m + (z["f"] if self.exponential_forget_gate else ops.log_sigmoid(z["f"]))
        empty = n == 0
        m = ops.where(empty, z["i"], ops.maximum(z["i"], kept))
        i = ops.exp(z["i"] - m)
        f = ops.exp(ops.where(empty, -200.0, kept - m))
        c = f * c + i * self.activation(z["c"])
        n = f * n + i
        output = self.recurrent_activation(z["o"]) * (c / n)
        return output, [output, c, n, m]

    def get_config(self):
        return {**super().get_config(), "exponential_forget_gate": self.exponential_forget_gate}
