"""The workloads of README.md as data, for the Python peers, and their clock."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

import numpy as np

THREADS = 2
# Loops until it is terminated or its parent, the argument, has ended.
BUSY = "while kill -0 $0; do i=0; while [ $i -lt 99999 ]; do i=$((i + 1)); done; done"


@dataclass(frozen=True)
class Embedding:
    vocabulary: int
    units: int


@dataclass(frozen=True)
class Recurrent:
    """The options have the names and defaults of Keras."""

    cell: str  # simplernn, lstm or gru
    units: int
    activation: str = "tanh"
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    reset_after: bool = True
    return_sequences: bool = False
    bidirectional: bool = False


@dataclass(frozen=True)
class Dense:
    """On the last axis: of a sequence, each timestep (what TimeDistributed(Dense) computes)."""

    units: int
    activation: str = "linear"


@dataclass(frozen=True)
class Dropout:
    rate: float


@dataclass(frozen=True)
class Workload:
    batch: int
    timesteps: int
    features: int  # 0: the input is ids, and the first layer an Embedding
    layers: tuple
    loss: str
    optimizer: str
    predict_only: bool = False

    def batch_in_memory(self):
        """One batch of random inputs and targets, the same for every peer."""
        random = np.random.default_rng(7)
        if self.features:
            shape = (self.batch, self.timesteps, self.features)
            x = random.standard_normal(shape, dtype=np.float32)
        else:
            ids = self.layers[0].vocabulary
            x = random.integers(ids, size=(self.batch, self.timesteps), dtype=np.int32)
        units = self.layers[-1].units
        last = [k for k in self.layers if isinstance(k, Recurrent)][-1]
        shape = (self.batch, self.timesteps) if last.return_sequences else (self.batch,)
        if self.loss == "sparse_categorical_crossentropy":
            y = random.integers(units, size=shape, dtype=np.int32)
        elif self.loss == "binary_crossentropy":
            y = random.integers(2, size=shape + (units,)).astype(np.float32)
        else:
            y = random.standard_normal(shape + (units,), dtype=np.float32)
        return x, y


def _jena(cell, **options):
    layers = (Recurrent(cell, 32, **options), Dense(1))
    return Workload(128, 240, 14, layers, "mae", "rmsprop")


def _audio(cell):
    recurrent = Recurrent(
        cell, 32, dropout=0.5, recurrent_dropout=0.5, reset_after=False, return_sequences=True
    )
    layers = (recurrent, recurrent, Dense(32), Dropout(0.5), Dense(10, "sigmoid"))
    return Workload(32, 256, 256, layers, "binary_crossentropy", "adam")


def _imdb(cell):
    layers = (Embedding(10000, 32), Recurrent(cell, 32), Dense(1, "sigmoid"))
    return Workload(128, 500, 0, layers, "binary_crossentropy", "rmsprop")


def _stack(*recurrent, output="linear"):
    return Workload(32, 60, 14, recurrent + (Dense(1, output),), "mse", "adam")


@dataclass(frozen=True)
class EncoderDecoder:
    """Two inputs of ids; an LSTM whose states start another one, and attention of the second over the first."""

    batch: int = 64
    timesteps: int = 30
    vocabulary: int = 64
    embedding: int = 64
    units: int = 128
    loss: str = "sparse_categorical_crossentropy"
    optimizer: str = "adam"
    predict_only: bool = False

    def batch_in_memory(self):
        random = np.random.default_rng(7)
        ids = lambda: random.integers(self.vocabulary, size=(self.batch, self.timesteps), dtype=np.int32)  # noqa: E731
        return (ids(), ids()), ids()


@dataclass(frozen=True)
class TwoInputs:
    """A GRU over a sequence, joined with static features."""

    batch: int = 128
    timesteps: int = 240
    features: int = 14
    static: int = 8
    units: int = 32
    loss: str = "mae"
    optimizer: str = "rmsprop"
    predict_only: bool = False

    def batch_in_memory(self):
        random = np.random.default_rng(7)
        normal = lambda *shape: random.standard_normal(shape, dtype=np.float32)  # noqa: E731
        series = normal(self.batch, self.timesteps, self.features)
        return (series, normal(self.batch, self.static)), normal(self.batch, 1)


WORKLOADS = {
    "jena-simplernn": _jena("simplernn"),
    "jena-lstm": _jena("lstm"),
    "jena-gru": _jena("gru"),
    "jena-gru-dropout": _jena("gru", dropout=0.2, recurrent_dropout=0.2),
    "audio-simplernn": _audio("simplernn"),
    "audio-lstm": _audio("lstm"),
    "audio-gru": _audio("gru"),
    "imdb-simplernn": _imdb("simplernn"),
    "imdb-lstm": _imdb("lstm"),
    "stack-simplernn": _stack(
        Recurrent("simplernn", 130, dropout=0.2, return_sequences=True),
        Recurrent("simplernn", 110, dropout=0.2, return_sequences=True),
        Recurrent("simplernn", 130, dropout=0.2, return_sequences=True),
        Recurrent("simplernn", 100, activation="sigmoid", dropout=0.2, return_sequences=True),
        Recurrent("simplernn", 40, dropout=0.3),
    ),
    "stack-lstm": _stack(
        Recurrent("lstm", 130, dropout=0.2, return_sequences=True),
        Recurrent("lstm", 70, activation="relu", dropout=0.1, return_sequences=True),
        Recurrent("lstm", 100),
        output="tanh",
    ),
    "stack-gru": _stack(
        Recurrent("gru", 90, dropout=0.2, return_sequences=True),
        Recurrent("gru", 150, dropout=0.2, return_sequences=True),
        Recurrent("gru", 60, activation="relu", dropout=0.5),
    ),
    "bilstm-char": Workload(
        64,
        100,
        0,
        (
            Embedding(64, 64),
            Recurrent("lstm", 128, return_sequences=True, bidirectional=True),
            Dense(64, "softmax"),
        ),
        "sparse_categorical_crossentropy",
        "adam",
    ),
    "big-lstm": Workload(64, 100, 128, (Recurrent("lstm", 512), Dense(1)), "mse", "adam"),
    "encoder-decoder": EncoderDecoder(),
    "two-inputs": TwoInputs(),
    "jena-gru-single": Workload(
        1, 240, 14, (Recurrent("gru", 32), Dense(1)), "mae", "rmsprop", predict_only=True
    ),
}


def arguments(description):
    """The command line of every Python peer."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help="default: all")
    parser.add_argument("--phase", choices=("train", "predict"), help="default: both")
    parser.add_argument("--seconds", type=float, default=2.0, help="measured, after the warm-up")
    parser.add_argument(
        "--neighbours",
        type=int,
        nargs="+",
        default=[0],
        help="busy processes that share the machine, one measurement for each number; default 0",
    )
    parser.add_argument(
        "--turns",
        action="store_true",
        help="measure one workload once for each line of the standard input, which names a phase",
    )
    return parser


