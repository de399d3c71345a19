"""Writes the BLEU of random corpora, computed by sacreBLEU: text/bleu.json."""

import json
import pathlib
import random

from sacrebleu.metrics import BLEU

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/text/bleu.json"

rng = random.Random(4)
words = "a b c d e f".split()


def sentence(shortest, longest):
    return [rng.choice(words) for _ in range(rng.randint(shortest, longest))]


def changed(tokens):
    tokens = [rng.choice(words) if rng.random() < 0.2 else token for token in tokens]
    return tokens[rng.randint(0, 1):] + sentence(0, 1)


cases = []
for sentences, most, shortest, longest in [(1, 1, 4, 9), (5, 1, 1, 9), (20, 3, 1, 9), (50, 4, 3, 20), (2, 2, 1, 3)]:
    references = [[sentence(shortest, longest)] for _ in range(sentences)]
    for several in references:
        several += [changed(several[0]) for _ in range(rng.randint(0, most - 1))]
    for kind in ["changed", "short", "equal", "random", "empty first"]:
        translations = [
            {"changed": changed(first[0]), "short": changed(first[0])[:-1], "equal": first[-1],
             "random": sentence(0, 9), "empty first": first[0]}[kind]
            for first in references
        ]
        if kind == "empty first":
            translations[0] = []
        columns = [[" ".join(r[k]) if k < len(r) else None for r in references] for k in range(most)]
        bleu = BLEU(tokenize="none", smooth_method="none", force=True).corpus_score(
            [" ".join(t) for t in translations], columns)
        cases.append({"translations": translations, "references": references, "score": bleu.score,
                      "precisions": [p / 100 for p in bleu.precisions], "brevityPenalty": bleu.bp})

OUT.write_text(json.dumps(cases) + "\n")
