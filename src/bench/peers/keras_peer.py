"""Keras, on the backend that KERAS_BACKEND names; --xla compiles TensorFlow's graphs with XLA.

The layers are Keras' own. What is timed is Keras' own train_step, and the model's call for predict, compiled
as the backend does it best and called with a batch that already is the backend's array: no input pipeline,
callback or progress bar is in the time. train_on_batch, fit on a repeated tf.data dataset and
steps_per_execution run the same compiled step with more Python or a dataset around it.

Also tried, on some of the workloads, and not taken:
- unroll=True: within the noise on TensorFlow (jena-simplernn, jena-lstm, jena-gru-single), slower with XLA and
  on JAX (jena-simplernn), where compiling stack-lstm took more than 40 s;
- one inter-op thread for TensorFlow, or oneDNN off: slower or the same (jena-lstm, audio-simplernn, stack-lstm);
- XLA's products on one thread for JAX: slower (jena-lstm, big-lstm).
"""

import os

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("OMP_NUM_THREADS", "2")

import keras  # noqa: E402

import workloads as w  # noqa: E402

BACKEND = keras.backend.backend()
CELLS = {"simplernn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}


def layer(spec, phase, unroll):
    if isinstance(spec, w.Embedding):
        return keras.layers.Embedding(spec.vocabulary, spec.units)
    if isinstance(spec, w.Dense):
        # Not inside TimeDistributed, which would run 256 products instead of one.
        return keras.layers.Dense(spec.units, activation=spec.activation)
    if isinstance(spec, w.Dropout):
        return keras.layers.Dropout(spec.rate)
    only_gru = {}
    if spec.cell == "gru":
        # On JAX "auto" means a special scan instead of the general loop: slower in predict (21 against
        # 7 ms on jena-gru), faster in training (31 against 47 ms on stack-gru). There is no cuDNN here.
        fused = False if BACKEND == "jax" and phase == "predict" else "auto"
        only_gru = {"reset_after": spec.reset_after, "use_cudnn": fused}
    recurrent = CELLS[spec.cell](
        spec.units,
        activation=spec.activation,
        dropout=spec.dropout,
        recurrent_dropout=spec.recurrent_dropout,
        return_sequences=spec.return_sequences,
        unroll=unroll,
        **only_gru,
    )
    return keras.layers.Bidirectional(recurrent) if spec.bidirectional else recurrent


def encoder_decoder(workload):
    layers = keras.layers
    source, target = (keras.Input((workload.timesteps,), workload.batch, dtype="int32") for _ in range(2))
    encoded, *states = layers.LSTM(workload.units, return_sequences=True, return_state=True)(
        layers.Embedding(workload.vocabulary, workload.embedding)(source)
    )
    decoded = layers.LSTM(workload.units, return_sequences=True)(
        layers.Embedding(workload.vocabulary, workload.embedding)(target), initial_state=states
    )
    context = layers.Attention()([decoded, encoded])
    outputs = layers.Dense(workload.vocabulary, "softmax")(layers.Concatenate()([decoded, context]))
    return keras.Model((source, target), outputs)


def two_inputs(workload, phase):
    layers = keras.layers
    series = keras.Input((workload.timesteps, workload.features), workload.batch)
    static = keras.Input((workload.static,), workload.batch)
    gru = layer(w.Recurrent("gru", workload.units), phase, False)
    both = layers.Concatenate()([gru(series), static])
    return keras.Model((series, static), layers.Dense(1)(layers.Dense(32, "relu")(both)))


def chain(workload, phase, unroll):
    ids = workload.features == 0
    shape = (workload.timesteps,) if ids else (workload.timesteps, workload.features)
    inputs = keras.Input(shape, workload.batch, dtype="int32" if ids else "float32")
    outputs = inputs
    for spec in workload.layers:
        outputs = layer(spec, phase, unroll)(outputs)
    return keras.Model(inputs, outputs)


def build(workload, phase, unroll, xla):
    if isinstance(workload, w.EncoderDecoder):
        model = encoder_decoder(workload)
    elif isinstance(workload, w.TwoInputs):
        model = two_inputs(workload, phase)
    else:
        model = chain(workload, phase, unroll)
    if workload.optimizer == "adam":
        optimizer = keras.optimizers.Adam(0.001)
    else:
        optimizer = keras.optimizers.RMSprop(0.001)
    model.compile(optimizer=optimizer, loss=workload.loss, jit_compile=xla)
    return model


def each(convert, x):
    """The input, or the tuple of inputs, as arrays of the backend."""
    return tuple(map(convert, x)) if isinstance(x, tuple) else convert(x)


def tensorflow_step(model, x, y, phase, xla):
    import tensorflow as tf

    x, y = each(tf.constant, x), tf.constant(y)
    if phase == "train":
        model.optimizer.build(model.trainable_variables)
        train = tf.function(lambda x, y: model.train_step((x, y)), jit_compile=xla)
        return lambda: train(x, y)["loss"].numpy()
    predict = tf.function(lambda x: model(x, training=False), jit_compile=xla)
    return lambda: predict(x).numpy()


def jax_step(model, x, y, phase):
    import jax

    x, y = each(jax.numpy.asarray, x), jax.numpy.asarray(y)
    if phase == "train":
        model.optimizer.build(model.trainable_variables)
        train = jax.jit(model.train_step, donate_argnums=0)
        state = [
            [v.value for v in variables]
            for variables in (
                model.trainable_variables,
                model.non_trainable_variables,
                model.optimizer.variables,
                model.metrics_variables,
            )
        ]

        def step():
            nonlocal state
            logs, state = train(state, (x, y))
            logs["loss"].block_until_ready()

        return step
    weights = [v.value for v in model.trainable_variables]
    others = [v.value for v in model.non_trainable_variables]
    predict = jax.jit(lambda weights, others, x: model.stateless_call(weights, others, x)[0])
    return lambda: predict(weights, others, x).block_until_ready()


def torch_step(model, x, y, phase):
    import torch

    x, y = each(torch.from_numpy, x), torch.from_numpy(y)
    if phase == "train":
        model.optimizer.build(model.trainable_variables)
        return lambda: model.train_step((x, y))

    def predict():
        with torch.inference_mode():
            model(x, training=False)

    return predict


def main():
    parser = w.arguments(__doc__)
    parser.add_argument("--xla", action="store_true", help="TensorFlow only")
    parser.add_argument("--unroll", action="store_true", help="unroll the recurrent layers")
    options = parser.parse_args()
    peer = f"keras-{BACKEND}" + ("-xla" if options.xla else "")
    if BACKEND == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(w.THREADS)
        tf.config.threading.set_inter_op_parallelism_threads(w.THREADS)
        version = tf.__version__
    elif BACKEND == "jax":
        import jax

        version = jax.__version__
    else:
        import torch

        torch.set_num_threads(w.THREADS)
        version = torch.__version__

    def step(workload, phase):
        model = build(workload, phase, options.unroll, options.xla)
        x, y = workload.batch_in_memory()
        if BACKEND == "tensorflow":
            return tensorflow_step(model, x, y, phase, options.xla)
        if BACKEND == "jax":
            return jax_step(model, x, y, phase)
        return torch_step(model, x, y, phase)

    w.run(options, peer, f"{keras.__version__}, {BACKEND} {version}", step)


if __name__ == "__main__":
    main()
