"""Writes every option of every class that Keras can save, each with a value that is not its default.

The file keras/options.json has one line for each class: the configuration with all defaults, and for each option the
value as Keras writes it. An option is an argument of the constructor or a key of the configuration. The script fails if
it knows no other value for an option, so a new option of Keras is noticed.
"""

import inspect
import json
import pathlib

import keras
from keras import constraints, initializers, layers, losses, metrics, optimizers, regularizers
from keras.optimizers import schedules

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/keras/options.json"

# Arguments without a default, by class and by name.
REQUIRED = {
    "units": 4, "filters": 4, "kernel_size": 2, "rate": 0.5, "stddev": 0.5, "n": 3, "input_dim": 7, "output_dim": 3,
    "target_shape": (2, 6), "dims": (2, 1), "num_classes": 4, "target_class_ids": [0, 2], "specificity": 0.5,
    "sensitivity": 0.5, "recall": 0.5, "precision": 0.5, "initial_learning_rate": 0.1, "decay_steps": 8,
    "decay_rate": 0.5, "first_decay_steps": 8, "boundaries": [3], "values": [0.5, 0.25], "activation": "tanh",
    "scale": 2.0, "seed": None, "cropping": (1, 1),
    "factor": 0.5, "pool_size": 2, "side": "real", "axes": 1, "num_heads": 2, "key_dim": 3,
}

