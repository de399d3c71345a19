"""Writes timeseries/scalers.json: columns scaled by scikit-learn, fitted on their first rows."""
import json
import pathlib

import numpy as np
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
OUT.write_text(json.dumps(case) + "\n")
