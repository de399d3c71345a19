"""Writes reference values of losses, metrics, optimizers, schedules and callbacks, computed by Keras.

The files are training/losses.json, metrics.json, optimizers.json, schedules.json, callbacks.json and
sparse_optimizers.json.
"""

import json
import pathlib
import zlib

import keras
import numpy as np
import tensorflow as tf
from keras import callbacks as C
from keras import losses as L
from keras import metrics as M
from keras import optimizers as O
from keras.optimizers import schedules as S

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/training"


def generator(*case):
    """A random generator that depends on the case only, so that a new case does not change the others."""
    return np.random.default_rng(zlib.crc32(json.dumps(case).encode()))


def numbers(array):
    """float32 values as the shortest decimals that read back to the same float32."""
    return [float(str(v)) for v in np.asarray(array, "float32").ravel()]


def write(name, cases):
    cases = list(cases)
    lines = ",\n".join(json.dumps(case) for case in cases)
    (OUT / f"{name}.json").write_text("[\n" + lines + "\n]\n")
    print(name, len(cases), "cases")


# ---- losses: the loss of every position, and d (sum of weight * loss) / d prediction


def loss_case(loss, options, predictions, targets, note=""):
    predictions = np.asarray(predictions, "float32")
    targets = np.asarray(targets, "float32")
    weights = generator(loss.__name__, options, note).uniform(0.2, 2, len(predictions)).astype("float32")
    p = tf.constant(predictions)
    with tf.GradientTape() as tape:
        tape.watch(p)
        values = loss(reduction="none", **options)(tf.constant(targets), p)
        values = tf.broadcast_to(values, [len(predictions)])  # of a loss of the whole batch
        total = tf.reduce_sum(values * weights)
    return {
        "loss": loss.__name__,
        "note": note,
        "options": options,
        "outputs": predictions.shape[1],
        "predictions": numbers(predictions),
        "targets": numbers(targets),
        "weights": numbers(weights),
        "values": numbers(values),
        "gradient": numbers(tape.gradient(total, p)),
    }


