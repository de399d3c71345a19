"""Writes the golden cases of single layers, computed by Keras: src/test/resources/goldens/layers/NAME.json.

The format is that of goldens.py: the configuration of a model, random weights, x and y, and the output, loss and
gradients in inference mode. Cases with "fit" also contain a training run of 11 samples in batches of 4 (the last has 3),
or of more samples if a batch must have several slices, with the losses and the final weights. Each case has a separate
random generator, so a new case does not change the others. GoldenCellsTest reads the cases. With names as arguments, only
these cases are written.
"""

import json
import os
import pathlib
import sys
import zlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
import keras
import numpy as np
import tensorflow as tf
from keras import layers as L
from keras import optimizers as O

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/goldens/layers"
OUT.mkdir(parents=True, exist_ok=True)


def array(values):
    values = np.asarray(values)
    if np.issubdtype(values.dtype, np.integer):
        return {"shape": list(values.shape), "dtype": "int", "data": values.ravel().tolist()}
    # the shortest decimals that read back to the same float32
    data = [float(str(v)) for v in values.astype("float32").ravel()]
    return {"shape": list(values.shape), "dtype": "float", "data": data}


def named(weights):
    return [{"path": w.path, **array(w.numpy())} for w in weights if "seed_gen" not in w.path]


def sequences(rng, rows, steps, features):
    return rng.standard_normal((rows, steps, features)).astype("float32")


def padded(rng, rows, steps, features):
    """Sequences with zeros at their ends, and in one of them in the middle."""
    x = sequences(rng, rows, steps, features)
    for row in range(rows):
        x[row, rng.integers(2, steps + 1) :] = 0
    x[0, 1] = 0
    return x


