"""Writes the row numbers of windows in Chollet, Deep Learning with Python (2018), section 6.3: timeseries/book_windows.json.

The generator of the book reads a series of one column whose values are the row numbers. Its output is therefore the
rows of each window and its target row.
"""

import json
import pathlib

import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/timeseries/book_windows.json"


def one_pass(data, lookback, delay, min_index, max_index, step):
    """The generator's unshuffled samples, each once; it never ends, and drops the last short batch."""
    if max_index is None:
        max_index = len(data) - delay - 1
    for row in range(min_index + lookback, max_index):
        indices = range(row - lookback, row, step)
        sample = np.zeros(lookback // step)
        sample[:] = data[indices]
        yield sample.astype(int).tolist(), int(data[row + delay])


def case(rows, lookback, step, delay, min_index, max_index, every=True):
    windows = list(one_pass(np.arange(rows), lookback, delay, min_index, max_index, step))
    return {
        "rows": rows,
        "lookback": lookback,
        "step": step,
        "delay": delay,
        "min_index": min_index,
        "max_index": max_index,
        "count": len(windows),
        "first": windows[0],
        "last": windows[-1],
        "windows": windows if every else None,
    }


OUT.write_text(
    json.dumps(
        [
            case(30, 6, 2, 3, 0, 20),
            case(30, 6, 2, 0, 5, 24),
            case(30, 5, 1, 4, 3, None),
            case(30, 4, 4, 1, 0, None),
            case(30, 12, 3, 7, 2, 15),
            case(420_551, 1440, 6, 144, 0, 200_000, every=False),
            case(420_551, 1440, 6, 144, 200_001, 300_000, every=False),
            case(420_551, 1440, 6, 144, 300_001, None, every=False),
        ]
    )
    + "\n"
)
