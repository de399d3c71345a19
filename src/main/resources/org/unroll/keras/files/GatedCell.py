class GatedCell(keras.layers.LSTMCell):
    """What cells with some of the gates of an LSTM share: the weights and Keras's dropout."""

    gates = ()

    def build(self, input_shape):
        columns = len(self.gates) * self.units
        self.dropout_mask_count = len(self.gates) if self.recurrent_dropout > 0 else None
        self.kernel = self.add_weight(
            shape=(input_shape[-1], columns),
            name="kernel",
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, columns),
            name="recurrent_kernel",
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(columns,),
                name="bias",
                initializer=self.initial_bias,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def initial_bias(self, shape, dtype=None):
        return self.bias_initializer(shape, dtype=dtype)

    def project(self, inputs, h, training):
        """Returns x·W + b, the state and U of each gate. Dropout is applied to x and the state."""
        n = len(self.gates)
        x, states = [inputs] * n, [h] * n
        if training and self.dropout > 0:
            masks = self.get_dropout_mask(inputs)
            x = [inputs * mask for mask in (masks if isinstance(masks, list) else [masks] * n)]
        if training and self.recurrent_dropout > 0:
            states = [h * mask for mask in self.get_recurrent_dropout_mask(h)]
        x = [ops.matmul(a, w) for a, w in zip(x, ops.split(self.kernel, n, axis=1))]
        if self.bias is not None:
            x = [a + b for a, b in zip(x, ops.split(self.bias, n))]
        recurrent = ops.split(self.recurrent_kernel, n, axis=1)
        return dict(zip(self.gates, x)), dict(zip(self.gates, states)), dict(zip(self.gates, recurrent))