# Another value of an option, by class and name, or by name.
OTHER = {
    "Huber.delta": 0.5, "Circle.gamma": 10.0, "BinaryFocalCrossentropy.alpha": 0.5, "Tversky.axis": -1, "Dice.axis": -1,
    "CategoricalFocalCrossentropy.alpha": 0.5, "gamma": 1.5, "margin": 0.3, "remove_diagonal": False, "q": 0.25,
    "from_logits": True, "label_smoothing": 0.25, "reduction": "sum", "axis": 1, "name": "other", "ignore_class": 0,
    "apply_class_balancing": True, "Tversky.alpha": 0.25, "beta": 0.75, "dtype": "float16",
    "thresholds": 0.25, "AUC.thresholds": [0.25, 0.75], "top_k": 2, "class_id": 0, "k": 2, "from_sorted_ids": True,
    "threshold": 0.25, "average": "micro", "FBetaScore.beta": 2.0, "num_thresholds": 50, "curve": "PR",
    "summation_method": "minoring", "multi_label": True, "num_labels": 3, "label_weights": [1.0, 2.0],
    "num_classes": 5, "target_class_ids": [1], "sparse_y_true": False, "sparse_y_pred": False,
    "OneHotIoU.sparse_y_pred": True, "OneHotMeanIoU.sparse_y_pred": True,
    "class_aggregation": "variance_weighted_average", "num_regressors": 1,
    "specificity": 0.25, "sensitivity": 0.25, "recall": 0.25, "precision": 0.25,
    "learning_rate": 0.25, "weight_decay": 0.125, "clipnorm": 0.5, "clipvalue": 0.5, "global_clipnorm": 0.5,
    "use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 3, "loss_scale_factor": 8.0,
    "gradient_accumulation_steps": 2, "momentum": 0.5, "nesterov": True, "rho": 0.5, "centered": True,
    "epsilon": 0.5, "beta_1": 0.5, "beta_2": 0.5, "amsgrad": True, "initial_accumulator_value": 0.5,
    "learning_rate_power": -0.25, "l1_regularization_strength": 0.5, "l2_regularization_strength": 0.5,
    "l2_shrinkage_regularization_strength": 0.5, "beta_2_decay": -0.5, "epsilon_1": 0.5, "epsilon_2": 0.5,
    "clip_threshold": 2.0, "relative_step": False, "initial_learning_rate": 0.25, "decay_steps": 16, "decay_rate": 0.25,
    "staircase": True, "end_learning_rate": 0.25, "power": 2.0, "cycle": True, "alpha": 0.25, "warmup_target": 0.5,
    "warmup_steps": 4, "first_decay_steps": 16, "t_mul": 3.0, "m_mul": 0.5, "boundaries": [4], "values": [0.75, 0.5],
    "seed": 3, "mean": 0.5, "stddev": 0.25, "minval": -0.5, "maxval": 0.5, "gain": 0.5, "scale": 0.5, "mode": "fan_out",
    "distribution": "uniform", "value": 0.5, "l1": 0.5, "l2": 0.5, "factor": 0.25, "max_value": 0.5, "min_value": 0.25,
    "axes": (2, 1), "normalize": True, "use_scale": True, "AdditiveAttention.use_scale": False, "score_mode": "concat",
    "num_heads": 3, "key_dim": 2, "value_dim": 5, "use_gate": True, "output_shape": 6, "attention_axes": (2,),
    "sliding_window": 2, "flash_attention": None,
    "rate": 0.25, "OrthogonalRegularizer.mode": "columns", "OrthogonalRegularizer.factor": 0.25,
    "input_axes": [0], "output_axes": [1], "side": "imag", "window": "hamming", "scaling": "spectrum", "periodic": True,
    "adam_beta_1": 0.5, "adam_beta_2": 0.5, "exclude_layers": ["x"], "exclude_embeddings": False, "muon_a": 2.0,
    "muon_b": 2.0, "muon_c": 2.0, "ns_steps": 3, "adam_lr_ratio": 0.5, "rms_rate": 0.5, "adam_weight_decay": 0.5,
    "units": 3, "filters": 3, "kernel_size": 3, "activation": "relu", "recurrent_activation": "tanh", "use_bias": False,
    "kernel_initializer": "ones", "recurrent_initializer": "ones", "bias_initializer": "ones",
    "embeddings_initializer": "ones", "beta_initializer": "ones", "gamma_initializer": "zeros",
    "moving_mean_initializer": "ones", "moving_variance_initializer": "zeros", "depthwise_initializer": "ones",
    "pointwise_initializer": "ones", "alpha_initializer": "ones",
    "kernel_regularizer": "l2", "recurrent_regularizer": "l2", "bias_regularizer": "l2", "activity_regularizer": "l2",
    "embeddings_regularizer": "l2", "beta_regularizer": "l2", "gamma_regularizer": "l2", "depthwise_regularizer": "l2",
    "pointwise_regularizer": "l2", "alpha_regularizer": "l2",
    "kernel_constraint": "non_neg", "recurrent_constraint": "non_neg", "bias_constraint": "non_neg",
    "embeddings_constraint": "non_neg", "beta_constraint": "non_neg", "gamma_constraint": "non_neg",
    "depthwise_constraint": "non_neg", "pointwise_constraint": "non_neg", "alpha_constraint": "non_neg",
    "unit_forget_bias": False, "dropout": 0.25, "recurrent_dropout": 0.25, "return_sequences": True,
    "return_state": True, "go_backwards": True, "stateful": True, "unroll": True, "reset_after": False,
    "use_cudnn": False, "zero_output_for_mask": True, "trainable": False, "lora_rank": 2, "lora_alpha": 3,
    "quantization_config": None, "mask_zero": True, "input_dim": 9, "output_dim": 5, "noise_shape": (None, 1, 4),
    "mask_value": 1.0, "n": 2, "target_shape": (3, 4), "Permute.dims": (1, 2), "dims": (1, 2), "strides": 3,
    "padding": "same", "dilation_rate": 2, "groups": 2, "data_format": "channels_first", "pool_size": 3,
    "keepdims": True, "center": False, "BatchNormalization.scale": False, "LayerNormalization.scale": False,
    "rms_scaling": True, "synchronized": True, "merge_mode": "sum", "Bidirectional.weights": None,
    "size": 3, "ZeroPadding1D.padding": (2, 1), "cropping": (1, 0), "depth_multiplier": 2,
    "negative_slope": 0.25, "ReLU.threshold": 0.5, "offset": 0.5, "Normalization.mean": 0.5, "variance": 0.5,
    "invert": True, "shared_axes": [1], "batch_shape": (None, 6, 4), "sparse": True, "ragged": True, "optional": True,
    "Muon.nesterov": False, "Conv1D.padding": "causal", "ReLU.max_value": 2.0, "ReLU.negative_slope": 0.25, "data": None,
    "InputLayer.dtype": "float64", "Rescaling.scale": 3.0, "ActivityRegularization.l1": 0.5,
    "output_padding": 1,
}

