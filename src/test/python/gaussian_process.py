"""Writes reference values of a Gaussian process with a Matern 5/2 kernel: tuning/gaussian_process.json.

NumPy computes them in float64 from the textbook equations, with the inverse and the determinant of the covariance,
while the library uses a Cholesky decomposition. The distribution function is math.erf.
"""

import json
import pathlib
import math

import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/tuning/gaussian_process.json"

rng = np.random.default_rng(7)


def kernel(a, b, lengths, variance):
    r = np.sqrt((((a[:, None, :] - b[None, :, :]) / lengths) ** 2).sum(axis=2))
    return variance * (1 + math.sqrt(5) * r + 5 * r**2 / 3) * np.exp(-math.sqrt(5) * r)


def normal_distribution(z):
    return 0.5 * math.erfc(-z / math.sqrt(2))


def case(points, dimensions, variance, noise):
    x = rng.uniform(-0.5, 0.5, size=(points, dimensions))
    y = np.sin(5 * x[:, 0]) + rng.normal(size=points) / 3
    lengths = rng.uniform(0.2, 2, size=dimensions)
    # As close to a point that was seen as to none.
    queries = np.concatenate([rng.uniform(-1, 1, size=(6, dimensions)), x[:2], x[:1] + 1e-3])
    covariance = kernel(x, x, lengths, variance) + variance * noise * np.eye(points)
    inverse = np.linalg.inv(covariance)
    cross = kernel(queries, x, lengths, variance)
    mean = cross @ inverse @ y
    deviation_squared = variance - np.einsum("ij,jk,ik->i", cross, inverse, cross)
    sign, log_determinant = np.linalg.slogdet(covariance)
    log_likelihood = (
        -0.5 * y @ inverse @ y - 0.5 * log_determinant - points / 2 * math.log(2 * math.pi)
    )
    best = float(y.min())
    improvement = []
    for m, v in zip(mean, deviation_squared):
        s = math.sqrt(v)
        z = (best - m) / s
        density = math.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
        improvement.append((best - m) * normal_distribution(z) + s * density)
    # The variance of the largest likelihood: that of the first derivative 0.
    correlations = covariance / variance
    most_likely = float(y @ np.linalg.inv(correlations) @ y / points)
    return {
        "x": x.tolist(),
        "y": y.tolist(),
        "lengths": lengths.tolist(),
        "variance": variance,
        "noise": noise,
        "most likely variance": most_likely,
        "log likelihood": float(log_likelihood),
        "queries": queries.tolist(),
        "mean": mean.tolist(),
        "deviation squared": deviation_squared.tolist(),
        "best": best,
        "expected improvement": improvement,
    }


OUT.write_text(
    json.dumps(
        {
            "cases": [case(1, 2, 1.3, 0.1), case(8, 1, 0.7, 1e-3), case(20, 3, 2.0, 1e-2), case(40, 6, 1.0, 0.3)],
            "normal distribution": [[z, normal_distribution(z)] for z in (-9.0, -5.5, -5.0, -4.999, -3.0, -1.0, 0.0, 0.3, 2.0, 4.9, 6.0)],
        },
        indent=1,
    )
    + "\n"
)
