"""Writes the results of Keras's TextVectorization for a few texts: src/test/resources/text_vectorization.json."""

import json
import os

import keras

TEXTS = [
    "The film\u00a0was GOOD, good; not-bad!",
    "\u00c9\u00c9 caf\u00e9 it's  a\tb\nc",
    "",
    "!!! ...",
    "b a b c \U0001f600\U0001f600 \uffe0 #tag_x (so) [what] {is} <it> a/b a\\b 5$ `~^|@&*+=\"%'?:",
]
UNSEEN = ["zebra good  A a", "Not \u00e9"]
SETTINGS = [
    {},
    {"max_tokens": 6},
    {"max_tokens": 6, "output_sequence_length": 4},
    {"standardize": "lower"},
    {"standardize": "strip_punctuation"},
    {"standardize": None},
    {"split": "character", "standardize": None},
    {"split": "character", "standardize": None, "max_tokens": 8, "output_sequence_length": 12},
    {"split": "character", "standardize": "lower_and_strip_punctuation"},
]


def main():
    cases = []
    for settings in SETTINGS:
        ragged = "output_sequence_length" not in settings
        layer = keras.layers.TextVectorization(ragged=ragged, **settings)
        layer.adapt(TEXTS)
        ids = layer(TEXTS + UNSEEN)
        cases.append(
            {
                "settings": settings,
                "vocabulary": [str(token) for token in layer.get_vocabulary()],
                "ids": ids.to_list() if ragged else ids.numpy().tolist(),
            }
        )
    path = os.path.join(os.path.dirname(__file__), "../resources/text_vectorization.json")
    with open(path, "w") as file:
        json.dump({"texts": TEXTS, "unseen": UNSEEN, "cases": cases}, file, indent=1)


if __name__ == "__main__":
    main()
