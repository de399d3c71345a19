"""Writes baseline forecasts of a small table, computed by NumPy window by window: timeseries/baselines.json.

All values are multiples of 1/64, so they are exact in float32.
"""

import json
import pathlib

import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/timeseries/baselines.json"

LOOKBACK, STEP, DELAY, TARGET_STEPS, PERIOD, ALPHA = 12, 3, 4, 2, 10, 0.5
TRAIN, VAL = (2, 60), (60, 95)

rng = np.random.default_rng(8)
t = np.arange(100)
table = np.stack(
    [
        np.sin(2 * np.pi * t / PERIOD) + 0.3 * rng.normal(size=100),
        5 + np.cumsum(rng.normal(size=100)),
        rng.normal(size=100),
    ],
    axis=1,
)
table = np.round(table * 64) / 64
targets = [1, 0]


def windows(start, end):
    for first in range(start, end):
        last = first + LOOKBACK - STEP
        rows = [first + LOOKBACK + DELAY + k * STEP for k in range(TARGET_STEPS)]
        if rows[-1] < end:
            yield np.arange(first, last + 1, STEP), last, rows


def arrays(start, end):
    seen, wanted, last_value, seasonal = [], [], [], []
    for rows, last, target_rows in windows(start, end):
        seen.append(table[rows].ravel())
        wanted.append(table[np.ix_(target_rows, targets)].ravel())
        last_value.append(np.tile(table[last, targets], TARGET_STEPS))
        before = [max(r for r in range(row % PERIOD, last + 1, PERIOD)) for row in target_rows]
        seasonal.append(table[np.ix_(before, targets)].ravel())
    return map(np.array, (seen, wanted, last_value, seasonal))


x, y, _, _ = arrays(*TRAIN)
xc, yc = x - x.mean(0), y - y.mean(0)
w = np.linalg.solve(xc.T @ xc + ALPHA * np.eye(x.shape[1]), xc.T @ yc)
vx, vy, last_value, seasonal = arrays(*VAL)
ridge = (vx - x.mean(0)) @ w + y.mean(0)
OUT.write_text(
    json.dumps(
        {
            "table": table.tolist(),
            "windows": len(vy),
            "last_value": {"first": last_value[0].tolist(), "mae": np.abs(last_value - vy).mean()},
            "seasonal": {"first": seasonal[0].tolist(), "mae": np.abs(seasonal - vy).mean()},
            "ridge": {"first": ridge[0].tolist(), "mae": np.abs(ridge - vy).mean()},
        }
    )
    + "\n"
)
