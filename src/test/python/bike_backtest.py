"""Runs the backtest of bicycle rentals, src/bench/java/org/unroll/bench/BikeBacktest.java, in Keras and NumPy.

The table, windows, folds, normalization, baselines, network, training and MASE are those of the Java program:

    python bike_backtest.py hour.csv FOLDER SEEDS [FOLDER_OF_JAVA]

FOLDER keeps the forecasts of each fold and seed, from which a later run resumes. With SEEDS 0, only the baselines
run. With the folder of the Java program, its errors are printed too, and the largest difference of forecasts of the
same baseline. KERAS_BACKEND names the backend. TensorFlow uses one thread.
"""

import json
import os
import pathlib
import sys
import time
import urllib.parse

import numpy as np
import pandas as pd

LOOKBACK, AHEAD, FOLD, FOLDS, EPOCHS = 72, 24, 21 * 24, 8, 12


def hours(path):
    """Returns a row for each hour from the second week on, the rentals first, and the known columns after them."""
    file = pd.read_csv(path, parse_dates=["dteday"])
    file.index = file.dteday + pd.to_timedelta(file.hr, "h")
    table = file.reindex(pd.date_range(file.dteday.iloc[0], file.index[-1], freq="h"))
    day = table[["holiday", "workingday"]].groupby(table.index.date).transform("last").ffill()
    weather = table[["temp", "hum", "windspeed", "weathersit"]].ffill()
    count = table.cnt.fillna(0)
    part = table.index.hour / 24
    cycles = [part, (table.index.dayofweek + part) / 7]
    circles = [function(2 * np.pi * cycle) for cycle in cycles for function in (np.sin, np.cos)]
    columns = [count, *(day[name] for name in day), *(weather[name] for name in weather), count.shift(168), *circles]
    return np.stack([np.asarray(column, "float64") for column in columns], axis=1)[168:]


class Fold:
    """The windows of a fold, normalized on the rows before its first forecast."""

    def __init__(self, table, number):
        self.end = len(table) - (FOLDS - number) * FOLD
        self.past = table[: self.end]
        self.mean, self.std = self.past.mean(0), self.past.std(0)
        self.normal = ((table - self.mean) / self.std).astype("float32")
        self.training = np.arange(LOOKBACK, self.end - AHEAD + 1)  # the row of the first target
        self.midnights = np.arange(self.end, self.end + FOLD, AHEAD)
        self.truth = table[self.midnights[:, None] + np.arange(AHEAD), 0]
        self.scale = np.abs(self.past[24:, 0] - self.past[:-24, 0]).mean()

    def inputs(self, rows):
        """Returns the past of all columns and the known future."""
        known = self.normal[rows[:, None] + np.arange(AHEAD)][:, :, 1:]
        return self.normal[rows[:, None] + np.arange(-LOOKBACK, 0)], known

    def targets(self, rows):
        return self.normal[rows[:, None] + np.arange(AHEAD), 0]

    def in_units(self, predictions):
        return predictions * self.std[0] + self.mean[0]

    def mase(self, forecasts):
        return np.abs(forecasts - self.truth).mean() / self.scale


def seasonal(fold, season):
    before = fold.midnights[:, None] - season + np.arange(AHEAD) % season
    return fold.in_units(fold.normal[before, 0].astype("float64"))


def ridge(fold, with_future=True, with_products=False):
    def inputs(rows):
        past, known = fold.inputs(rows)
        parts = [np.ones((len(rows), 1)), past[:, :, 0]] + with_future * [known.reshape(len(rows), -1)]
        own = np.concatenate(parts, axis=1).astype("float64")
        return np.concatenate([own, own * known[:, 0, 1:2]], axis=1) if with_products else own  # by working day

    def weights(x, y, penalty):
        penalties = np.full(x.shape[1], penalty)
        penalties[0] = 0  # the intercept
        return np.linalg.solve(x.T @ x + np.diag(penalties), x.T @ y)

    rows = np.arange(LOOKBACK, fold.end - AHEAD + 1, AHEAD)
    x, y = inputs(rows), fold.targets(rows).astype("float64")
    train = len(x) * 4 // 5
    penalty = min(
        (1.0, 10.0, 100.0, 1000.0),
        key=lambda tried: np.linalg.norm(x[train:] @ weights(x[:train], y[:train], tried) - y[train:]),
    )
    return fold.in_units(inputs(fold.midnights) @ weights(x, y, penalty))


def network(fold, seed):
    import keras
    from keras import layers

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_inter_op_parallelism_threads(1)
        tf.config.threading.set_intra_op_parallelism_threads(1)
    keras.utils.set_random_seed(seed)
    past, known = fold.inputs(fold.training)
    inputs = keras.Input(past.shape[1:]), keras.Input(known.shape[1:])
    _, state = layers.GRU(48, return_state=True)(inputs[0])
    decoded = layers.GRU(48, return_sequences=True)(inputs[1], initial_state=state)
    outputs = layers.Flatten()(layers.Dense(1)(layers.Dense(32, "relu")(decoded)))
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.003), "mae", jit_compile=True)
    cosine = keras.callbacks.LearningRateScheduler(
        lambda epoch, rate: 0.003 * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
    )
    model.fit(
        (past, known), fold.targets(fold.training), batch_size=64, epochs=EPOCHS, verbose=2, callbacks=[cosine]
    )
    return fold.in_units(model.predict(fold.inputs(fold.midnights), verbose=0))


def main(csv, folder, seeds, java=None):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    table = hours(csv)
    errors, java_errors = {}, {}
    for number in range(FOLDS):
        fold = Fold(table, number)
        print(f"fold {number}: {len(fold.training)} windows to fit on, {len(fold.midnights)} forecasts", flush=True)
        forecasts = {
            "last value": seasonal(fold, 1),
            "seasonal 24": seasonal(fold, 24),
            "seasonal 168": seasonal(fold, 168),
            "ridge": ridge(fold, with_future=False),
            "ridge with known future": ridge(fold),
            "ridge with products by working day": ridge(fold, with_products=True),
        }
        baselines = list(forecasts)
        for seed in range(1, int(seeds) + 1):
            file = folder / f"fold-{number}-seed-{seed}.npy"
            if not file.exists():
                began = time.time()
                predicted = network(fold, seed)
                np.save(folder / "part.npy", predicted)
                os.replace(folder / "part.npy", file)
                print(f"seed {seed}: {time.time() - began:.0f} s", flush=True)
            forecasts[f"Keras, seed {seed}"] = np.load(file)
        for name, values in forecasts.items():
            errors.setdefault(name, []).append(fold.mase(values))
        if java:
            for file in sorted(pathlib.Path(java).glob(f"fold-{number}-*.json")):
                name = urllib.parse.unquote_plus(file.stem.split("-", 2)[2])
                values = np.array(json.loads(file.read_text())["forecasts"])
                java_errors.setdefault("Java: " + name, []).append(fold.mase(values))
                if name in baselines:
                    print(f"{name}: largest difference {np.abs(values - forecasts[name]).max():.2g} rentals")
    rows = {name: row for name, row in (errors | java_errors).items() if len(row) == FOLDS}
    result = pd.DataFrame(rows).T.assign(mean=lambda t: t.mean(axis=1))
    print(result.round(5).to_string())
    for name in ("Keras", "Java: GRU"):
        means = result["mean"].filter(like=name)
        if len(means):
            print(f"{name}: MASE {means.mean():.4f}, standard deviation {means.std():.4f} over {len(means)} seeds")


if __name__ == "__main__":
    main(*sys.argv[1:])
