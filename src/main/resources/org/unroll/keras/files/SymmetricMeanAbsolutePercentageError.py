@keras.saving.register_keras_serializable("unroll")
class SymmetricMeanAbsolutePercentageError(keras.metrics.MeanMetricWrapper):
    """100 · mean(2·|p − t| / (|p| + |t|)), from 0 to 200, and 0 where both are 0."""

    def __init__(self, name="smape", dtype=None):
        super().__init__(fn=self.at, name=name, dtype=dtype)

    @staticmethod
    def at(y_true, y_pred):
        y_true = ops.cast(ops.reshape(y_true, ops.shape(y_pred)), y_pred.dtype)
        size = ops.abs(y_pred) + ops.abs(y_true)
        ratio = 2 * ops.abs(y_pred - y_true) / ops.where(size == 0, 1.0, size)
        return 100 * ops.mean(ratio, axis=-1)

    def get_config(self):
        return {"name": self.name, "dtype": self.dtype}
