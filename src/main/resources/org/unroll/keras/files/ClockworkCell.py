# uses GatedCell
@keras.saving.register_keras_serializable("unroll")
class ClockworkCell(GatedCell):
    """The cell of the clockwork RNN (Koutník et al. 2014)."""

    gates = ("h",)

    def __init__(self, units, periods, **kwargs):
        super().__init__(units, **kwargs)
        self.periods = list(periods)
        self.state_size = [units, len(self.periods)]

    def build(self, input_shape):
        super().build(input_shape)
        width = self.units // len(self.periods)
        module = [unit // width for unit in range(self.units)]
        self.reads = [[float(i >= j) for j in module] for i in module]
        self.width = width

    def call(self, inputs, states, training=False):
        before, clock = states
        x, h, u = self.project(inputs, before, training)
        reads = ops.convert_to_tensor(self.reads, dtype=self.compute_dtype)
        new = self.activation(x["h"] + ops.matmul(h["h"], u["h"] * reads))
        due = ops.repeat(clock == 0, self.width, axis=1)
        output = ops.where(due, new, before)
        periods = ops.convert_to_tensor(self.periods, dtype=self.compute_dtype)
        return output, [output, ops.mod(clock + 1.0, periods)]

    def get_config(self):
        config = super().get_config()
        del config["unit_forget_bias"], config["recurrent_activation"]
        return {**config, "periods": self.periods}