# Arguments of constructors that are not written, or are another way to give one that is.
NOT_WRITTEN = {"fn", "reduce_fn", "input_shape", "input_tensor", "input_dtype", "batch_size", "shape", "weights",
               "batch_input_shape", "renorm", "renorm_clipping", "renorm_momentum", "input_length"}


def families():
    base = {
        "losses": (losses, losses.Loss), "metrics": (metrics, metrics.Metric),
        "optimizers": (optimizers, optimizers.Optimizer), "schedules": (schedules, schedules.LearningRateSchedule),
        "initializers": (initializers, initializers.Initializer),
        "regularizers": (regularizers, regularizers.Regularizer), "constraints": (constraints, constraints.Constraint),
    }
    abstract = {"LossFunctionWrapper", "MeanMetricWrapper", "LossScaleOptimizer", "MultiOptimizer"}
    for family, (module, parent) in base.items():
        for name, kind in sorted(vars(module).items()):
            public = inspect.isclass(kind) and issubclass(kind, parent) and kind is not parent
            if public and name == kind.__name__ and name not in abstract:
                yield family, kind
    for name in LAYERS:
        yield "layers", getattr(layers, name)


# The layers that a sequential model for sequences may have, and the shape of their input.
LAYERS = {
    "InputLayer": None, "Dense": (5, 4), "Embedding": (5,), "Dropout": (5, 4), "TimeDistributed": (5, 4),
    "Masking": (5, 4), "Activation": (5, 4), "Flatten": (5, 4), "RepeatVector": (4,), "SpatialDropout1D": (5, 4),
    "GaussianNoise": (5, 4), "GaussianDropout": (5, 4), "AlphaDropout": (5, 4), "Reshape": (3, 4), "Permute": (5, 4),
    "SimpleRNN": (5, 4), "LSTM": (5, 4), "GRU": (5, 4), "ConvLSTM2D": (5, 6, 6, 2), "RNN": (5, 4),
    "Bidirectional": (5, 4), "Conv1D": (5, 4), "MaxPooling1D": (5, 4), "AveragePooling1D": (5, 4),
    "GlobalMaxPooling1D": (5, 4), "GlobalAveragePooling1D": (5, 4), "LayerNormalization": (5, 4),
    "BatchNormalization": (5, 4), "ReLU": (5, 4), "LeakyReLU": (5, 4), "PReLU": (5, 4), "ELU": (5, 4),
    "Softmax": (5, 4), "Normalization": (5, 4), "Rescaling": (5, 4), "UpSampling1D": (5, 4), "ZeroPadding1D": (5, 4),
    "Cropping1D": (5, 4), "SeparableConv1D": (5, 4), "DepthwiseConv1D": (5, 4), "Conv1DTranspose": (5, 4),
    "UnitNormalization": (5, 4), "GroupNormalization": (5, 4), "RMSNormalization": (5, 4),
    "Add": (5, 4), "Subtract": (5, 4), "Multiply": (5, 4), "Average": (5, 4), "Maximum": (5, 4), "Minimum": (5, 4),
    "Concatenate": (5, 4), "Dot": (4, 4), "Attention": (5, 4), "AdditiveAttention": (5, 4),
    "MultiHeadAttention": (5, 4),
    "ActivityRegularization": (5, 4), "SimpleRNNCell": (5, 4), "LSTMCell": (5, 4), "GRUCell": (5, 4),
    "Conv2D": (6, 6, 4), "Conv2DTranspose": (6, 6, 4), "MaxPooling2D": (6, 6, 4), "AveragePooling2D": (6, 6, 4),
    "GlobalMaxPooling2D": (6, 6, 4), "GlobalAveragePooling2D": (6, 6, 4), "ConvLSTM1D": (5, 6, 2),
}
CELLS = ("SimpleRNNCell", "LSTMCell", "GRUCell")
SPECIAL = {
    "RNN": lambda: {"cell": layers.GRUCell(4)},
    "TimeDistributed": lambda: {"layer": layers.Dense(4)},
    "Bidirectional": lambda: {"layer": layers.GRU(4)},
    "InputLayer": lambda: {"batch_shape": (None, 5, 4)},
    "Normalization": lambda: {"axis": -1},
    "ConvLSTM2D": lambda: {"filters": 4, "kernel_size": 2},
    "GroupNormalization": lambda: {"groups": 2},
    "F1Score": lambda: {"average": "macro"}, "FBetaScore": lambda: {"average": "macro"},
}
SPECIAL_OTHER = {
    "RNN.cell": lambda: layers.LSTMCell(4), "TimeDistributed.layer": lambda: layers.Dense(3),
    "Bidirectional.layer": lambda: layers.LSTM(4), "Bidirectional.backward_layer": lambda: layers.LSTM(4, go_backwards=True),
    "GroupNormalization.groups": lambda: 4,
}
FORCED = {  # of the configuration; other forms of the same option, and those that a constructor does not take
    "Dense.lora_rank": 2, "Embedding.lora_rank": 2, "Conv1D.lora_rank": 2, "Conv2D.lora_rank": 2,
}


