"""Fits the polynomials and rational functions of org.unroll.compute.Approximations.

Each of them minimizes the maximum relative error, by Lawson's reweighted least squares. For a quotient P/Q, the linear
problem P - fQ is reweighted by 1/Q. The coefficients are rounded to float32, and the printed error is that of the
float32 evaluation compared with float64. Prints Java constants.
"""

import math

import numpy as np

NODES = 3000


def lawson(columns, target, weight, rounds=150):
    """The coefficients c with the least maximum of |weight * (columns @ c - target)|."""
    share = np.ones(len(target))
    best = (math.inf, None)
    for _ in range(rounds):
        w = weight * np.sqrt(share)
        scale = np.abs(columns * w[:, None]).max(0)
        c = np.linalg.lstsq(columns * w[:, None] / scale, target * w, rcond=None)[0] / scale
        error = np.abs(weight * (columns @ c - target))
        if error.max() < best[0]:
            best = (error.max(), c)
        share = share * (error / error.max() + 1e-3)
        share /= share.sum()
    return best[1]


def rational(x, f, p, q):
    """f ~ (1 + p1 x + ... ) / (1 + q1 x + ...)."""
    columns = np.stack([x**i for i in range(1, p + 1)] + [-f * x**i for i in range(1, q + 1)], 1)
    weight = 1 / np.abs(f)
    for _ in range(6):
        c = lawson(columns, f - 1, weight)
        weight = 1 / np.abs(f * (1 + sum(c[p + i - 1] * x**i for i in range(1, q + 1))))
    return np.append(1, c[:p]), np.append(1, c[p:])


def horner(c, x, fma):
    """In float32; with fma, each step is rounded once."""
    c = np.asarray(c, np.float32)
    result = np.full_like(x, c[-1])
    for coefficient in c[-2::-1]:
        if fma:
            result = (result.astype(float) * x + coefficient).astype(np.float32)
        else:
            result = result * x + coefficient
    return result


def java(name, coefficients):
    for i, c in enumerate(coefficients):
        if c != 1:
            print(f"  static final float {name}{i} = {np.float32(c)!s}f;")


def report(name, approximate, exact):
    error = np.abs(approximate.astype(float) / exact - 1)
    print(f"// {name}: relative error {error.max():.2g}")


def fit_exp():
    """e^r for |r| <= ln 2 / 2, as 1 + r + r^2 (c2 + c3 r + ...)."""
    r = math.log(2) / 2 * 1.0005 * np.cos(np.linspace(0, np.pi, NODES))
    columns = np.stack([r**i for i in range(2, 6)], 1)
    c = np.concatenate([[1, 1], lawson(columns, np.exp(r) - 1 - r, np.exp(-r))])
    java("EXP", c)
    x = np.linspace(-0.3466, 0.3466, 1_000_001).astype(np.float32)
    for fma in (True, False):
        report(f"exp, fma {fma}", horner(c, x, fma), np.exp(x.astype(float)))
    # ln 2 in two parts: the first has few enough bits for a product with an integer to be exact
    high = math.floor(math.log(2) * 2**15) / 2**15
    print(f"  static final float LN2_HIGH = {high!r}f;")
    print(f"  static final float LN2_LOW = {np.float32(math.log(2) - high)!s}f;")


def fit_tanh(limit):
    """tanh x = x P(x^2) / Q(x^2) for |x| <= limit."""
    x = limit * np.sin(np.linspace(1e-3, 1, NODES) * np.pi / 2)
    p, q = rational(x * x, np.tanh(x) / x, 4, 4)
    java("TANH_P", p)
    java("TANH_Q", q)
    x = np.concatenate([np.geomspace(1e-6, limit, 2_000_000), np.linspace(1, limit, 2_000_000)])
    x = np.append(x, limit).astype(np.float32)
    for fma in (True, False):
        square = x * x
        y = x * horner(p, square, fma) / horner(q, square, fma)
        report(f"tanh, fma {fma}", y, np.tanh(x.astype(float)))
        # at this limit no rounding lifts a result above 1, so that 1 - y^2 is never negative
        print(f"// largest 1 - {1 - float(y.max()):.2g}, at the limit 1 - {1 - float(y[-1]):.2g}")


def fit_log1p():
    """log(1 + e) = e P(e) / Q(e) for 0 <= e <= 1."""
    e = (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, NODES)))[1:]
    p, q = rational(e, np.log1p(e) / e, 3, 2)
    java("LOG1P_P", p)
    java("LOG1P_Q", q)
    x = np.geomspace(1e-7, 1, 1_000_001).astype(np.float32)
    report("log1p", x * horner(p, x, True) / horner(q, x, True), np.log1p(x.astype(float)))


def fit_normal_tail():
    """Phi(-t) = exp(-t^2 / 2) u P(u), u = 1 / (1 + 0.3 t), for 0 <= t <= 14."""
    t = 13.5 * (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, NODES)))
    exact = np.array([0.5 * math.erfc(v / math.sqrt(2)) * math.exp(v * v / 2) for v in t])
    u = 1 / (1 + 0.3 * t)
    columns = np.stack([u**i for i in range(1, 9)], 1)
    c = lawson(columns, exact, 1 / exact)
    java("NORMAL", c)
    u32 = u.astype(np.float32)
    report("normal", u32 * horner(c, u32, True), exact)


if __name__ == "__main__":
    fit_exp()
    fit_tanh(8.0)
    fit_log1p()
    fit_normal_tail()
