"""Writes forecasting/series_models.json: AR, Theta and ETS models of statsmodels 0.13 on extracts of the Beijing and bike
data, fitted to the first rows, with forecasts from the end of the fit and from a later row with the same parameters.

    python src/test/python/series_models.py [FOLDER]

The folder, by default data, contains beijing_pm25_2010_2014.csv and bike_sharing_hour.csv.
"""
import json
import pathlib
import sys
import warnings

import numpy as np
import pandas as pd
from statsmodels.tsa.ar_model import AutoReg
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.seasonal import seasonal_decompose

warnings.filterwarnings("ignore")
OUT = pathlib.Path(__file__).parents[1] / "resources/org/unroll/forecasting/series_models.json"
DATA = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[3] / "data")
FIT, ALL, HORIZON = 240, 300, 30
beijing = pd.read_csv(DATA / "beijing_pm25_2010_2014.csv").iloc[5000 : 5000 + ALL]
bikes = pd.read_csv(DATA / "bike_sharing_hour.csv").iloc[3000 : 3000 + ALL]
series = {
    "TEMP": beijing["TEMP"].to_numpy(float),
    "pm2.5": beijing["pm2.5"].interpolate().round(2).to_numpy(float),
    "cnt": bikes["cnt"].to_numpy(float),
}


def autoregressions(y, lags):
    result = AutoReg(y[:FIT], lags=lags, trend="c", old_names=False).fit()
    later = AutoReg(y, lags=lags, trend="c", old_names=False)
    return {
        "lags": lags,
        "params": result.params.tolist(),
        "sse": float((result.resid**2).sum()),
        "fitted": result.fittedvalues[7::8].tolist(),
        "forecast": result.forecast(HORIZON).tolist(),
        "later": later.predict(result.params, start=ALL, end=ALL + HORIZON - 1, dynamic=0).tolist(),
    }


def thetas(y, period):
    args = dict(deseasonalize=period > 1, use_test=False, method="additive")
    result = ThetaModel(y[:FIT], period=period if period > 1 else 2, **args).fit()
    b0, alpha = result.params
    # The same parameters and season after all rows, by the definition.
    season = seasonal_decompose(y[:FIT], period=period).seasonal[:period] if period > 1 else np.zeros(1)
    rest = y - season[np.arange(ALL) % len(season)]
    level = rest[0]
    for value in rest:
        level += alpha * (value - level)
    h = np.arange(HORIZON)
    later = level + b0 / 2 * (h + (1 - (1 - alpha) ** ALL) / alpha) + season[(ALL + h) % len(season)]
    return {
        "period": period,
        "alpha": alpha,
        "slope": b0,
        "forecast": result.forecast(HORIZON).tolist(),
        "later": later.tolist(),
    }


def smoothing(y, trend, period):
    args = dict(
        error="add",
        trend=None if trend == "NONE" else "add",
        damped_trend=trend == "DAMPED",
        seasonal="add" if period > 1 else None,
        seasonal_periods=period if period > 1 else None,
    )
    model = ETSModel(y[:FIT], initialization_method="estimated", **args)
    result = model.fit(disp=False, maxiter=10_000, maxfun=10**6)
    for _ in range(3):  # the gradients of L-BFGS are finite differences, so it stops early
        again = model.fit(start_params=result.params, disp=False, maxiter=10_000, maxfun=10**6, pgtol=1e-9, factr=10)
        result = again if again.sse <= result.sse else result
    later = ETSModel(y, initialization_method="estimated", **args).smooth(result.params)
    names = dict(zip(result.param_names, result.params))
    # initial_seasonal.0 is the season before the first row, initial_seasonal.(m-1) that of the first row
    season = [names[f"initial_seasonal.{i}"] for i in reversed(range(period))] if period > 1 else []
    return {
        "trend": trend,
        "period": period,
        "alpha": names["smoothing_level"],
        "beta": names.get("smoothing_trend", 0),
        "gamma": names.get("smoothing_seasonal", 0),
        "phi": names.get("damping_trend", 1),
        "level": names["initial_level"],
        "slope": names.get("initial_trend", 0),
        "season": season,
        "sse": float(result.sse),
        "fitted": result.fittedvalues[7::8].tolist(),
        "forecast": result.forecast(HORIZON).tolist(),
        "later": later.forecast(HORIZON).tolist(),
    }


def round9(value):
    if isinstance(value, dict):
        return {k: round9(v) for k, v in value.items()}
    if isinstance(value, list):
        return [round9(v) for v in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


cases = {}
for name, y in series.items():
    cases[name] = {
        "values": y.tolist(),
        "autoregression": [autoregressions(y, lags) for lags in (1, 24)],
        "theta": [thetas(y, period) for period in (1, 24, 7)],
        "ets": [
            smoothing(y, trend, period)
            for trend, period in (("NONE", 1), ("LINEAR", 1), ("DAMPED", 1), ("NONE", 24), ("DAMPED", 24), ("LINEAR", 12))
        ],
    }
OUT.write_text(json.dumps(round9({"fit": FIT, "series": cases})) + "\n")
