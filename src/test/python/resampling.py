"""Writes irregular measurements on regular grids, computed by pandas: timeseries/resampling.json."""

import json
import pathlib

import numpy as np
import pandas as pd

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/timeseries/resampling.json"

rng = np.random.default_rng(3)
start = pd.Timestamp("2024-02-27 21:50")
minutes = rng.permutation(np.concatenate([np.sort(rng.choice(600, 40, replace=False)), 1500 + rng.choice(300, 20, replace=False)]))
frame = pd.DataFrame(
    {
        "time": start + pd.to_timedelta(minutes, unit="min"),
        "a": np.round(rng.normal(size=60) * 64) / 64,
        "b": rng.integers(0, 9, 60).astype(float),
    }
)
frame.loc[rng.choice(60, 12, replace=False), "a"] = np.nan


def listed(column):
    return [None if pd.isna(x) else float(x) for x in column]


cases = []
for rule, length in [("30min", "PT30M"), ("1h", "PT1H"), ("45min", "PT45M"), ("1D", "P1D"), ("90s", "PT90S")]:
    grid = frame.sort_values("time").set_index("time").resample(rule)
    cases.append(
        {
            "every": length,
            "times": [t.isoformat() for t in grid["a"].mean().index],
            "mean": listed(grid["a"].mean()),
            "last": listed(grid["a"].last()),
            "max": listed(grid["a"].max()),
            "sum": listed(grid["b"].sum(min_count=1)),
        }
    )
OUT.write_text(json.dumps({"times": [t.isoformat() for t in frame["time"]], "a": listed(frame["a"]), "b": listed(frame["b"]), "cases": cases}) + "\n")
