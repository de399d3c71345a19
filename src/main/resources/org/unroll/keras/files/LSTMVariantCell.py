# uses GatedCell
@keras.saving.register_keras_serializable("unroll")
class LSTMVariantCell(GatedCell):
    """An LSTM cell without some of its gates, or with peephole connections (Greff et al. 2015)."""

    def __init__(
        self,
        units,
        input_gate=True,
        forget_gate=True,
        output_gate=True,
        coupled_gates=False,
        peepholes=False,
        peephole_initializer="zeros",
        cell_activation="tanh",
        **kwargs,
    ):
        super().__init__(units, **kwargs)
        self.input_gate = input_gate
        self.forget_gate = forget_gate
        self.output_gate = output_gate
        self.coupled_gates = coupled_gates
        self.peepholes = peepholes
        self.peephole_initializer = keras.initializers.get(peephole_initializer)
        self.cell_activation = keras.activations.get(cell_activation)
        has = {"i": input_gate, "f": forget_gate and not coupled_gates, "c": True, "o": output_gate}
        self.gates = tuple(gate for gate in has if has[gate])

    def build(self, input_shape):
        super().build(input_shape)
        if self.peepholes:
            self.peephole_kernel = self.add_weight(
                shape=(len(self.gates) - 1, self.units), name="peephole_kernel", initializer=self.peephole_initializer
            )

    def initial_bias(self, shape, dtype=None):
        bias = self.bias_initializer(shape, dtype=dtype)
        if not self.unit_forget_bias or "f" not in self.gates:
            return bias
        forget = [gate == "f" for gate in self.gates for _ in range(self.units)]
        return ops.where(ops.convert_to_tensor(forget), ops.ones_like(bias), bias)

    def call(self, inputs, states, training=False):
        before = states[1]
        x, h, u = self.project(inputs, states[0], training)

        def gate(name, cell):
            if name not in x:
                return 1.0
            z = x[name] + ops.matmul(h[name], u[name])
            if self.peepholes:
                row = [g for g in self.gates if g != "c"].index(name)
                z = z + self.peephole_kernel[row] * cell
            return self.recurrent_activation(z)

        i = gate("i", before)
        f = 1.0 - i if self.coupled_gates else gate("f", before)
        c = f * before + i * self.activation(x["c"] + ops.matmul(h["c"], u["c"]))
        output = gate("o", c) * self.cell_activation(c)
        return output, [output, c]

    def get_config(self):
        return {
            **super().get_config(),
            "input_gate": self.input_gate,
            "forget_gate": self.forget_gate,
            "output_gate": self.output_gate,
            "coupled_gates": self.coupled_gates,
            "peepholes": self.peepholes,
            "peephole_initializer": keras.initializers.serialize(self.peephole_initializer),
            "cell_activation": keras.activations.serialize(self.cell_activation),
        }