def loss_cases():
    rng = generator("losses")
    x = rng.normal(0, 1, (6, 3))
    y = rng.normal(0, 1, (6, 3))
    y[0] = 0
    y[1, 1] = x[1, 1]
    extreme = [[0, 0, 0], [1, -1, 1e-7], [1e4, -1e4, 3], [5e-8, 2e-7, -2e-7], [1, 0, 2], [30, -30, 1]]
    far = [[0, 1e-8, -1e-8], [1, 1, 0], [-1e4, 1e4, 0], [1, 0, 5e-8], [0.5, 0.25, 4], [-30, 30, 0]]
    for loss, options in [
        (L.MeanSquaredError, {}),
        (L.MeanAbsoluteError, {}),
        (L.MeanAbsolutePercentageError, {}),
        (L.MeanSquaredLogarithmicError, {}),
        (L.Huber, {}),
        (L.Huber, {"delta": 0.3}),
        (L.LogCosh, {}),
        (L.KLDivergence, {}),
    ]:
        yield loss_case(loss, options, x, y)
        yield loss_case(loss, options, extreme, far, "extreme")
    yield loss_case(L.Hinge, {}, x, np.sign(y + 0.001))
    yield loss_case(L.Hinge, {}, x, y > 0, "targets 0 and 1")
    yield loss_case(L.Hinge, {}, [[1, -1, 1e4], [0, 2, -3]], [[1, -1, -1], [1, 1, -1]], "at the hinge")
    yield loss_case(L.Poisson, {}, np.abs(x), np.abs(y))
    yield loss_case(L.Poisson, {}, [[0, 1e-8, 1e5], [1, 2, 0]], [[0, 3, 2], [0, 0, 7]], "zeros")

    p = 1 / (1 + np.exp(-x))
    edges = [[0, 1, 0], [1, 1e-8, 1e-7], [1 - 1e-7, 1 - 6e-8, 0.5], [2e-7, 1 - 2.4e-7, 1e-3]]
    asked = [[0, 1, 1], [0, 1, 1], [1, 0, 0.25], [1, 0, 0]]
    logits = [[0, 100, -100], [1e4, -1e4, 20], [-20, 88, 3], [-90, 17, 0.5]]
    for smoothing in (0.0, 0.1):
        options = {"label_smoothing": smoothing}
        yield loss_case(L.BinaryCrossentropy, options, p, y > 0)
        yield loss_case(L.BinaryCrossentropy, options, edges, asked, "edges")
        options = {"label_smoothing": smoothing, "from_logits": True}
        yield loss_case(L.BinaryCrossentropy, options, x, y > 0)
        yield loss_case(L.BinaryCrossentropy, options, logits, asked, "huge")

    q = np.exp(x) / np.exp(x).sum(1, keepdims=True)
    classes = rng.integers(0, 3, 6)
    hot = np.eye(3)[classes]
    soft = np.abs(y) + 0.1
    soft /= soft.sum(1, keepdims=True)
    rows = [[0, 1, 0], [1, 0, 0], [0.5, 0.5, 0], [1e-8, 1e-7, 1], [3, 2, 1], [2e-7, 1e-3, 0.999]]
    far = [[1e4, 0, -1e4], [100, 100, 100], [-200, -300, -201], [0, 50, 17], [1, 2, 3], [-1e30, 0, 1]]
    for smoothing in (0.0, 0.1):
        options = {"label_smoothing": smoothing}
        yield loss_case(L.CategoricalCrossentropy, options, q, hot)
        yield loss_case(L.CategoricalCrossentropy, options, q, soft, "soft targets")
        yield loss_case(L.CategoricalCrossentropy, options, rows, hot, "edges")
        options = {"label_smoothing": smoothing, "from_logits": True}
        yield loss_case(L.CategoricalCrossentropy, options, x, soft)
        yield loss_case(L.CategoricalCrossentropy, options, far[:5], hot[:5], "huge")
    yield loss_case(L.CategoricalCrossentropy, {}, 3 * q, hot, "not normalized")
    labels = classes[:, None]
    yield loss_case(L.SparseCategoricalCrossentropy, {}, q, labels)
    yield loss_case(L.SparseCategoricalCrossentropy, {}, 0.3 * q, labels, "not normalized")
    yield loss_case(L.SparseCategoricalCrossentropy, {}, rows, labels, "edges")
    yield loss_case(L.SparseCategoricalCrossentropy, {"from_logits": True}, x, labels)
    yield loss_case(L.SparseCategoricalCrossentropy, {"from_logits": True}, far, labels, "huge")
    for ignored in (0, 1):
        options = {"ignore_class": ignored}
        yield loss_case(L.SparseCategoricalCrossentropy, options, q, labels)
        yield loss_case(L.SparseCategoricalCrossentropy, options | {"from_logits": True}, x, labels)
    negative = np.where(labels == 2, -1, labels)
    yield loss_case(L.SparseCategoricalCrossentropy, {"ignore_class": -1}, q, negative)

    yield loss_case(L.SquaredHinge, {}, x, np.sign(y + 0.001))
    yield loss_case(L.SquaredHinge, {}, x, y > 0, "targets 0 and 1")
    yield loss_case(L.CategoricalHinge, {}, x, hot)
    yield loss_case(L.CategoricalHinge, {}, [[3, 1, 1], [1, 1, 1], [0.5, 0.5, 0]], np.eye(3), "equal scores")
    yield loss_case(L.CosineSimilarity, {}, x, y + 0.1)
    yield loss_case(L.CategoricalGeneralizedCrossEntropy, {}, q, classes)
    yield loss_case(L.CategoricalGeneralizedCrossEntropy, {"q": 0.25}, q, classes)
    for options in ({}, {"gamma": 0.5}, {"gamma": 0.0, "label_smoothing": 0.1}, {"gamma": 1.0, "label_smoothing": 0.3},
                    {"apply_class_balancing": True}, {"apply_class_balancing": True, "alpha": 0.75, "gamma": 3.0}):
        yield loss_case(L.BinaryFocalCrossentropy, options, p, y > 0)
        yield loss_case(L.BinaryFocalCrossentropy, options | {"from_logits": True}, x, y > 0)
    for options in ({}, {"gamma": 0.5}, {"gamma": 0.0, "label_smoothing": 0.1}, {"alpha": 0.75, "label_smoothing": 0.3}):
        yield loss_case(L.CategoricalFocalCrossentropy, options, q, hot)
        yield loss_case(L.CategoricalFocalCrossentropy, options, 0.5 * q, soft, "not normalized")
        yield loss_case(L.CategoricalFocalCrossentropy, options | {"from_logits": True}, x, soft)
    for loss, options in ((L.Dice, {}), (L.Tversky, {}), (L.Tversky, {"alpha": 0.3, "beta": 0.9})):
        yield loss_case(loss, options, p, y > 0)
        yield loss_case(loss, options, p, 0 * y, "no positive target")