def tokens(rng, rows, steps):
    x = rng.integers(1, 9, (rows, steps))
    x[0, steps // 2 :] = 0
    x[-1, :1] = 0
    return x.astype("int32")


def case(name, stack, data, optimizer=None, rows=3, batch=4):
    if sys.argv[1:] and name not in sys.argv[1:]:
        return
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    keras.utils.set_random_seed(1)
    keras.backend.clear_session()
    x = data(rng, rows if rows > 11 or not optimizer else 11)
    model = keras.Sequential(stack())
    for w in model.weights:  # no zeros and no ones: every term of every equation has to matter
        if "seed_gen" in w.path or w.path.endswith("/count"):
            continue
        noise = 0.3 * rng.standard_normal(w.shape)
        w.assign(w.numpy() + (np.abs(noise) if "variance" in w.path else noise))
    for layer in model.layers:
        if isinstance(layer, L.Normalization):
            layer.finalize_state()
    y = rng.standard_normal(model(x).shape).astype("float32")
    record = {"name": name, "keras": keras.__version__, "keras_config": model.get_config()}
    record["weights"] = named(model.weights)
    record |= {"x": array(x), "y": array(y)}
    inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        output = model(inputs, training=False)
        loss = tf.reduce_mean(keras.losses.mean_squared_error(y, output))
    record["output"] = array(output)
    record["loss"] = {"name": "mean_squared_error", "value": float(loss)}
    weights = list(model.trainable_weights)
    variables = [w.value for w in weights]
    wanted = variables + ([inputs] if inputs.dtype.is_floating else [])
    gradients = tape.gradient(loss, wanted)
    gradients = [
        np.zeros(w.shape, "float32") if g is None else tf.convert_to_tensor(g).numpy()
        for w, g in zip(wanted, gradients)
    ]
    record["grads"] = [{"path": w.path, **array(g)} for w, g in zip(weights, gradients)]
    if inputs.dtype.is_floating:
        record["input_grad"] = array(gradients[-1])
    if optimizer:
        model.compile(optimizer, "mean_squared_error")
        history = model.fit(x, y, batch_size=batch, epochs=3, shuffle=False, verbose=0)
        record["fit"] = {
            "optimizer": keras.optimizers.serialize(optimizer),
            "batch_size": batch,
            "epochs": 3,
            "shuffle": False,
            "loss_history": history.history["loss"],
            "weights_after": named(model.weights),
        }
    (OUT / f"{name}.json").write_text(json.dumps(record) + "\n")
    print(name)


def on_sequences(name, *stack, steps=7, optimizer=None, rows=3, batch=4):
    """Layers on sequences of 4 features; each element makes a layer."""
    case(
        name,
        lambda: [L.Input((steps, 4))] + [make() for make in stack],
        lambda rng, n: sequences(rng, n, steps, 4),
        optimizer,
        rows,
        batch,
    )


def on_masked(name, *stack, optimizer=None, rows=5, batch=4):
    """The same behind Masking."""
    case(
        name,
        lambda: [L.Input((6, 4)), L.Masking(0.0)] + [make() for make in stack],
        lambda rng, n: padded(rng, n, 6, 4),
        optimizer,
        rows,
        batch,
    )


def on_tokens(name, *stack, optimizer=None):
    """The same behind an Embedding with mask_zero."""
    case(
        name,
        lambda: [L.Input((6,), dtype="int32"), L.Embedding(9, 4, mask_zero=True)]
        + [make() for make in stack],
        lambda rng, n: tokens(rng, n, 6),
        optimizer,
    )


def on_vectors(name, *stack, optimizer=None):
    """Layers on vectors of 6 features."""
    case(
        name,
        lambda: [L.Input((6,))] + [make() for make in stack],
        lambda rng, n: rng.standard_normal((n, 6)).astype("float32"),
        optimizer,
    )


def on_images(name, *stack, shape=(6, 5, 2), optimizer=None, rows=3, batch=4):
    """Layers on images, or on images over time if the shape has four axes."""
    case(
        name,
        lambda: [L.Input(shape)] + [make() for make in stack],
        lambda rng, n: rng.standard_normal((n, *shape)).astype("float32"),
        optimizer,
        rows,
        batch,
    )


def relu():
    return L.Dense(5, activation="relu")  # zeros, so that the largest value is not the only one


# Pooling.
on_sequences("global_average", lambda: L.GlobalAveragePooling1D())
on_sequences("global_average_keepdims", relu, lambda: L.GlobalAveragePooling1D(keepdims=True))
on_masked("global_average_masked", relu, lambda: L.GlobalAveragePooling1D(), lambda: L.Dense(2))
on_tokens("global_average_tokens", lambda: L.GlobalAveragePooling1D(), lambda: L.Dense(2), optimizer=O.Adam(0.01))
on_sequences("global_max", relu, lambda: L.GlobalMaxPooling1D(), lambda: L.Dense(2), optimizer=O.SGD(0.1))
on_sequences("global_max_keepdims", lambda: L.GlobalMaxPooling1D(keepdims=True))
on_masked("global_max_masked", relu, lambda: L.GlobalMaxPooling1D())
for pool, layer in ("max", L.MaxPooling1D), ("average", L.AveragePooling1D):
    on_sequences(f"{pool}_pooling", relu, lambda: layer(2))
    on_sequences(f"{pool}_pooling_same", relu, lambda: layer(3, padding="same"))
    on_sequences(f"{pool}_pooling_overlapping", relu, lambda: layer(3, strides=1), lambda: L.GRU(3), optimizer=O.Adam(0.01))
    on_sequences(f"{pool}_pooling_overlapping_same", relu, lambda: layer(4, strides=1, padding="same"))
    on_sequences(f"{pool}_pooling_with_gaps", relu, lambda: layer(2, strides=3, padding="same"))
    on_masked(f"{pool}_pooling_masked", lambda: layer(2), lambda: L.GRU(3))

# Convolution.
for padding in "valid", "same", "causal":
    on_sequences(f"conv1d_{padding}", lambda: L.Conv1D(5, 3, padding=padding))
    on_sequences(f"conv1d_{padding}_strides", lambda: L.Conv1D(3, 4, strides=2, padding=padding))
    on_sequences(f"conv1d_{padding}_dilated", lambda: L.Conv1D(3, 3, dilation_rate=2, padding=padding, activation="gelu"))
on_sequences("conv1d_gaps", lambda: L.Conv1D(3, 2, strides=3, padding="same", use_bias=False))
on_sequences("conv1d_wide", lambda: L.Conv1D(2, 9, padding="same"), steps=4)
on_sequences("conv1d_masked", lambda: L.Masking(0.0), lambda: L.Conv1D(3, 2), lambda: L.GRU(3))
on_sequences(
    "conv1d_fit",
    lambda: L.Conv1D(6, 3, activation="relu"),
    lambda: L.MaxPooling1D(2),
    lambda: L.Conv1D(4, 2, activation="softmax", padding="causal"),
    lambda: L.GRU(3),
    lambda: L.Dense(1),
    steps=12,
    optimizer=O.Adam(0.01),
)

# Normalization.
on_sequences("layer_normalization", lambda: L.LayerNormalization())
on_vectors("layer_normalization_vectors", lambda: L.LayerNormalization(epsilon=0.1, center=False), lambda: L.Dense(2))
on_sequences("layer_normalization_plain", lambda: L.LayerNormalization(center=False, scale=False), lambda: L.Dense(2))
on_masked("layer_normalization_masked", lambda: L.LayerNormalization(scale=False), lambda: L.GRU(3))
on_tokens("layer_normalization_fit", lambda: L.LSTM(4, return_sequences=True), lambda: L.LayerNormalization(), lambda: L.GRU(3), optimizer=O.Adam(0.01))
on_sequences("batch_normalization", lambda: L.BatchNormalization())
on_vectors("batch_normalization_plain", lambda: L.BatchNormalization(center=False, scale=False, epsilon=0.2), lambda: L.Dense(2))
on_masked("batch_normalization_masked", lambda: L.BatchNormalization(), lambda: L.GRU(3))
on_vectors(
    "batch_normalization_vectors_fit",
    lambda: L.BatchNormalization(momentum=0.8),
    lambda: L.Dense(4, activation="tanh"),
    lambda: L.BatchNormalization(momentum=0.9, center=False),
    lambda: L.Dense(2),
    optimizer=O.Adam(0.01),
)
on_masked(
    "batch_normalization_masked_fit",
    lambda: L.Dense(4),
    lambda: L.BatchNormalization(momentum=0.7, gamma_regularizer="l2"),
    lambda: L.GRU(3),
    optimizer=O.SGD(0.1),
)
on_masked(
    "batch_normalization_slices_fit",  # a batch of 30 is cut into slices of 8 rows
    lambda: L.GRU(4, return_sequences=True),
    lambda: L.BatchNormalization(momentum=0.7),
    lambda: L.Conv1D(3, 3),
    lambda: L.BatchNormalization(scale=False),
    lambda: L.Activation("relu"),
    lambda: L.GlobalAveragePooling1D(),
    lambda: L.Dense(2),
    optimizer=O.SGD(0.1),
    rows=37,
    batch=30,
)

# Shapes; and noise, which is off where these cases look.
on_sequences("reshape", lambda: L.Reshape((14, -1)), lambda: L.GRU(3), lambda: L.Reshape((1, 3)))
on_vectors("reshape_vectors", lambda: L.Reshape((3, 2)), lambda: L.GRU(3), optimizer=O.SGD(0.1))
on_sequences("permute", lambda: L.Permute((2, 1)), lambda: L.Dense(3), lambda: L.GRU(3))
on_sequences("permute_axes", lambda: L.Reshape((7, 2, 2)), lambda: L.Permute((3, 1, 2)), lambda: L.Flatten(), lambda: L.Dense(2))
on_masked("noise_masked", lambda: L.GaussianNoise(0.5), lambda: L.SpatialDropout1D(0.5), lambda: L.GRU(3))
on_sequences("conv1d_groups", lambda: L.Conv1D(6, 3, groups=2, padding="same"), lambda: L.Conv1D(3, 2, groups=3))

# Activations that work on a row: in a cell, the units of one gate are a row.
for name in "softmax", "log_softmax", "sparsemax":
    gates = "sigmoid" if name == "log_softmax" else name  # otherwise the states grow without limit
    on_masked(f"{name}_simple_rnn", lambda: L.SimpleRNN(3, activation=name, return_sequences=True))
    on_masked(f"{name}_lstm", lambda: L.LSTM(3, activation=name, recurrent_activation=gates), lambda: L.Dense(2, name))
    on_masked(f"{name}_gru", lambda: L.GRU(3, activation=name, recurrent_activation=gates, return_sequences=True))
    on_masked(f"{name}_gru_reset_before", lambda: L.GRU(3, activation="gelu", recurrent_activation=gates, reset_after=False))
on_sequences("glu", lambda: L.Conv1D(6, 2, activation="glu"))
on_vectors("glu_dense", lambda: L.Dense(4, activation="glu", use_bias=False), optimizer=O.SGD(0.1))

# Activations as layers.
on_masked("relu_layer", lambda: L.Dense(5), lambda: L.ReLU(1.0, 0.1, 0.2), lambda: L.ReLU(negative_slope=0.3), lambda: L.ReLU(6.0), lambda: L.GRU(3))
on_masked("leaky_relu_layer", lambda: L.Dense(5), lambda: L.LeakyReLU(), lambda: L.LeakyReLU(negative_slope=0.01), lambda: L.GRU(3))
on_vectors("elu_layer", lambda: L.ELU(0.5), lambda: L.Dense(2), lambda: L.ELU(), optimizer=O.SGD(0.1))
on_sequences("prelu", lambda: L.Dense(3), lambda: L.PReLU(), lambda: L.GRU(2), optimizer=O.SGD(0.1))
on_masked("prelu_shared", lambda: L.PReLU(shared_axes=[1]), lambda: L.GRU(2), lambda: L.PReLU(alpha_regularizer="l2"), optimizer=O.Adam(0.01))
on_sequences("prelu_axes", lambda: L.Reshape((7, 2, 2)), lambda: L.PReLU(shared_axes=[1, 3]), lambda: L.Flatten(), lambda: L.Dense(1))
on_sequences("softmax_layer", lambda: L.Dense(3), lambda: L.Softmax(), lambda: L.GRU(2))

# Scales and lengths.
on_masked("rescaling", lambda: L.Rescaling(0.5, -1.0), lambda: L.GRU(3))
on_masked("normalization", lambda: L.Normalization(), lambda: L.GRU(3), optimizer=O.SGD(0.1))
on_vectors("normalization_fixed", lambda: L.Normalization(mean=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6], variance=[1.0, 2.0, 3.0, 4.0, 0.0, 1.0]), lambda: L.Dense(2))
on_vectors("normalization_inverted", lambda: L.Normalization(mean=0.5, variance=2.0, invert=True), lambda: L.Dense(2))
on_masked("unit_normalization", lambda: L.UnitNormalization(), lambda: L.GRU(3))

