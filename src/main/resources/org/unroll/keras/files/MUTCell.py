# uses GatedCell
@keras.saving.register_keras_serializable("unroll")
class MUTCell(GatedCell):
    """The cells MUT1, MUT2 and MUT3 (Jozefowicz et al. 2015)."""

    def __init__(self, units, kind, **kwargs):
        super().__init__(units, **kwargs)
        self.kind = kind
        self.gates = ("z", "h", "r") if kind == "MUT2" else ("z", "r", "h")
        self.input_gates = self.gates if kind == "MUT3" else self.gates[:2]
        self.state_gates = self.gates[1:] if kind == "MUT1" else self.gates
        self.state_size = units

    def call(self, inputs, states, training=False):
        before = states[0] if isinstance(states, (list, tuple)) else states
        x, h, u = self.project(inputs, before, training)
        direct = self.masked_inputs(inputs, training)
        if self.kind == "MUT1":
            x["h"] = x["h"] + self.activation(direct["h"])
        elif self.kind == "MUT2":
            x["r"] = x["r"] + direct["r"]
            x["z"] = x["z"] + ops.matmul(h["z"], u["z"])
        else:
            # Recurrent dropout is applied to act(h), as to what is multiplied by U elsewhere.
            mask = self.get_recurrent_dropout_mask(before)[0] if training and self.recurrent_dropout > 0 else 1.0
            x["z"] = x["z"] + ops.matmul(self.activation(before) * mask, u["z"])
        z = self.recurrent_activation(x["z"])
        r = self.recurrent_activation(x["r"] + ops.matmul(h["r"], u["r"]))
        g = self.activation(x["h"] + ops.matmul(r * h["h"], u["h"]))
        output = before + z * (g - before)
        return output, [output]

    def get_initial_state(self, batch_size=None):
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype)]

    def get_config(self):
        config = super().get_config()
        del config["unit_forget_bias"]
        return {**config, "kind": self.kind}
