"""Writes a small imdb.npz, its word index, and the results of Keras's load_data for it: src/test/resources/imdb.

With a folder that contains the real imdb.npz as argument, it prints the checksums for ImdbTest instead. They are the
CRC-32 of all reviews, each as its length and its numbers in 32-bit little-endian.
"""

import io
import json
import os
import pickle
import struct
import sys
import zipfile
import zlib

import numpy as np
from keras.src.datasets import imdb

FOLDER = os.path.join(os.path.dirname(__file__), "../resources/imdb")
SETTINGS = [
    {},
    {"num_words": 20},
    {"num_words": 20, "skip_top": 6},
    {"maxlen": 9, "seed": 7},
    {"start_char": None, "oov_char": None, "num_words": 15},
    {"start_char": None, "index_from": 0, "num_words": 12, "oov_char": 0},
    {"start_char": 5, "oov_char": 6, "index_from": 10, "num_words": 25, "skip_top": 14},
]


def object_array(lists):
    array = np.empty(len(lists), dtype=object)
    array[:] = lists
    return array


def save(path, arrays, protocol=None):
    """As np.savez does it; or by hand, with the pickle protocol and the module name of older versions."""
    if protocol is None:
        np.savez_compressed(path, **arrays)
        return
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            out = io.BytesIO()
            if array.dtype == object:
                np.lib.format.write_array_header_1_0(out, np.lib.format.header_data_from_array_1_0(array))
                pickled = pickle.dumps(array, protocol=protocol)
                out.write(pickled.replace(b"numpy._core.multiarray", b"numpy.core.multiarray"))
            else:
                np.lib.format.write_array(out, array.astype(np.int32))
            archive.writestr(f"{name}.npy", out.getvalue())


def load(folder, **settings):
    imdb.get_file = lambda fname, **_: os.path.join(folder, fname)
    return imdb.load_data(**settings)


def crc(reviews):
    sum32 = 0
    for review in reviews:
        sum32 = zlib.crc32(struct.pack(f"<{len(review) + 1}i", len(review), *review), sum32)
    return f"{sum32:08x}"


def main():
    if len(sys.argv) > 1:
        for settings in ({}, {"num_words": 10000}, {"num_words": 5000, "skip_top": 20, "maxlen": 200}):
            (x_train, y_train), (x_test, y_test) = load(sys.argv[1], **settings)
            sums = [crc(x_train), crc([y_train.tolist()]), crc(x_test), crc([y_test.tolist()])]
            print(settings, len(x_train), len(x_test), *sums)
        return
    random = np.random.default_rng(1)
    os.makedirs(FOLDER, exist_ok=True)
    arrays = {}
    for part, count in (("train", 40), ("test", 23)):
        lengths = random.integers(2, 13, count)
        ranks = [np.minimum(random.zipf(1.5, n), 40).tolist() for n in lengths]
        arrays[f"x_{part}"] = object_array(ranks)
        arrays[f"y_{part}"] = random.integers(0, 2, count)
    save(f"{FOLDER}/imdb.npz", arrays)
    # Asks for codecs.encode, which neither Keras nor we allow.
    save(f"{FOLDER}/refused_protocol2.npz", arrays, 2)
    save(f"{FOLDER}/protocol3.npz", arrays, 3)
    words = [a + b for a in "bdfgklmt" for b in ("a", "e", "i", "o", "é")]
    with open(f"{FOLDER}/imdb_word_index.json", "w") as file:
        json.dump({word: rank for rank, word in enumerate(words, 1)}, file)
    cases = []
    for settings in SETTINGS:
        (x_train, y_train), (x_test, y_test) = load(FOLDER, **settings)
        cases.append(
            {
                "settings": settings,
                "x_train": list(x_train),
                "y_train": [int(y) for y in y_train],
                "x_test": list(x_test),
                "y_test": [int(y) for y in y_test],
            }
        )
    with open(f"{FOLDER}/load_data.json", "w") as file:
        json.dump(cases, file)


if __name__ == "__main__":
    main()
