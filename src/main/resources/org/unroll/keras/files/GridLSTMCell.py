# uses GatedCell
@keras.saving.register_keras_serializable("unroll")
class GridLSTMCell(GatedCell):
    """The cell of the Grid LSTM (Kalchbrenner et al. 2015) with the dimensions time and depth."""

    gates = ("i", "f", "c", "o", "i_depth", "f_depth", "c_depth", "o_depth")

    def __init__(self, units, layers, **kwargs):
        super().__init__(units, **kwargs)
        self.layers = layers
        self.state_size = [units] * (2 * layers + 1)
        self.output_size = units

    def initial_bias(self, shape, dtype=None):
        bias = self.bias_initializer(shape, dtype=dtype)
        if not self.unit_forget_bias:
            return bias
        forget = [gate in ("f", "f_depth") for gate in self.gates for _ in range(self.units)]
        return ops.where(ops.convert_to_tensor(forget), ops.ones_like(bias), bias)

    def build(self, input_shape):
        self.dropout_mask_count = None
        self.kernel = self.add_weight(
            shape=(input_shape[-1], 2 * self.units),
            name="kernel",
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.blocks = []
        for layer in range(self.layers):
            recurrent_kernel = self.add_weight(
                shape=(2 * self.units, 8 * self.units),
                name=f"recurrent_kernel_{layer}",
                initializer=self.recurrent_initializer,
                regularizer=self.recurrent_regularizer,
                constraint=self.recurrent_constraint,
            )
            bias = 0.0
            if self.use_bias:
                bias = self.add_weight(
                    shape=(8 * self.units,),
                    name=f"bias_{layer}",
                    initializer=self.initial_bias,
                    regularizer=self.bias_regularizer,
                    constraint=self.bias_constraint,
                )
            self.blocks.append((recurrent_kernel, bias))

    def lstm(self, gates, memory):
        i, f, c, o = gates
        sigma = self.recurrent_activation
        memory = sigma(f) * memory + sigma(i) * self.activation(c)
        return self.activation(sigma(o) * memory), memory

    def call(self, inputs, states, training=False):
        if training and self.dropout > 0:
            inputs = inputs * self.get_dropout_mask(inputs)
        depth, memory = ops.split(ops.matmul(inputs, self.kernel), 2, axis=1)
        result = []
        for layer, (recurrent_kernel, bias) in enumerate(self.blocks):
            hidden = states[2 * layer]
            if training and self.recurrent_dropout > 0:
                hidden = hidden * self.get_recurrent_dropout_mask(hidden)
            z = ops.matmul(ops.concatenate([hidden, depth], axis=1), recurrent_kernel) + bias
            z = ops.split(z, 8, axis=1)
            result.extend(self.lstm(z[:4], states[2 * layer + 1]))
            depth, memory = self.lstm(z[4:], memory)
        return depth, [*result, depth]

    def get_config(self):
        return {**super().get_config(), "layers": self.layers}
