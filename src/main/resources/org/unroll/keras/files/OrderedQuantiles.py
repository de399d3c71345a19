@keras.saving.register_keras_serializable("unroll")
class OrderedQuantiles(keras.layers.Layer):
    """The quantiles of each target in increasing order: the first, plus the softplus of each of the others."""

    def __init__(self, count, **kwargs):
        super().__init__(**kwargs)
        self.count = count
        self.supports_masking = True

    def call(self, inputs):
        groups = ops.reshape(inputs, (-1, *inputs.shape[1:-1], inputs.shape[-1] // self.count, self.count))
        steps = ops.concatenate([groups[..., :1], ops.softplus(groups[..., 1:])], axis=-1)
        return ops.reshape(ops.cumsum(steps, axis=-1), (-1, *inputs.shape[1:]))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "count": self.count}
