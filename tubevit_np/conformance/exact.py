"""Numbers of 60 digits that record how they were computed: exact values, exact gradients.

The plain loops of loops/ run on them unchanged. Their results, rounded to float64 at the end, have
the same bits on every machine. Gradients follow from the chain rule alone.
"""

import gmpy2
import numpy as np

PRECISION = 200  # bits; MPFR rounds every operation correctly on any processor


class Exact:
    """A value, and pairs (parent, derivative) for the parents that depend on a live number."""

    __slots__ = ("live", "parents", "value")

    def __init__(self, value, *parents):
        self.value = value
        self.parents = [parent for parent in parents if parent[0].live]
        self.live = bool(self.parents)

    def __add__(self, other):
        other = exact(other)
        return Exact(self.value + other.value, (self, 1), (other, 1))

    def __mul__(self, other):
        other = exact(other)
        return Exact(self.value * other.value, (self, other.value), (other, self.value))

    def __pow__(self, exponent):
        y = self.value ** exponent
        return Exact(y, (self, exponent * y / self.value if self.value else 0))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + exact(other) * -1

    def __rsub__(self, other):
        return exact(other) - self

    def __truediv__(self, other):
        return self * exact(other) ** -1

    def __rtruediv__(self, other):
        return exact(other) / self

    __radd__, __rmul__ = __add__, __mul__

    def __lt__(self, other):
        return self.value < exact(other).value

    def __gt__(self, other):
        return self.value > exact(other).value

    def __float__(self):
        return float(self.value)

    # np.exp and similar functions call the method of their name on an object.

    def exp(self):
        y = gmpy2.exp(self.value)
        return Exact(y, (self, y))

    def log(self):
        return Exact(gmpy2.log(self.value), (self, 1 / self.value))

    def sqrt(self):
        y = gmpy2.sqrt(self.value)
        return Exact(y, (self, 1 / (2 * y) if y else 0))

    def tanh(self):
        y = gmpy2.tanh(self.value)
        return Exact(y, (self, 1 - y * y))

    def erf(self):
        slope = 2 / gmpy2.sqrt(gmpy2.const_pi()) * gmpy2.exp(-self.value * self.value)
        return Exact(gmpy2.erf(self.value), (self, slope))

    def sin(self):
        return Exact(gmpy2.sin(self.value), (self, gmpy2.cos(self.value)))

    def cos(self):
        return Exact(gmpy2.cos(self.value), (self, -gmpy2.sin(self.value)))


def exact(number):
    """Return the number as an Exact."""
    return number if isinstance(number, Exact) else Exact(gmpy2.mpfr(float(number)))


def exact_array(array, live=False):
    """Return Exact numbers without parents; live: record gradients with respect to them."""
    return _of_each(lambda number: _leaf(exact(number).value, live), array)


def _leaf(value, live):
    number = Exact(value)
    number.live = live
    return number


def _of_each(function, array):
    return np.asarray(np.frompyfunc(function, 1, 1)(array), object)


def rounded(numbers):
    """Round to float64."""
    return np.asarray(numbers, object).astype(float)


def gradients(output, inputs):
    """Return {name: gradient of the number `output` by the array inputs[name]}, for live arrays."""
    slopes = {id(output): gmpy2.mpfr(1)}
    for number in reversed(_parents_first(output)):
        slope = slopes.get(id(number), 0)
        for parent, by_parent in number.parents:
            slopes[id(parent)] = slopes.get(id(parent), 0) + slope * by_parent
    return {name: _of_each(lambda number: Exact(slopes.get(id(number), gmpy2.mpfr(0))), array)
            for name, array in inputs.items()}


def _parents_first(output):
    """Return every number that output depends on, each after its parents."""
    order, visited, stack = [], set(), [(output, False)]
    while stack:
        number, parents_done = stack.pop()
        if parents_done:
            order.append(number)
        elif id(number) not in visited:
            visited.add(id(number))
            stack.append((number, True))
            stack.extend((parent, False) for parent, _ in number.parents)
    return order
