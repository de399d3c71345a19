@keras.saving.register_keras_serializable("unroll")
class Pinball(keras.losses.Loss):
    """The pinball loss of the quantiles of several levels for each target."""

    def __init__(self, levels, name="pinball", **kwargs):
        super().__init__(name=name, **kwargs)
        self.levels = list(levels)

    def call(self, y_true, y_pred):
        levels = ops.convert_to_tensor(self.levels, dtype=y_pred.dtype)
        quantiles = ops.reshape(y_pred, (*ops.shape(y_pred)[:-1], -1, len(self.levels)))
        errors = ops.expand_dims(ops.cast(y_true, y_pred.dtype), -1) - quantiles
        return ops.mean(ops.where(errors > 0, levels * errors, (levels - 1.0) * errors), axis=(-2, -1))

    def get_config(self):
        return {**super().get_config(), "levels": self.levels}
