"""Writes draws of language models, computed by PyTorch and by counting sets: text/language_models.json.

The samplers are the logits processors of Hugging Face Transformers (temperature, top-k, top-p), written in PyTorch's
functions. The n-gram model counts the n-grams of padded sequences as sets, in exact fractions (Chen and Goodman 1999).
"""

import json
import math
import pathlib
from fractions import Fraction

import numpy as np
import torch

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/text/language_models.json"

rng = np.random.default_rng(11)


def sampled(probabilities, temperature, k, p):
    scores = torch.tensor(probabilities, dtype=torch.float64).log() / temperature
    if k is not None:
        scores = scores.masked_fill(scores < torch.topk(scores, min(k, len(scores)))[0][-1], -math.inf)
    if p is not None and p < 1:
        ordered, indices = torch.sort(scores, descending=False)
        remove = ordered.softmax(-1).cumsum(-1) <= 1 - p
        remove[-1:] = False
        scores = scores.masked_fill(remove.scatter(0, indices, remove), -math.inf)
    return scores.softmax(-1).tolist()


samplers = []
for temperature, k, p in [
    (1.0, None, None), (0.5, None, None), (2.0, None, None), (1.0, 1, None), (1.0, 3, None), (1.0, 50, None),
    (1.0, None, 0.9), (1.0, None, 0.01), (1.0, None, 1.0), (0.7, 5, 0.8), (1.5, 4, 0.6), (1.5, None, 0.6),
]:
    raw = rng.dirichlet(np.full(8, 0.7))
    samplers.append({"probabilities": raw.tolist(), "temperature": temperature, "k": k, "p": p,
                     "expected": sampled(raw, temperature, k, p)})
tied = [0.1, 0.2, 0.2, 0.2, 0.05, 0.25]
samplers.append({"probabilities": tied, "temperature": 1.0, "k": 2, "p": None, "expected": sampled(tied, 1.0, 2, None)})


def kneser_ney(sequences, order, size):
    padded = [[-1] * (order - 1) + s for s in sequences]
    tops = [tuple(s[t - order + 1 : t + 1]) for s in padded for t in range(order, len(s))]
    counts = {order: {}}
    for gram in tops:
        counts[order][gram] = counts[order].get(gram, 0) + 1
    for n in range(order - 1, 0, -1):
        longer = {gram[order - n - 1 :] for gram in tops}
        counts[n] = {gram: len({g[0] for g in longer if g[1:] == gram}) for gram in {g[1:] for g in longer}}
    discount = {}
    for n, c in counts.items():
        n1, n2 = list(c.values()).count(1), list(c.values()).count(2)
        discount[n] = Fraction(n1, n1 + 2 * n2) if n1 else Fraction(1, 2)

    def probability(context, w, n):
        if n == 0:
            return Fraction(1, size)
        context = context[len(context) - n + 1 :]
        after = {g[-1]: c for g, c in counts[n].items() if g[:-1] == context}
        lower = probability(context, w, n - 1)
        if not after:
            return lower
        total = sum(after.values())
        return (max(after.get(w, 0) - discount[n], 0) + discount[n] * len(after) * lower) / total

    return probability


models = []
for order in [1, 2, 3, 5]:
    size = 7
    sequences = [[1] + rng.choice([2, 3, 4, 5], rng.integers(3, 12), p=[0.5, 0.3, 0.15, 0.05]).tolist() for _ in range(8)]
    held = [[1] + rng.choice([2, 3, 4, 5, 6], rng.integers(2, 9)).tolist() for _ in range(4)]
    probability = kneser_ney(sequences, order, size)
    contexts = [held[0][:1], held[0][:2], held[1][:3], held[2][:], [6, 6], sequences[0][:4]]
    spread = [[float(probability((-1,) * (order - 1) + tuple(c), w, order)) for w in range(size)] for c in contexts]
    logs = [math.log(probability((-1,) * (order - 1) + tuple(s[:t]), s[t], order)) for s in held for t in range(1, len(s))]
    models.append({"order": order, "size": size, "sequences": sequences, "held": held, "contexts": contexts,
                   "probabilities": spread, "perplexity": math.exp(-sum(logs) / len(logs))})

OUT.write_text(json.dumps({"samplers": samplers, "models": models}))