LOST = {"SimpleRNN.activity_regularizer", "LSTM.activity_regularizer", "GRU.activity_regularizer",
        "ConvLSTM2D.activity_regularizer", "ConvLSTM1D.activity_regularizer"}  # Keras writes null
# Options that have an effect only together with another one.
COMPANIONS = {"CosineDecay.warmup_steps": {"warmup_target": 0.5}, "AUC.num_labels": {"multi_label": True}, "Normalization.mean": {"variance": 2.0}, "Normalization.variance": {"mean": 0.5}, "Conv1DTranspose.output_padding": {"strides": 2}, "Conv2DTranspose.output_padding": {"strides": 2}}


def required(kind):
    arguments = SPECIAL.get(kind.__name__, dict)()
    for name, parameter in inspect.signature(kind.__init__).parameters.items():
        missing = parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        if missing and name != "self" and name not in arguments:
            arguments[name] = REQUIRED[name]
    return arguments


def names(kind, config):
    """The arguments of the constructor of the class, and all that is written."""
    found = dict.fromkeys(config) | dict.fromkeys(inspect.signature(kind.__init__).parameters)
    skipped = {"self", "args", "kwargs"} | NOT_WRITTEN
    return [name for name in found if name not in skipped]


def plain(value):
    return json.loads(json.dumps(value))


def serialized(thing):
    return plain(keras.saving.serialize_keras_object(thing))


def entry(family, kind):
    base = serialized(kind(**required(kind)))
    options, unwritten = {}, []
    for option in names(kind, base["config"]):
        key = f"{kind.__name__}.{option}"
        if key in SPECIAL_OTHER:
            value = SPECIAL_OTHER[key]()
        else:
            value = OTHER.get(key, OTHER.get(option, LookupError))
            if value is LookupError:
                raise LookupError(f"no other value for {key}, which is {base['config'].get(option)}")
        if value is None:
            continue
        try:
            config = serialized(kind(**(required(kind) | COMPANIONS.get(key, {}) | {option: value})))["config"]
        except TypeError as error:
            if option in base["config"]:  # written, but not an argument
                options[option] = plain(FORCED.get(key, value))
            continue
        except Exception as error:
            raise RuntimeError(f"{key}={value}: {error}") from error
        if option not in config:
            unwritten.append(option)
        elif config[option] != base["config"].get(option):
            options[option] = config[option]
        elif key in LOST:
            unwritten.append(option)
        else:
            raise LookupError(f"the other value of {key} is its default, {value}")
    line = {"family": family, "class_name": kind.__name__, "module": base["module"],
            "config": base["config"], "options": options}
    companions = {option: COMPANIONS[f"{kind.__name__}.{option}"] for option in options
                  if f"{kind.__name__}.{option}" in COMPANIONS}
    if companions:
        line["with"] = companions
    if family == "layers" and LAYERS[kind.__name__]:
        line["input"] = LAYERS[kind.__name__]
    print(family, kind.__name__, len(options), "not written:", unwritten)
    return line


def main():
    lines, errors = [], []
    for family, kind in families():
        try:
            keras.backend.clear_session()
            lines.append(entry(family, kind))
        except (LookupError, RuntimeError) as error:
            errors.append(f"{kind.__name__}: {error}")
    if errors:
        raise SystemExit("\n".join(errors))
    OUT.write_text("[\n" + ",\n".join(json.dumps(line) for line in lines) + "\n]\n")


if __name__ == "__main__":
    main()