def run(options, peer, version, step_of):
    """Measures the requested workloads. step_of(workload, phase) returns a function that runs one step to its end."""
    for name in options.workloads or WORKLOADS:
        workload = WORKLOADS[name]
        steps = {}
        phases = (options.phase,) if options.phase else ("train", "predict")
        for phase in map(str.strip, sys.stdin) if options.turns else phases:
            line = {"peer": peer, "workload": name, "phase": phase, "batch": workload.batch}
            if phase not in phases or (phase == "train" and workload.predict_only):
                # A turn gets its line in any case.
                if options.turns:
                    print(json.dumps({**line, "unsupported": "no " + phase}), flush=True)
                continue
            if phase not in steps:
                steps[phase] = step_of(workload, phase)
                warm_up(steps[phase])
            for neighbours in options.neighbours:
                busy = [subprocess.Popen(["sh", "-c", BUSY, str(os.getpid())]) for _ in range(neighbours)]
                try:
                    measured = measure(steps[phase], options.seconds)
                finally:
                    for process in busy:
                        process.terminate()
                line.update(neighbours=neighbours, **measured, version=version, threads=THREADS)
                print(json.dumps(line), flush=True)


def warm_up(step):
    start = time.perf_counter()
    step()  # traces and compiles
    step()  # some compile a second time, for the second step's kinds of arrays
    print(f"compiled and run twice in {time.perf_counter() - start:.1f} s", file=sys.stderr)
    done, start = 0, time.perf_counter()
    while done < 20 or time.perf_counter() - start < 1:
        step()
        done += 1
        if time.perf_counter() - start > 3:
            break


def measure(step, seconds):
    """Median and minimum over groups of steps and percentiles over steps, in milliseconds per step."""
    start = time.perf_counter()
    for _ in range(3):  # its data may have left the caches, and its threads their cores
        step()
    per_step = (time.perf_counter() - start) / 3
    # At least 5 groups; ten if there is time.
    group = max(1, round(seconds / 10 / per_step))
    groups = max(5, round(seconds / (group * per_step)))
    times, single = [], []
    processor = time.process_time()
    for _ in range(groups):
        start = end = time.perf_counter()
        for _ in range(group):
            step()
            begin, end = end, time.perf_counter()
            single.append((end - begin) * 1000)
        times.append((end - start) / group * 1000)
    processor = time.process_time() - processor
    return {
        "median_ms": round(statistics.median(times), 4),
        "min_ms": round(min(times), 4),
        "p90_ms": round(float(np.percentile(single, 90)), 4),
        "p99_ms": round(float(np.percentile(single, 99)), 4),
        "processor_ms": round(processor / (group * groups) * 1000, 4),
        "steps": group * groups,
    }
