"""Writes timeseries/scalers.json: columns scaled by scikit-learn, fitted on their first rows.

The differences are those of pandas. A target is the sum of the differences, each one lag after the other, from the
latest value that is not after the last input row.
"""
import json
import pathlib

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, RobustScaler, StandardScaler

OUT = pathlib.Path(__file__).parents[1] / "resources/org/unroll/timeseries/scalers.json"
rng = np.random.default_rng(4)
values = np.exp(rng.normal(1, 1.5, 30)).round(2)
training = 21
logarithm = FunctionTransformer(np.log)
logarithm_of_counts = FunctionTransformer(np.log1p)
scalers = {
    "standard": StandardScaler(),
    "minMax": MinMaxScaler(),
    "robust": RobustScaler(),
    "standard log": make_pipeline(logarithm, StandardScaler()),
    "robust log1p": make_pipeline(logarithm_of_counts, RobustScaler()),
}
case = {"values": values.tolist(), "training": training, "scaled": {}}
for name, scaler in scalers.items():
    scaler.fit(values[:training, None])
    case["scaled"][name] = scaler.transform(values[:, None])[:, 0].tolist()
trend = pd.Series((20 + 0.8 * np.arange(36) + rng.normal(0, 2, 36)).round(2))
case["trend"] = trend.tolist()
case["differences"] = []
for lag, log in ((1, False), (4, False), (1, True), (7, True)):
    differences = (np.log(trend) if log else trend).diff(lag)
    scaler = StandardScaler().fit(differences[lag:training].to_numpy()[:, None])
    scaled = scaler.transform(differences.to_numpy()[:, None])[:, 0]
    targets = []
    for last in range(len(trend)):
        rows = [last + 1, last + 3, last + 5]  # step 2
        if rows[-1] >= len(trend) or last - lag + 1 < 0:
            targets.append([])
            continue
        changes = [sum(differences[r] for r in range(row, last, -lag)) for row in rows]
        targets.append(scaler.transform(np.array(changes)[:, None])[:, 0].tolist())
    case["differences"].append({"lag": lag, "log": log, "scaled": scaled[lag:].tolist(), "targets": targets})
OUT.write_text(json.dumps(case) + "\n")
