# uses GatedCell
@keras.saving.register_keras_serializable("unroll")
class MinGRUCell(GatedCell):
    """The cell of the minGRU (Feng et al. 2024), whose gates do not read the state."""

    gates = ("z", "h")
    state_gates = ()

    def __init__(self, units, activation="linear", **kwargs):
        super().__init__(units, activation=activation, **kwargs)
        self.state_size = units

    def call(self, inputs, states, training=False):
        before = states[0] if isinstance(states, (list, tuple)) else states
        x, _, _ = self.project(inputs, before, training)
        z = ops.sigmoid(x["z"])
        output = (1.0 - z) * before + z * self.activation(x["h"])
        return output, [output]

    def get_initial_state(self, batch_size=None):
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype)]

    def get_config(self):
        config = super().get_config()
        for name in list(config):
            if name.startswith("recurrent_") or name == "unit_forget_bias":
                del config[name]
        return config
