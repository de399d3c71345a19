"""Regenerates the reference files of the tests.

    python src/test/python/generate.py --list
    python src/test/python/generate.py NAME...
    python src/test/python/generate.py --all

Runs each script with the environment in which its files were computed. See README.md for the scripts and what they
need. Afterwards, compare with `git diff`: the results of Keras may differ in the last digits on another CPU.
"""

import argparse
import ast
import os
import pathlib
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
KERAS = {"KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
PLAIN = KERAS | {"TF_ENABLE_ONEDNN_OPTS": "0"}

GENERATORS = {
    "activations": PLAIN,
    "attention": KERAS,
    "baselines": {},
    "bleu": {},
    "book_windows": {},
    "cell_variants": {},
    "checkpoint_references": KERAS,
    "classroom_air": {},
    "compiled_only": PLAIN,
    "constraints": KERAS,
    "conv_lstm": KERAS | {"KERAS_BACKEND": "torch"},
    "ctc": KERAS,
    "forecast_metrics": {},
    "frozen_files": PLAIN,
    "functional_files": PLAIN,
    "functional_masks": KERAS,
    "gaps": {},
    "gaussian_process": {},
    "goldens": PLAIN,
    "graph_goldens": PLAIN,
    "imdb_fixture": KERAS,
    "hdf5_layouts": KERAS,
    "keras2_files": KERAS,
    "keras2_layouts": KERAS,
    "keras_files": PLAIN,
    "keras_options": KERAS,
    "language_models": {},
    "layer_goldens": PLAIN,
    "masks": KERAS,
    "mel_spectrogram": KERAS | {"KERAS_BACKEND": "numpy"},
    "merge_goldens": PLAIN,
    "metric_names": PLAIN,
    "on_batch": PLAIN,
    "padding": KERAS,
    "quantile_references": KERAS,
    "recurrent_states": KERAS,
    "regularizers": KERAS,
    "resampling": {},
    "revin": PLAIN,
    "rnn_cells": PLAIN,
    "scalers": {},
    "sequence_shapes": KERAS,
    "series_models": {},
    "state_gradients": KERAS,
    "summaries": KERAS | {"COLUMNS": "100"},
    "text_vectorization": KERAS,
    "training_options": PLAIN,
    "training_references": KERAS,
    "truncated_backpropagation": {},
    "weighted_references": KERAS,
}


def title(name):
    return ast.get_docstring(ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))).splitlines()[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="list the scripts")
    parser.add_argument("--all", action="store_true", help="run all scripts")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a script, or one of goldens and keras_files with FOLDER SEED")
    arguments = parser.parse_args()
    names = list(GENERATORS) if arguments.all else arguments.names
    own = []
    if names[:1] in (["goldens"], ["keras_files"]) and len(names) == 3 and names[2].isdigit():
        names, own = names[:1], names[1:]
    unknown = [name for name in names if name not in GENERATORS]
    if unknown or not (names or arguments.list):
        parser.error(f"NAME must be one of {', '.join(GENERATORS)}, but was {', '.join(unknown) or 'missing'}")
    if arguments.list:
        for name in GENERATORS:
            print(f"{name:22} {title(name)}")
    for name in names:
        print(f"--- {name}", flush=True)
        subprocess.run([sys.executable, FOLDER / f"{name}.py", *own], env=os.environ | GENERATORS[name], check=True)


if __name__ == "__main__":
    main()