# Time steps added, removed and repeated.
on_sequences("up_sampling", lambda: L.UpSampling1D(3), lambda: L.GRU(3))
on_masked("up_sampling_masked", lambda: L.UpSampling1D(2), lambda: L.GRU(3))
on_sequences("zero_padding", lambda: L.ZeroPadding1D((2, 1)), lambda: L.GRU(3))
on_masked("zero_padding_masked", lambda: L.ZeroPadding1D(1), lambda: L.GRU(3))
on_sequences("cropping", lambda: L.Cropping1D((1, 2)), lambda: L.GRU(3))
on_masked("cropping_masked", lambda: L.Cropping1D((0, 2)), lambda: L.GRU(3))

# Convolution of each feature separately.
for padding in "valid", "same":
    on_sequences(f"separable_{padding}", lambda: L.SeparableConv1D(3, 3, padding=padding, activation="gelu"), optimizer=O.SGD(0.1))
    on_sequences(f"separable_{padding}_strides", lambda: L.SeparableConv1D(5, 2, strides=2, depth_multiplier=2, padding=padding, use_bias=False))
    on_sequences(f"depthwise_{padding}", lambda: L.DepthwiseConv1D(3, padding=padding, activation="tanh"), optimizer=O.SGD(0.1))
    on_sequences(f"depthwise_{padding}_dilated", lambda: L.DepthwiseConv1D(2, dilation_rate=2, depth_multiplier=3, padding=padding))
