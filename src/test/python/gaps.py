"""Writes windows of a series with gaps and their baselines, computed by NumPy window by window: timeseries/gaps.json.

A gap of up to two rows is interpolated linearly; longer gaps remain. All values are multiples of 1/64, so they are
exact in float32.
"""

import json
import pathlib

import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/timeseries/gaps.json"

ROWS, LONGEST, ALPHA, PERIOD, STEPS = 160, 2, 0.5, 7, 3
rng = np.random.default_rng(5)
table = np.round(np.stack([np.cumsum(rng.normal(size=ROWS)), rng.normal(size=ROWS), 5 + rng.normal(size=ROWS)], 1) * 64) / 64
with_gaps = table.copy()
for column, first, length in [(0, 10, 2), (0, 40, 3), (1, 61, 1), (1, 70, 5), (2, 90, 4), (2, 0, 1), (0, 159, 1), (0, 120, 2)]:
    with_gaps[first : first + length, column] = np.nan

filled = with_gaps.copy()
for j in range(3):
    rows = np.arange(ROWS)
    there = ~np.isnan(with_gaps[:, j])
    line = np.interp(rows, rows[there], with_gaps[there, j])
    i = 0
    while i < ROWS:
        end = i
        while end < ROWS and not there[end]:
            end += 1
        if 0 < i and end < ROWS and end - i <= LONGEST:
            filled[i:end, j] = line[i:end]
        i = end + 1


def case(lookback, step, horizon):
    """Columns 0 and 1 are seen; 0 and 2 are predicted."""
    starts, seen, wanted, seasonal = [], [], [], []
    for first in range(ROWS):
        last = first + lookback - step
        targets = [last + horizon + k * step for k in range(STEPS)]
        if targets[-1] >= ROWS:
            break
        x = filled[first : last + 1 : step, :2]
        y = filled[targets][:, [0, 2]]
        if np.isnan(x).any() or np.isnan(y).any():
            continue
        starts.append(first)
        seen.append(x.ravel())
        wanted.append(y.ravel())
        row = []
        for t in targets:
            for j in [0, 2]:
                s = t
                while s > last or np.isnan(filled[s, j]):
                    s -= PERIOD
                row.append(filled[s, j] if s >= 0 else None)
        seasonal.append(row)
    x, y = np.array(seen), np.array(wanted)
    centred = x - x.mean(0)
    w = np.linalg.solve(centred.T @ centred + ALPHA * np.eye(x.shape[1]), centred.T @ (y - y.mean(0)))
    ridge = centred @ w + y.mean(0)
    errors = np.abs(ridge - y).mean(0).reshape(STEPS, 2)
    late = len(starts) // 2
    return {
        "lookback": lookback,
        "step": step,
        "horizon": horizon,
        "starts": starts,
        "first_input": seen[0].tolist(),
        "last_target": wanted[-1].tolist(),
        "late": late,
        "seasonal": seasonal[late],
        "ridge_last": ridge[-1].tolist(),
        "ridge_errors": errors.tolist(),
    }


def listed(a):
    return [[None if np.isnan(v) else v for v in row] for row in a.tolist()]


OUT.write_text(json.dumps({
    "table": listed(with_gaps),
    "filled": listed(filled),
    "mean": np.nanmean(filled[20:100], 0).tolist(),
    "std": np.nanstd(filled[20:100], 0).tolist(),
    "cases": [case(8, 1, 1), case(12, 3, 2), case(6, 6, 4)],
}) + "\n")
