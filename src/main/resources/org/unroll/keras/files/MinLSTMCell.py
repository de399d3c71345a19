# uses GatedCell
@keras.saving.register_keras_serializable("unroll")
class MinLSTMCell(GatedCell):
    """The cell of the minLSTM (Feng et al. 2024), whose gates do not read the state."""

    gates = ("f", "i", "h")
    state_gates = ()

    def __init__(self, units, activation="linear", **kwargs):
        super().__init__(units, activation=activation, **kwargs)
        self.state_size = units

    def initial_bias(self, shape, dtype=None):
        return self.bias_initializer(shape, dtype=dtype)

    def call(self, inputs, states, training=False):
        before = states[0] if isinstance(states, (list, tuple)) else states
        x, _, _ = self.project(inputs, before, training)
        a = ops.sigmoid(ops.log_sigmoid(x["f"]) - ops.log_sigmoid(x["i"]))
        output = a * before + (1.0 - a) * self.activation(x["h"])
        return output, [output]

    def get_initial_state(self, batch_size=None):
        return [ops.zeros((batch_size, self.units), dtype=self.compute_dtype)]

    def get_config(self):
        config = super().get_config()
        for name in list(config):
            if name.startswith("recurrent_") or name == "unit_forget_bias":
                del config[name]
        return config