on_masked("separable_masked", lambda: L.SeparableConv1D(3, 2, depthwise_regularizer="l2", pointwise_regularizer="l1"), lambda: L.GRU(2), optimizer=O.SGD(0.1))

# Penalties on outputs, which are divided by the rows of a batch; 30 rows are cut into slices.
on_masked("activity_masked", lambda: L.GRU(3, return_sequences=True, activity_regularizer="l2"), lambda: L.Dense(2, "relu", activity_regularizer="l1"), optimizer=O.SGD(0.1), rows=37, batch=30)
on_tokens("activity_tokens", lambda: L.LSTM(3, activity_regularizer=keras.regularizers.L1L2(0.1, 0.2)), lambda: L.ActivityRegularization(0.02, 0.01), lambda: L.Dense(2), optimizer=O.Adam(0.01))
on_sequences("activity_normalized", lambda: L.Conv1D(3, 2, activity_regularizer="l2"), lambda: L.BatchNormalization(), lambda: L.GRU(2), optimizer=O.SGD(0.1))

# Sequential as a layer; and noise, which is off where these cases look.
on_masked("sequential", lambda: keras.Sequential([L.Dense(3, "tanh"), L.GRU(4, return_sequences=True)]), lambda: L.GRU(2), lambda: keras.Sequential([L.Dense(3), keras.Sequential([L.Dense(2)])]), optimizer=O.Adam(0.01))
on_sequences("sequential_time_distributed", lambda: L.Reshape((7, 2, 2)), lambda: L.TimeDistributed(keras.Sequential([L.Conv1D(3, 2), L.Flatten(), L.Dense(2)])), optimizer=O.SGD(0.1))
on_masked("more_noise_masked", lambda: L.GaussianDropout(0.5), lambda: L.AlphaDropout(0.5), lambda: L.GRU(3))

