"""Prints reference values for SplitMix64Test, computed with Python's unbounded integers and doubles."""

import math

from counter_random import M64, stafford13


class SplitMix64:
    def __init__(self, seed):
        self.state = seed & M64

    def whole(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & M64
        return stafford13(self.state)

    def uniform(self):
        return (self.whole() >> 11) * 2.0**-53

    def normal(self):
        """Pairs of normal numbers, by the polar method."""
        while True:
            u, v = 2 * self.uniform() - 1, 2 * self.uniform() - 1
            s = u * u + v * v
            if 0 < s < 1:
                factor = math.sqrt(-2 * math.log(s) / s)
                return u * factor, v * factor


if __name__ == "__main__":
    random = SplitMix64(1234567)
    print("WHOLE", *[random.whole() for _ in range(5)])
    random = SplitMix64(42)
    print("UNIFORM", *[random.uniform() for _ in range(3)])
    random = SplitMix64(42)
    print("NORMAL", *random.normal(), *random.normal(), *random.normal())