# ---- metrics: fed in two batches


def metric_case(name, options, predictions, targets, weights=None):
    metric = M.get({"class_name": name, "config": options}) if options else M.get(name)
    predictions = np.asarray(predictions, "float32")
    targets = np.asarray(targets, "float32")
    for part in (slice(0, 5), slice(5, None)):
        metric.update_state(
            targets[part], predictions[part], None if weights is None else weights[part]
        )
    return {
        "metric": name,
        "options": options,
        "outputs": predictions.shape[1],
        "predictions": numbers(predictions),
        "targets": numbers(targets),
        "weights": None if weights is None else numbers(weights),
        "result": float(metric.result()) if np.isfinite(metric.result()) else None,
    }


def metric_cases():
    rng = generator("metrics")
    n = 13
    w = rng.uniform(0.2, 2, n).astype("float32")
    w[3] = 0
    x = rng.normal(0, 1, (n, 4))
    y = x + rng.normal(0, 0.7, (n, 4))
    q = np.exp(x) / np.exp(x).sum(1, keepdims=True)
    q[2] = 0.25
    classes = np.where(rng.uniform(size=n) < 0.5, q.argmax(1), rng.integers(0, 4, n))
    hot = np.eye(4)[classes]
    p = 1 / (1 + np.exp(-x))
    p[0] = [0, 1, 0.5, 0.25]
    p[1] = 33 / 199  # on a threshold
    yes = (rng.uniform(size=(n, 4)) < p).astype("float32")
    for weights in (None, w):
        for name in ("MeanAbsoluteError", "MeanSquaredError", "RootMeanSquaredError",
                     "MeanAbsolutePercentageError", "MeanSquaredLogarithmicError", "LogCoshError"):
            yield metric_case(name, {}, x, y, weights)
        yield metric_case("BinaryCrossentropy", {}, p, yes, weights)
        yield metric_case("CategoricalCrossentropy", {}, q, hot, weights)
        yield metric_case("SparseCategoricalCrossentropy", {}, q, classes[:, None], weights)
        yield metric_case("KLDivergence", {}, q, q[::-1], weights)
        yield metric_case("Poisson", {}, p, yes, weights)
        yield metric_case("Hinge", {}, x, 2 * yes - 1, weights)
        yield metric_case("BinaryAccuracy", {}, p, yes, weights)
        yield metric_case("BinaryAccuracy", {"threshold": 0.25}, p, yes, weights)
        yield metric_case("CategoricalAccuracy", {}, q, hot, weights)
        yield metric_case("SparseCategoricalAccuracy", {}, q, classes[:, None], weights)
        yield metric_case("TopKCategoricalAccuracy", {"k": 2}, q, hot, weights)
        yield metric_case("SparseTopKCategoricalAccuracy", {"k": 2}, q, classes[:, None], weights)
        for name in ("Precision", "Recall"):
            yield metric_case(name, {}, p, yes, weights)
            yield metric_case(name, {"thresholds": 0.25}, p[:, :1], yes[:, :1], weights)
            yield metric_case(name, {}, p * 0, yes * 0, weights)
        for average in ("micro", "macro", "weighted"):
            yield metric_case("F1Score", {"average": average}, q, hot, weights)
            yield metric_case("F1Score", {"average": average, "threshold": 0.4}, q, hot, weights)
        yield metric_case("F1Score", {"average": "macro", "threshold": 0.5}, p[:, :1], yes[:, :1], weights)
        for aggregation in ("uniform_average", "variance_weighted_average"):
            yield metric_case("R2Score", {"class_aggregation": aggregation}, x, y, weights)
        yield metric_case("R2Score", {}, x[:, :1], y[:, :1], weights)
        for curve in ("ROC", "PR"):
            yield metric_case("AUC", {"curve": curve}, p, yes, weights)
            yield metric_case("AUC", {"curve": curve}, p[:, :1], yes[:, :1], weights)
            yield metric_case("AUC", {"curve": curve, "num_thresholds": 5}, p, yes, weights)
        for summation in ("majoring", "minoring"):
            yield metric_case("AUC", {"curve": "PR", "summation_method": summation}, p, yes, weights)
            yield metric_case("AUC", {"curve": "ROC", "summation_method": summation}, p, yes, weights)
        for options in OTHER_CURVES:
            yield metric_case("AUC", options, p, yes, weights)
        yield metric_case("AUC", {"from_logits": True}, x, yes, weights)
        yield from further_metrics(x, y, p, q, yes, classes, hot, weights)
    for case in ZERO_WEIGHTS:
        one = slice(0, 1) if case[0] == "BinaryIoU" else slice(0, 4)
        yield metric_case(*case, p[:6, one], yes[:6, one], np.zeros(6, "float32"))