# Images.
for padding in "valid", "same":
    on_images(f"conv2d_{padding}", lambda: L.Conv2D(3, (3, 2), padding=padding))
    on_images(f"conv2d_{padding}_strides", lambda: L.Conv2D(3, 3, strides=(2, 3), padding=padding, activation="gelu"))
    on_images(f"conv2d_{padding}_dilated", lambda: L.Conv2D(2, (2, 3), dilation_rate=(3, 2), padding=padding, use_bias=False))
    on_images(f"conv2d_{padding}_groups", lambda: L.Conv2D(4, 2, groups=2, padding=padding, activation="tanh"), lambda: L.Conv2D(4, (1, 2), groups=4), optimizer=O.SGD(0.1))
on_images("conv2d_wide", lambda: L.Conv2D(2, (9, 7), strides=2, padding="same"), shape=(4, 3, 1))
on_images("conv2d_glu", lambda: L.Conv2D(4, 2, activation="glu"))
on_images(
    "conv2d_fit",  # a batch of 30 is cut into slices of 8 rows
    lambda: L.Conv2D(4, 3, padding="same", activation="relu", kernel_regularizer="l2"),
    lambda: L.BatchNormalization(momentum=0.7),
    lambda: L.MaxPooling2D(),
    lambda: L.Conv2D(3, 2, activation="softmax"),
    lambda: L.Flatten(),
    lambda: L.Dense(2),
    optimizer=O.Adam(0.01),
    rows=37,
    batch=30,
)
for pool, layer in ("max", L.MaxPooling2D), ("average", L.AveragePooling2D):
    on_images(f"{pool}_pooling2d", lambda: L.Conv2D(3, 1, activation="relu"), lambda: layer(2))
    on_images(f"{pool}_pooling2d_same", lambda: L.Conv2D(3, 1, activation="relu"), lambda: layer((3, 2), padding="same"))
    on_images(f"{pool}_pooling2d_overlapping", lambda: L.Conv2D(3, 1, activation="relu"), lambda: layer((2, 3), strides=1), lambda: L.Flatten(), lambda: L.Dense(2), optimizer=O.Adam(0.01))
    on_images(f"{pool}_pooling2d_gaps", lambda: L.Conv2D(3, 1, activation="relu"), lambda: layer(4, strides=(3, 1), padding="same"))
on_images("global_average2d", lambda: L.GlobalAveragePooling2D(), lambda: L.Dense(2), optimizer=O.SGD(0.1))
on_images("global_average2d_keepdims", lambda: L.GlobalAveragePooling2D(keepdims=True), lambda: L.Conv2D(2, 1))
on_images("global_max2d", lambda: L.Conv2D(3, 1, activation="relu"), lambda: L.GlobalMaxPooling2D(), lambda: L.Dense(2), optimizer=O.SGD(0.1))
on_images("global_max2d_keepdims", lambda: L.GlobalMaxPooling2D(keepdims=True))
on_images("images_normalized", lambda: L.LayerNormalization(), lambda: L.PReLU(shared_axes=[1, 2]), lambda: L.Permute((3, 1, 2)), lambda: L.Reshape((4, 5, 3)), lambda: L.Conv2D(2, 2))

