"""Prints reference values for CounterRandomTest, computed with Python's unbounded integers."""

M64 = (1 << 64) - 1
M32 = (1 << 32) - 1


def stafford13(x):
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & M64
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & M64
    return x ^ (x >> 31)


def key(seed, layer, step, row):
    golden = 0x9E3779B97F4A7C15
    k = stafford13((seed + golden) & M64)
    for coordinate in (layer, step, row):
        k = stafford13((k + coordinate * golden) & M64)
    return k


def bits(k, j):
    x = (k + j * 0x9E3779B9) & M32
    x ^= x >> 16
    x = (x * 0x21F0AAAD) & M32
    x ^= x >> 15
    x = (x + (k >> 32)) & M32
    x = (x * 0xD35A2D97) & M32
    return x ^ (x >> 15)


def java_long(k):
    return f"0x{k:016X}L"


if __name__ == "__main__":
    a = key(0, 0, 0, 0)
    b = key(-42, 3, 5_000_000_000, 127)
    print("KEY_A", java_long(a))
    print("KEY_B", java_long(b))
    print("BITS_A0", f"0x{bits(a, 0):08X}")
    print("BITS_A9", f"0x{bits(a, 9):08X}")
    print("BITS_B1000", f"0x{bits(b, 1000):08X}")
