class GatedCell(keras.layers.LSTMCell):
    """What cells with some of the gates of an LSTM share: the weights and Keras's dropout."""

    gates = ()
    input_gates = None  # the gates with columns in W, the first ones; all by default
    state_gates = None  # the gates with columns in U; all by default

    def build(self, input_shape):
        columns = len(self.gates) * self.units
        self.input_gates = self.gates if self.input_gates is None else self.input_gates
        self.state_gates = self.gates if self.state_gates is None else self.state_gates
        self.dropout_mask_count = len(self.gates) if self.recurrent_dropout > 0 else None
        self.kernel = self.add_weight(
            shape=(input_shape[-1], len(self.input_gates) * self.units),
            name="kernel",
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if self.state_gates:
            self.recurrent_kernel = self.add_weight(
                shape=(self.units, len(self.state_gates) * self.units),
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

    def masked_inputs(self, inputs, training):
        """Returns x of each gate after dropout."""
        masks = self.get_dropout_mask(inputs) if training and self.dropout > 0 else None
        n = len(self.gates)
        masks = masks if isinstance(masks, list) else [masks] * n
        return dict(zip(self.gates, [inputs if mask is None else inputs * mask for mask in masks]))

    def project(self, inputs, h, training):
        """Returns x·W + b, the state and U of each gate. Dropout is applied to x and the state."""
        x = self.masked_inputs(inputs, training)
        W = ops.split(self.kernel, len(self.input_gates), axis=1)
        x = {gate: ops.matmul(x[gate], w) for gate, w in zip(self.input_gates, W)}
        if self.bias is not None:
            b = ops.split(self.bias, len(self.gates))
            x = {gate: b[i] + x.get(gate, 0.0) for i, gate in enumerate(self.gates)}
        x = {gate: x.get(gate, 0.0) for gate in self.gates}
        n = len(self.state_gates)
        if not n:
            return x, {}, {}
        states = [h] * n
        if training and self.recurrent_dropout > 0:
            states = [h * mask for mask in self.get_recurrent_dropout_mask(h)[:n]]
        recurrent = ops.split(self.recurrent_kernel, n, axis=1)
        return x, dict(zip(self.state_gates, states)), dict(zip(self.state_gates, recurrent))
