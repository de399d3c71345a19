@keras.saving.register_keras_serializable("unroll")
class ErrorRate(keras.metrics.Metric):
    """The error rate of sound event detection: substitutions, deletions and insertions per active class."""

    def __init__(self, name="error_rate", threshold=0.5, dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.threshold = threshold
        self.errors = self.add_variable((), "zeros", name="errors")
        self.active = self.add_variable((), "zeros", name="active")

    def update_state(self, y_true, y_pred, sample_weight=None):
        mask = getattr(y_pred, "_keras_mask", None)
        predicted = y_pred > self.threshold
        active = ops.reshape(y_true, ops.shape(y_pred)) != 0
        missed = self.count(ops.logical_and(active, ops.logical_not(predicted)))
        wrong = self.count(ops.logical_and(predicted, ops.logical_not(active)))
        weight = ops.ones_like(missed)
        if sample_weight is not None:
            sample_weight = ops.cast(sample_weight, self.dtype)
            while len(sample_weight.shape) < len(missed.shape):
                sample_weight = ops.expand_dims(sample_weight, -1)
            weight = weight * ops.reshape(sample_weight, ops.shape(sample_weight)[: len(missed.shape)])
        if mask is not None:
            weight = weight * ops.cast(mask, self.dtype)
        self.errors.assign_add(ops.sum(weight * ops.maximum(missed, wrong)))
        self.active.assign_add(ops.sum(weight * self.count(active)))

    def count(self, events):
        return ops.sum(ops.cast(events, self.dtype), axis=-1)

    def result(self):
        return self.errors / self.active

    def get_config(self):
        return {"name": self.name, "threshold": self.threshold, "dtype": self.dtype}