OTHER_CURVES = [
    {"num_thresholds": 2}, {"curve": "PRGAIN"}, {"curve": "PRGAIN", "summation_method": "majoring"},
    {"thresholds": [0.1, 0.15, 0.7]}, {"thresholds": [0.25, 0.5, 0.75]}, {"curve": "PR", "thresholds": [0.4]},
    {"multi_label": True}, {"multi_label": True, "curve": "PR"},
    {"multi_label": True, "label_weights": [0.0, 1.0, 3.0, 0.5], "summation_method": "minoring"},
    {"label_weights": [0.0, 1.0, 3.0, 0.5]}, {"label_weights": [0.5, 1.0, 3.0, 0.5], "thresholds": [0.1, 0.7]},
]

# Of a metric that has only seen weights of 0.
ZERO_WEIGHTS = [
    ("MeanAbsoluteError", {}), ("RootMeanSquaredError", {}), ("BinaryAccuracy", {}), ("CategoricalAccuracy", {}),
    ("TopKCategoricalAccuracy", {"k": 2}), ("Precision", {}), ("Recall", {"class_id": 0}), ("AUC", {}),
    ("AUC", {"curve": "PR"}), ("AUC", {"multi_label": True}), ("CosineSimilarity", {}),
    ("F1Score", {"average": "macro", "threshold": 0.5}), ("F1Score", {"average": "weighted", "threshold": 0.5}),
    ("PrecisionAtRecall", {"recall": 0.5}), ("BinaryIoU", {}), ("R2Score", {}),
]


