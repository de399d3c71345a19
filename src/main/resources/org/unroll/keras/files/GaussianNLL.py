@keras.saving.register_keras_serializable("unroll")
class GaussianNLL(keras.losses.Loss):
    """The negative log-likelihood of the mean and the logarithm of the standard deviation of each target."""

    def __init__(self, name="gaussian_nll", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        mean, logarithm = y_pred[..., 0::2], y_pred[..., 1::2]
        z = (ops.cast(y_true, y_pred.dtype) - mean) / ops.exp(logarithm)
        return ops.mean(0.9189385332046727 + logarithm + 0.5 * z * z, axis=-1)