# Images over time.
on_images(
    "images_over_time",
    lambda: L.TimeDistributed(L.Conv2D(3, 2, activation="relu")),
    lambda: L.TimeDistributed(L.MaxPooling2D(2)),
    lambda: L.TimeDistributed(L.Flatten()),
    lambda: L.GRU(3),
    lambda: L.Dense(1),
    shape=(4, 5, 6, 1),
    optimizer=O.Adam(0.01),
)
on_images("images_over_time_average", lambda: L.TimeDistributed(L.AveragePooling2D((2, 3), padding="same")), lambda: L.TimeDistributed(L.GlobalAveragePooling2D()), lambda: L.LSTM(3), shape=(3, 5, 4, 2))
on_images("images_over_time_max", lambda: L.TimeDistributed(L.GlobalMaxPooling2D(keepdims=True)), lambda: L.Reshape((3, 2)), lambda: L.GRU(2), shape=(3, 5, 4, 2))
on_images(
    "conv_lstm_frames",  # predicts images over time
    lambda: L.ConvLSTM2D(3, 3, padding="same", return_sequences=True),
    lambda: L.TimeDistributed(L.Conv2D(2, 3, padding="same")),
    shape=(3, 4, 5, 2),
    optimizer=O.Adam(0.01),
)
on_images("conv_lstm_last", lambda: L.ConvLSTM2D(3, 2), lambda: L.Conv2D(2, 2), lambda: L.GlobalAveragePooling2D(), lambda: L.Dense(1), shape=(3, 4, 5, 1), optimizer=O.Adam(0.01))

# Transposed convolution. TensorFlow has no dilation here on the CPU.
for padding in "valid", "same":
    on_sequences(f"conv1d_transpose_{padding}", lambda: L.Conv1DTranspose(3, 4, padding=padding, activation="gelu"))
    on_sequences(f"conv1d_transpose_{padding}_strides", lambda: L.Conv1DTranspose(3, 3, strides=2, padding=padding), lambda: L.GRU(3), optimizer=O.Adam(0.01))
    on_sequences(f"conv1d_transpose_{padding}_gaps", lambda: L.Conv1DTranspose(2, 2, strides=3, padding=padding, use_bias=False), steps=4)
    on_images(f"conv2d_transpose_{padding}", lambda: L.Conv2DTranspose(3, (2, 3), padding=padding, activation="tanh"))
    on_images(f"conv2d_transpose_{padding}_strides", lambda: L.Conv2DTranspose(3, 3, strides=(2, 1), padding=padding), lambda: L.Flatten(), lambda: L.Dense(2), optimizer=O.Adam(0.01), rows=37, batch=30)
on_sequences("conv1d_transpose_valid_output", lambda: L.Conv1DTranspose(3, 3, strides=3, output_padding=1), steps=4)
on_sequences("conv1d_transpose_same_output", lambda: L.Conv1DTranspose(3, 5, strides=3, padding="same", output_padding=1), steps=4)
on_images("conv2d_transpose_output", lambda: L.Conv2DTranspose(2, 3, strides=(3, 2), padding="same", output_padding=(2, 0)), shape=(3, 4, 2))

# Groups of features normalized over all time steps or pixels.
on_sequences("group_normalization", lambda: L.GroupNormalization(2))
on_vectors("group_normalization_vectors", lambda: L.GroupNormalization(3, epsilon=0.1, center=False), lambda: L.Dense(2), optimizer=O.SGD(0.1))
on_masked("group_normalization_masked", lambda: L.GroupNormalization(1, scale=False), lambda: L.GRU(3), optimizer=O.SGD(0.1))
on_images("group_normalization_instances", lambda: L.Conv2D(4, 2, use_bias=False), lambda: L.GroupNormalization(-1), lambda: L.GlobalMaxPooling2D())
on_images("group_normalization_images", lambda: L.Conv2D(4, 2), lambda: L.GroupNormalization(2), lambda: L.Flatten(), lambda: L.Dense(1), optimizer=O.Adam(0.01), rows=37, batch=30)

# Sequences of signals.
on_images("conv_lstm1d", lambda: L.ConvLSTM1D(3, 3, return_sequences=True), shape=(3, 7, 2))
on_images("conv_lstm1d_same", lambda: L.ConvLSTM1D(2, 4, padding="same", strides=2, go_backwards=True), shape=(3, 7, 2))
on_images("conv_lstm1d_dilated", lambda: L.ConvLSTM1D(2, 2, dilation_rate=3, activation="relu", recurrent_activation="silu", use_bias=False), shape=(3, 7, 2))
on_images(
    "conv_lstm1d_fit",
    lambda: L.ConvLSTM1D(3, 3, padding="same", return_sequences=True),
    lambda: L.TimeDistributed(L.MaxPooling1D(2)),
    lambda: L.ConvLSTM1D(2, 2, unit_forget_bias=False),
    lambda: L.Conv1D(2, 2),
    lambda: L.GlobalAveragePooling1D(),
    lambda: L.Dense(1),
    shape=(4, 8, 1),
    optimizer=O.Adam(0.01),
)
