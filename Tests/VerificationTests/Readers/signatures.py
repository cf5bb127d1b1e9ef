"""Ed25519 as the specification takes it (statements.md, "Signatures"): S is reduced, neither R nor the key has small
order, and the check is without cofactor.
"""

import functools
import hashlib

import standards

maximum_number = (1 << 255) - 1


@functools.lru_cache(maxsize=4096)
def decoded(data):
    """The point of a canonical encoding, or None."""
    y = standards.number(data) & maximum_number
    if len(data) != 32 or y >= standards.p:
        return None
    try:
        found = standards.point(data)
    except SystemExit:
        return None
    return found if standards.compressed(found) == data else None


def product(scalar, point):
    """A product whose scalar isn't reduced, unlike in `standards`."""
    result = standards.neutral
    while scalar:
        if scalar & 1:
            result = standards.add(result, point)
        point = standards.add(point, point)
        scalar >>= 1
    return result


def is_neutral(point):
    return point[0] % standards.p == 0 and (point[1] - point[2]) % standards.p == 0


@functools.lru_cache(maxsize=4096)
def is_key(data):
    """Whether it is a point of the prime-order subgroup in its canonical encoding."""
    point = decoded(data)
    return point is not None and not is_neutral(point) and is_neutral(product(standards.order, point))


def has_small_order(point):
    return is_neutral(product(8, point))


@functools.lru_cache(maxsize=65536)
def holds(key, message, signature):
    if len(signature) != 64 or standards.number(signature[32:]) >= standards.order:
        return False
    A, R = decoded(key), decoded(signature[:32])
    if A is None or R is None or has_small_order(A) or has_small_order(R):
        return False
    k = standards.wide(hashlib.sha512(signature[:32] + key + message).digest())
    s = standards.number(signature[32:])
    right = standards.add(product(s, standards.base), standards.negative(product(k, A)))
    return standards.compressed(right) == signature[:32]
