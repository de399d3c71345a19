@keras.saving.register_keras_serializable("unroll")
class AttentionPooling(keras.layers.Layer):
    """The mean of the time steps, weighted with the softmax of their scores for a learned query.

    The score of a time step x is tanh(x·W + b)·q, or x·q / √features if units is None.
    """

    def __init__(self, units=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.supports_masking = True

    def build(self, input_shape):
        features = input_shape[-1]
        self.query = self.add_weight(shape=(self.units or features,), initializer="glorot_uniform", name="query")
        if self.units is not None:
            self.kernel = self.add_weight(shape=(features, self.units), initializer="glorot_uniform", name="kernel")
            self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, inputs, mask=None):
        if self.units is None:
            scores = ops.sum(inputs * self.query, axis=-1) / inputs.shape[-1] ** 0.5
        else:
            scores = ops.sum(ops.tanh(ops.matmul(inputs, self.kernel) + self.bias) * self.query, axis=-1)
        if mask is not None:
            scores = ops.where(mask, scores, -1e30)
        weights = ops.softmax(scores, axis=1)
        if mask is not None:
            weights = ops.where(mask, weights, 0.0)
            inputs = ops.where(ops.expand_dims(mask, -1), inputs, 0.0)
        return ops.sum(ops.expand_dims(weights, -1) * inputs, axis=1)

    def compute_mask(self, inputs, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])

    def get_config(self):
        return {**super().get_config(), "units": self.units}
