"""Writes forecasting/metrics.json: metrics of forecasts from their definitions in NumPy float64, and scikit-learn."""
import json
import pathlib

import numpy as np
from scipy.stats import norm
from sklearn.metrics import mean_absolute_error, mean_absolute_percentage_error, mean_pinball_loss, mean_squared_error

OUT = pathlib.Path(__file__).parents[1] / "resources/org/unroll/forecasting/metrics.json"
rng = np.random.default_rng(17)
training = rng.normal(10, 3, 40).round(3)
y = rng.normal(10, 3, 12).round(3)
f = (y + rng.normal(0.5, 2, 12)).round(3)
samples = (f[:, None] + rng.normal(0, 2, (12, 7))).round(3)
levels = [0.1, 0.25, 0.5, 0.75, 0.9]
quantiles = np.quantile(samples, levels, axis=1).T
low, high = quantiles[:, 0], quantiles[:, -1]
season = 4
naive = training[season:], training[:-season]
outside = np.where(y < low, low - y, 0) + np.where(y > high, y - high, 0)
crps = [
    np.abs(s - t).mean() - 0.5 * np.abs(s[:, None] - s[None, :]).mean() for s, t in zip(samples, y)
]
case = {
    "training": training.tolist(),
    "truth": y.tolist(),
    "forecast": f.tolist(),
    "samples": samples.tolist(),
    "levels": levels,
    "quantiles": quantiles.tolist(),
    "bias": (f - y).mean(),
    "mape": 100 * mean_absolute_percentage_error(y, f),
    "smape": (200 * np.abs(y - f) / (np.abs(y) + np.abs(f))).mean(),
    "wape": 100 * np.abs(y - f).sum() / np.abs(y).sum(),
    "mase": mean_absolute_error(y, f) / mean_absolute_error(*naive),
    "rmsse": np.sqrt(mean_squared_error(y, f) / mean_squared_error(*naive)),
    "pinball": mean_pinball_loss(y, low, alpha=0.1),
    "coverage": ((y >= low) & (y <= high)).mean(),
    "winkler": (high - low + 2 / 0.2 * outside).mean(),
    "crps_of_samples": np.mean(crps),
    "crps_of_quantiles": 2
    * np.mean([mean_pinball_loss(y, quantiles[:, k], alpha=q) for k, q in enumerate(levels)]),
}
# A second generator, so that the cases above stay as they are.
rng = np.random.default_rng(18)
w = rng.uniform(0, 2, 12).round(3)
group = np.arange(12) % 3
sigma = rng.uniform(0.5, 3, 12).round(3)
z = (y - f) / sigma
median = quantiles[:, 2]


def average(values, rows=slice(None)):
    return np.average(values[rows], weights=w[rows])


def group_metrics(rows):
    """The metrics of one group of rows, weighted."""
    weights = {"sample_weight": w[rows]}
    pinball = np.mean([mean_pinball_loss(y[rows], quantiles[rows, k], alpha=q, **weights) for k, q in enumerate(levels)])
    return {
        "count": int(rows.sum()),
        "bias": average(median - y, rows),
        "mae": mean_absolute_error(y[rows], median[rows], **weights),
        "rmse": np.sqrt(mean_squared_error(y[rows], median[rows], **weights)),
        "smape": average(200 * np.abs(y - median) / (np.abs(y) + np.abs(median)), rows),
        "wape": 100 * average(np.abs(y - median), rows) / average(np.abs(y), rows),
        "pinball": pinball,
        "crps": 2 * pinball,
        "coverage 80 %": average((y >= low) & (y <= high), rows),
        "width 80 %": average(high - low, rows),
        "winkler 80 %": average(high - low + 2 / 0.2 * outside, rows),
    }


case |= {
    "weights": w.tolist(),
    "group": group.tolist(),
    "deviations": sigma.tolist(),
    "crps_of_gaussian": np.mean(
        sigma * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    ),
    "weighted": {
        "bias": average(f - y),
        "mae": mean_absolute_error(y, f, sample_weight=w),
        "rmse": np.sqrt(mean_squared_error(y, f, sample_weight=w)),
        "mape": 100 * mean_absolute_percentage_error(y, f, sample_weight=w),
        "smape": average(200 * np.abs(y - f) / (np.abs(y) + np.abs(f))),
        "wape": 100 * average(np.abs(y - f)) / average(np.abs(y)),
        "mase": mean_absolute_error(y, f, sample_weight=w) / mean_absolute_error(*naive),
        "rmsse": np.sqrt(mean_squared_error(y, f, sample_weight=w) / mean_squared_error(*naive)),
        "pinball": mean_pinball_loss(y, low, alpha=0.1, sample_weight=w),
        "coverage": average((y >= low) & (y <= high)),
        "winkler": average(high - low + 2 / 0.2 * outside),
        "crps_of_samples": average(np.array(crps)),
    },
    "by_group": [group_metrics(group == k) for k in range(3)],
    "levels_of_normal": {str(q): norm.ppf(q) for q in (0.025, 0.1, 0.5, 0.9, 0.975)},
}
OUT.write_text(json.dumps(case) + "\n")
