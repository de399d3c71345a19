"""Writes reference values of the CTC loss and of its decoders: losses/ctc.json.

- "batches": losses and gradients by the logits, from Keras on TensorFlow in float32 and from PyTorch in float64. The
  lengths are those of the sequences; the gradient of later time steps is 0.
- "impossible": labels that need more time steps than there are. The loss of PyTorch is infinite.
- "reductions": the loss of the first batch with sample weights, with each reduction of Keras.
- "decoded": the results of keras.ops.ctc_decode; -1 is padding.
"""

import json
import pathlib

import keras
import numpy as np
import tensorflow as tf
import torch

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/losses/ctc.json"
ROWS = 5
rng = np.random.default_rng(16)


def needed(labels):
    return len(labels) + sum(a == b for a, b in zip(labels, labels[1:]))


def padded(labels, width):
    return np.array([list(row) + [0] * (width - len(row)) for row in labels])


def possible_labels(steps, classes):
    """Labels of a random number, with many repeats; the longest ones need every time step."""
    while True:
        labels = list(rng.integers(1, min(classes, 4), size=rng.integers(0, steps + 1)))
        if needed(labels) <= steps:
            return labels


def by_keras(targets, logits, lengths, label_lengths):
    x = tf.Variable(logits, dtype="float32")
    with tf.GradientTape() as tape:
        if all(length == logits.shape[1] for length in lengths):
            losses = keras.losses.ctc(targets, x)
        else:
            losses = keras.ops.ctc_loss(targets, x, label_lengths, lengths)
    return losses.numpy(), tape.gradient(losses, x).numpy()


def by_torch(targets, logits, lengths, label_lengths):
    x = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    losses = torch.nn.functional.ctc_loss(
        torch.log_softmax(x.transpose(0, 1), 2),
        torch.tensor(targets),
        torch.tensor(lengths),
        torch.tensor(label_lengths),
        reduction="none",
    )
    losses.sum().backward()
    return losses.detach().numpy(), x.grad.numpy()


def numbers(array, digits=7):
    return [round(float(v), digits) for v in np.asarray(array).ravel()]


def batch(number):
    steps, classes = int(rng.integers(2, 9)), int(rng.integers(3, 6))
    lengths = [steps] * ROWS if number % 2 == 0 else [int(v) for v in rng.integers(1, steps + 1, ROWS)]
    labels = [possible_labels(length, classes) for length in lengths]
    if number == 0:
        labels[0] = []
    targets = padded(labels, max(1, *map(len, labels)))
    logits = np.round(rng.normal(0, 2, (ROWS, steps, classes)), 2)
    label_lengths = [len(row) for row in labels]
    losses, gradient = by_keras(targets, logits, lengths, label_lengths)
    torch_losses, torch_gradient = by_torch(targets, logits, lengths, label_lengths)
    assert np.allclose(losses, torch_losses, rtol=1e-5, atol=1e-5), (losses, torch_losses)
    return {
        "steps": steps,
        "classes": classes,
        "lengths": lengths,
        "labels": targets.tolist(),
        "logits": numbers(logits, 2),
        "keras": {"losses": numbers(losses), "gradient": numbers(gradient)},
        "torch": {"losses": numbers(torch_losses), "gradient": numbers(torch_gradient)},
    }


def impossible():
    while True:
        steps = int(rng.integers(1, 6))
        labels = [int(v) for v in rng.integers(1, 4, size=rng.integers(1, 7))]
        if needed(labels) in (steps + 1, steps + 2):
            losses, _ = by_torch(np.array([labels]), rng.normal(size=(1, steps, 4)), [steps], [len(labels)])
            assert np.isinf(losses[0])
            return {"steps": steps, "labels": labels, "needed": needed(labels)}


def reductions(first):
    targets = np.array(first["labels"])
    logits = np.array(first["logits"], "float32").reshape(ROWS, first["steps"], first["classes"])
    weights = np.array([1, 0.5, 0, 2, 3], "float32")
    names = ["sum_over_batch_size", "sum", "mean_with_sample_weight"]
    return {
        "weights": weights.tolist(),
        "losses": {name: float(keras.losses.CTC(reduction=name)(targets, logits, weights)) for name in names},
    }


def decoded(number):
    steps, classes, rows = int(rng.integers(3, 9)), int(rng.integers(3, 6)), 3
    logits = np.round(rng.normal(0, 1.5, (rows, steps, classes)), 2)
    lengths = [steps] * rows if number % 2 == 0 else [int(v) for v in rng.integers(2, steps + 1, rows)]
    width = int(rng.integers(3, 12)) if number > 0 else 100
    paths = min(3, width)
    x = logits.astype("float32")
    merged, _ = keras.ops.ctc_decode(x, lengths, strategy="greedy")
    kept, _ = keras.ops.ctc_decode(x, lengths, strategy="greedy", merge_repeated=False)
    beam, scores = keras.ops.ctc_decode(x, lengths, strategy="beam_search", beam_width=width, top_paths=paths)
    return {
        "steps": steps,
        "classes": classes,
        "lengths": lengths,
        "logits": numbers(logits, 2),
        "greedy": np.array(merged)[0].tolist(),
        "greedy_kept": np.array(kept)[0].tolist(),
        "width": width,
        "paths": paths,
        "beam": np.array(beam).tolist(),
        "scores": np.round(np.array(scores, "float64"), 6).tolist(),
    }


batches = [batch(i) for i in range(12)]
result = {
    "batches": batches,
    "impossible": [impossible() for _ in range(10)],
    "reductions": reductions(batches[0]),
    "decoded": [decoded(i) for i in range(14)],
}
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(json.dumps(result, separators=(",", ":")).replace('{"steps"', '\n{"steps"') + "\n")
