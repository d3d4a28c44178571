#!/usr/bin/env python3
"""Print the polynomial coefficients of src/base/real_inline.h and real_near.h and the table of
real_near.c, in hexadecimal.

Each polynomial interpolates its function at Chebyshev nodes, in 200-bit arithmetic (Python's
`decimal` would do; `mpmath` is shorter), and the largest error against the function, after
rounding the coefficients to double, is printed beside it.
"""
import mpmath as mp

mp.mp.prec = 200


def interpolate(function, low, high, degree):
    nodes = [mp.cos(mp.pi * (2 * k + 1) / (2 * degree + 2)) for k in range(degree + 1)]
    points = [(low + high) / 2 + (high - low) / 2 * node for node in nodes]
    rows = mp.matrix(degree + 1, degree + 1)
    right = mp.matrix(degree + 1, 1)
    for i, x in enumerate(points):
        right[i] = function(x)
        for j in range(degree + 1):
            rows[i, j] = x**j
    return [float(c) for c in mp.lu_solve(rows, right)]


def report(name, function, weight, low, high, degree):
    coefficients = interpolate(function, low, high, degree)
    grid = [low + (high - low) * mp.mpf(i) / 2000 for i in range(2001)]
    error = max(
        abs((mp.polyval([mp.mpf(c) for c in reversed(coefficients)], x) - function(x)) * weight(x))
        for x in grid
    )
    print(f"{name}: largest error 2^{float(mp.log(error, 2)):.1f}")
    for c in coefficients:
        print("   ", c.hex())


def log_rest(z):
    """(log((1+s)/(1-s)) - 2 s) / (s z), z = s^2: the series 2/3 + 2/5 z + 2/7 z^2 + ..."""
    if z < mp.mpf(10) ** -6:
        return sum(2 * z**k / (2 * k + 3) for k in range(12))
    s = mp.sqrt(z)
    return (mp.log((1 + s) / (1 - s)) - 2 * s) / (s * z)


def exp_rest(r):
    """(e^r - 1 - r - r^2/2) / r^3."""
    if abs(r) < mp.mpf(10) ** -6:
        return sum(r**k / mp.factorial(k + 3) for k in range(12))
    return (mp.exp(r) - 1 - r - r * r / 2) / r**3


S = (mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)
report("log", log_rest, lambda z: z, mp.mpf(0), S * S * mp.mpf("1.0001"), 7)
H = mp.log(2) / 2 * mp.mpf("1.0001")
report("exp", exp_rest, lambda r: abs(r) ** 3, -H, H, 9)
report("near exponential", lambda f: -mp.log(f + mp.mpf(3) / 2), lambda f: 1, -mp.mpf(1) / 2,
       mp.mpf(1) / 2, 14)
PARTS = 64
report("near exponential by parts", lambda f: -mp.log(1 + f), lambda f: 1, -mp.mpf(1) / 128,
       mp.mpf(1) / 128, 4)
print("parts: the inverse of the middle, of 20 bits, and its logarithm")
for part in range(PARTS):
    inverse = mp.nint(2**20 / (1 + (part + mp.mpf(1) / 2) / PARTS)) / 2**20
    print("    {%s, %s}," % (float(inverse).hex(), float(mp.log(inverse)).hex()))
ln2 = mp.log(2)
high = mp.floor(ln2 * 2**42) / mp.mpf(2) ** 42
print("ln 2:", float(high).hex(), float(ln2 - high).hex())
