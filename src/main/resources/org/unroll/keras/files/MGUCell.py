# uses GatedCell
@keras.saving.register_keras_serializable("unroll")
class MGUCell(GatedCell):
    """The cell of the minimal gated unit (Zhou et al. 2016): a GRU with a single gate."""

    gates = ("f", "h")

    def __init__(self, units, **kwargs):
        super().__init__(units, **kwargs)
        self.state_size = units

    def call(self, inputs, states, training=False):
        before = states[0] if isinstance(states, (list, tuple)) else states
        x, h, u = self.project(inputs, before, training)
        f = self.recurrent_activation(x["f"] + ops.matmul(h["f"], u["f"]))
        g = self.activation(x["h"] + ops.matmul(f * h["h"], u["h"]))
        output = before + f * (g - before)
        return output, [output]

    def get_initial_state(self, batch_size=None):
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype)]

    def get_config(self):
        config = super().get_config()
        del config["unit_forget_bias"]
        return config