def further_metrics(x, y, p, q, yes, classes, hot, weights):
    labels = classes[:, None]
    for name in ("Precision", "Recall"):
        for options in ({"class_id": 0}, {"class_id": 2, "thresholds": 0.3}, {"top_k": 2}, {"top_k": 1, "class_id": 0},
                        {"top_k": 3, "thresholds": 0.5}):
            yield metric_case(name, options, p, yes, weights)
    for name, least in (("SensitivityAtSpecificity", "specificity"), ("SpecificityAtSensitivity", "sensitivity"),
                        ("PrecisionAtRecall", "recall"), ("RecallAtPrecision", "precision")):
        for options in ({least: 0.6}, {least: 0.8, "class_id": 0}, {least: 0.3, "num_thresholds": 1},
                        {least: 0.5, "num_thresholds": 7}, {least: 1.0}, {least: 0.0}):
            yield metric_case(name, options, p, yes, weights)
    yield metric_case("CosineSimilarity", {}, x, y, weights)
    yield metric_case("SquaredHinge", {}, x, 2 * yes - 1, weights)
    yield metric_case("CategoricalHinge", {}, x, hot, weights)
    yield metric_case("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, x, yes, weights)
    yield metric_case("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, x, hot, weights)
    yield metric_case("SparseCategoricalCrossentropy", {"from_logits": True}, x, labels, weights)
    yield metric_case("SparseCategoricalCrossentropy", {"ignore_class": 0}, q, labels, weights)
    whole = None if weights is None else 3 * weights
    for options in ({"num_classes": 4}, {"num_classes": 3}, {"num_classes": 4, "ignore_class": 0}):
        yield metric_case("MeanIoU", options | {"sparse_y_pred": False}, q, labels, whole)
        yield metric_case("OneHotMeanIoU", options, q, hot, whole)
    guesses = np.where(np.arange(len(classes)) % 3 == 0, 1.7, labels[:, 0])[:, None]
    yield metric_case("MeanIoU", {"num_classes": 4}, guesses, labels, whole)
    options = {"num_classes": 4, "target_class_ids": [0, 3]}
    yield metric_case("IoU", options | {"sparse_y_pred": False}, q, labels, whole)
    yield metric_case("OneHotIoU", options, q, hot, whole)
    yield metric_case("BinaryIoU", {}, p[:, :1], yes[:, :1], whole)
    yield metric_case("BinaryIoU", {"target_class_ids": [1], "threshold": 0.3}, p[:, :1], yes[:, :1], whole)


# ---- optimizers: weights after every one of five steps


def optimizer_case(name, options, schedule=None):
    rng = generator(name, options, schedule)
    start = [rng.normal(0, 1, (3, 2)), rng.normal(0, 1, (2,))]
    # large, ordinary, small and zero gradients, and zero throughout for one weight
    scales = [1, 30, 1, 1e-4, 1]
    gradients = [[s * rng.normal(0, 1, w.shape).astype("float32") for w in start] for s in scales]
    for step in gradients:
        step[0][1, 1] = 0
    arguments = dict(options)
    if schedule:
        arguments["learning_rate"] = getattr(S, schedule["name"])(**schedule["config"])
    optimizer = getattr(O, name)(**arguments)
    weights = [keras.Variable(w, name=n) for w, n in zip(start, ("kernel", "bias"))]
    case = {"optimizer": name, "options": options, "schedule": schedule,
            "start": [numbers(w) for w in weights], "gradients": [], "weights": []}
    for step in gradients:
        optimizer.apply([tf.constant(g) for g in step], weights)
        case["gradients"].append([numbers(g) for g in step])
        case["weights"].append([numbers(w) for w in weights])
    skipped = 1 if schedule else 2  # iteration, learning_rate
    case["slots"] = [{"name": v.path.split("/")[-1], "values": numbers(v)}
                     for v in optimizer.variables[skipped:]]
    return case


def optimizer_cases():
    yield optimizer_case("SGD", {})
    yield optimizer_case("SGD", {"momentum": 0.9})
    yield optimizer_case("SGD", {"momentum": 0.8, "nesterov": True, "learning_rate": 0.1})
    yield optimizer_case("RMSprop", {})
    yield optimizer_case("RMSprop", {"rho": 0.8, "momentum": 0.7, "learning_rate": 0.02})
    yield optimizer_case("RMSprop", {"centered": True, "epsilon": 1e-3})
    yield optimizer_case("RMSprop", {"centered": True, "momentum": 0.5, "epsilon": 1e-3})
    yield optimizer_case("Adam", {})
    yield optimizer_case("Adam", {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3, "learning_rate": 0.05})
    yield optimizer_case("Adam", {"amsgrad": True, "learning_rate": 0.01})
    yield optimizer_case("AdamW", {})
    yield optimizer_case("AdamW", {"weight_decay": 0.1, "learning_rate": 0.1, "amsgrad": True})
    yield optimizer_case("Nadam", {})
    yield optimizer_case("Nadam", {"beta_1": 0.8, "beta_2": 0.95, "learning_rate": 0.05})
    yield optimizer_case("Adamax", {})
    yield optimizer_case("Adamax", {"beta_1": 0.8, "beta_2": 0.95, "learning_rate": 0.05})
    yield optimizer_case("Adagrad", {})
    yield optimizer_case("Adagrad", {"initial_accumulator_value": 0.5, "learning_rate": 0.5})
    yield optimizer_case("Adadelta", {})
    yield optimizer_case("Adadelta", {"rho": 0.8, "learning_rate": 1.0})
    for name in ("SGD", "RMSprop", "Adam", "Nadam", "Adamax", "Adagrad", "Adadelta"):
        yield optimizer_case(name, {"weight_decay": 0.05, "learning_rate": 0.1})
    for clip in ({"clipnorm": 0.5}, {"clipvalue": 0.5}, {"global_clipnorm": 0.5}):
        yield optimizer_case("SGD", clip)
        yield optimizer_case("Adam", dict(clip, weight_decay=0.05))
    yield optimizer_case("Lion", {"learning_rate": 0.01})
    yield optimizer_case("Lion", {"beta_1": 0.5, "beta_2": 0.7, "learning_rate": 0.05})
    yield optimizer_case("Lamb", {"learning_rate": 0.01})
    yield optimizer_case("Lamb", {"beta_1": 0.8, "beta_2": 0.95, "epsilon": 1e-3, "learning_rate": 0.05})
    yield optimizer_case("Ftrl", {"learning_rate": 0.1})
    yield optimizer_case("Ftrl", {"learning_rate": 0.5, "learning_rate_power": -0.3, "initial_accumulator_value": 0.5,
                                  "l1_regularization_strength": 0.5, "l2_regularization_strength": 0.1, "beta": 0.2})
    yield optimizer_case("Ftrl", {"learning_rate": 0.2, "l2_shrinkage_regularization_strength": 0.05})
    for name in ("Lion", "Lamb", "Ftrl"):
        yield optimizer_case(name, {"weight_decay": 0.05, "learning_rate": 0.1})
        for clip in ({"clipnorm": 0.5}, {"clipvalue": 0.5}, {"global_clipnorm": 0.5}):
            yield optimizer_case(name, dict(clip, learning_rate=0.1))
    average = {"use_ema": True, "ema_momentum": 0.8}
    yield optimizer_case("SGD", dict(average, learning_rate=0.1))
    # The other options of this kind need a compiled step: training_options.py.
    yield optimizer_case("Adam", {"weight_decay": 0.05}, {
        "name": "ExponentialDecay",
        "config": {"initial_learning_rate": 0.1, "decay_steps": 2, "decay_rate": 0.5}})


def sparse_optimizer_case(name, options):
    """The gradient of an embedding: rows, some of them several times, that Keras squares one by one."""
    rng = generator("sparse", name, options)
    start = [rng.normal(0, 1, (3, 2)), rng.normal(0, 1, (2,))]
    optimizer = getattr(O, name)(**options)
    weights = [keras.Variable(w, name=n) for w, n in zip(start, ("kernel", "bias"))]
    case = {"optimizer": name, "options": options, "schedule": None,
            "start": [numbers(w) for w in weights], "gradients": [], "rows": [], "weights": []}
    for indices in ([0, 2, 0, 0], [1, 2], [2, 2], [0, 1, 2, 2], [1, 1, 1]):
        rows = rng.normal(0, 1, (len(indices), 2)).astype("float32")
        bias = rng.normal(0, 1, (2,)).astype("float32")
        optimizer.apply([tf.IndexedSlices(tf.constant(rows), tf.constant(indices), tf.constant([3, 2])),
                         tf.constant(bias)], weights)
        case["gradients"].append([numbers(rows), numbers(bias)])
        case["rows"].append(indices)
        case["weights"].append([numbers(w) for w in weights])
    case["slots"] = [{"name": v.path.split("/")[-1], "values": numbers(v)}
                     for v in optimizer.variables[2:]]
    return case


def sparse_optimizer_cases():
    yield sparse_optimizer_case("SGD", {"momentum": 0.9, "nesterov": True})
    yield sparse_optimizer_case("RMSprop", {"momentum": 0.5})
    yield sparse_optimizer_case("RMSprop", {"centered": True, "epsilon": 1e-2})
    yield sparse_optimizer_case("Adam", {"amsgrad": True})
    yield sparse_optimizer_case("AdamW", {"clipnorm": 0.5})
    yield sparse_optimizer_case("Adam", {"global_clipnorm": 0.5})
    yield sparse_optimizer_case("Nadam", {})
    yield sparse_optimizer_case("Adagrad", {"learning_rate": 0.1})
    yield sparse_optimizer_case("Adadelta", {"learning_rate": 1.0})
    yield sparse_optimizer_case("Adamax", {"learning_rate": 0.1})
    yield sparse_optimizer_case("Adamax", {"learning_rate": 0.1, "clipnorm": 0.5})
    yield sparse_optimizer_case("Adamax", {"learning_rate": 0.1, "clipvalue": 0.5})
    yield sparse_optimizer_case("SGD", {"learning_rate": 0.1, "clipvalue": 0.5})
    yield sparse_optimizer_case("Adam", {"learning_rate": 0.1, "clipvalue": 0.5})
    yield sparse_optimizer_case("RMSprop", {"learning_rate": 0.1, "clipvalue": 0.5})
    yield sparse_optimizer_case("Lion", {"learning_rate": 0.1})
    yield sparse_optimizer_case("Lamb", {"learning_rate": 0.1})
    yield sparse_optimizer_case("Ftrl", {"learning_rate": 0.1})


# ---- schedules


def schedule_case(name, config):
    steps = list(range(0, 41)) + [55, 56, 57, 100, 1000]
    schedule = getattr(S, name)(**config)
    return {"schedule": name, "config": config, "steps": steps,
            "rates": [float(schedule(s)) for s in steps]}


def schedule_cases():
    for name in ("ExponentialDecay", "InverseTimeDecay"):
        config = {"initial_learning_rate": 0.1, "decay_steps": 8, "decay_rate": 0.6}
        yield schedule_case(name, config)
        yield schedule_case(name, dict(config, staircase=True))
    yield schedule_case("PiecewiseConstantDecay", {"boundaries": [5, 20], "values": [1.0, 0.5, 0.1]})
    config = {"initial_learning_rate": 0.1, "decay_steps": 8}
    yield schedule_case("PolynomialDecay", config)
    yield schedule_case("PolynomialDecay", dict(config, end_learning_rate=0.01, power=2.0))
    yield schedule_case("PolynomialDecay", dict(config, end_learning_rate=0.01, power=0.5, cycle=True))
    yield schedule_case("CosineDecay", config)
    yield schedule_case("CosineDecay", dict(config, alpha=0.1))
    yield schedule_case("CosineDecay", dict(config, alpha=0.1, warmup_target=0.5, warmup_steps=6))
    config = {"initial_learning_rate": 0.1, "first_decay_steps": 8}
    yield schedule_case("CosineDecayRestarts", config)
    yield schedule_case("CosineDecayRestarts", dict(config, t_mul=1.0, m_mul=0.5, alpha=0.1))
    yield schedule_case("CosineDecayRestarts", dict(config, t_mul=1.5, m_mul=0.8, alpha=0.1))


# ---- callbacks, fed with a made-up history; the only weight of the model is the number of the epoch


def callback_case(name, options, values):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(optimizer=O.SGD(0.5), loss="mse", metrics=["mae", "binary_accuracy"])
    model.train_on_batch(np.ones((2, 1)), np.ones((2, 1)))  # so that the metrics exist
    callback = getattr(C, name)(**options)
    callback.set_model(model)
    model.stop_training = False
    callback.on_train_begin()
    rates, epochs = [], 0
    for epoch, value in enumerate(values):
        model.set_weights([np.array([[epoch]])])
        callback.on_epoch_end(epoch, {callback.monitor: value})
        rates.append(float(model.optimizer.learning_rate))
        epochs += 1
        if model.stop_training:
            break
    callback.on_train_end()
    return {"callback": name, "options": options, "values": values, "epochs": epochs,
            "rates": rates, "weight": float(model.get_weights()[0][0, 0])}


def callback_cases():
    down = [5, 4, 3, 3.05, 2.95, 3, 2.9, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2]
    up = [8 - v for v in down]
    for patience in (0, 1, 3, 30):
        for restore in (False, True):
            options = {"patience": patience, "restore_best_weights": restore}
            yield callback_case("EarlyStopping", options, down)
            yield callback_case("EarlyStopping", options, up)
            yield callback_case("EarlyStopping", dict(options, mode="max"), up)
    options = {"patience": 2, "restore_best_weights": True}
    yield callback_case("EarlyStopping", dict(options, monitor="val_mae"), down)
    yield callback_case("EarlyStopping", dict(options, monitor="val_binary_accuracy"), up)
    yield callback_case("EarlyStopping", dict(options, min_delta=0.2), down)
    yield callback_case("EarlyStopping", dict(options, min_delta=0.2, mode="max"), up)
    yield callback_case("EarlyStopping", dict(options, baseline=2.5), down)
    yield callback_case("EarlyStopping", dict(options, baseline=2.93, patience=4), down)
    yield callback_case("EarlyStopping", dict(options, start_from_epoch=6), down)
    yield callback_case("EarlyStopping", dict(options, start_from_epoch=9), up)
    for options in ({"patience": 2}, {"patience": 0}, {"patience": 2, "cooldown": 2},
                    {"patience": 1, "factor": 0.5, "min_lr": 0.2}, {"patience": 2, "min_delta": 0.2},
                    {"patience": 1, "cooldown": 3, "factor": 0.5}):
        yield callback_case("ReduceLROnPlateau", options, down)
        yield callback_case("ReduceLROnPlateau", dict(options, mode="max"), up)
        yield callback_case("ReduceLROnPlateau", dict(options, monitor="binary_accuracy"), up)


OUT.mkdir(parents=True, exist_ok=True)
write("losses", loss_cases())
write("metrics", metric_cases())
write("optimizers", optimizer_cases())
write("schedules", schedule_cases())
write("callbacks", callback_cases())
write("sparse_optimizers", sparse_optimizer_cases())
