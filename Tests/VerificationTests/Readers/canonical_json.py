"""Reads and writes the one spelling that JSON has here (statements.md, "JSON")."""

import json
import re
import unicodedata

from refusals import Refusal, require

maximum_levels = 32
maximum_integer = 2**53 - 1
writer = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


def read(data):
    """The value of canonical JSON; anything else is refused."""
    try:
        text = data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=members, parse_int=integer, parse_float=fraction,
                           parse_constant=fraction)
        require(writer.encode(value).encode("utf-8") == data, "json", "not canonical")
    except (ValueError, RecursionError) as error:
        raise Refusal("json", type(error).__name__)
    require(levels(value) <= maximum_levels, "json", "too deep")
    return value


def members(pairs):
    keys = [key.encode("utf-16-be", "surrogatepass") for key, _ in pairs]
    require(all(a < b for a, b in zip(keys, keys[1:])), "json", "keys don't ascend")
    if any(not key.isascii() for key, _ in pairs):
        normal = {unicodedata.normalize("NFC", key) for key, _ in pairs}
        require(len(normal) == len(pairs), "json", "equivalent keys")
    return dict(pairs)


def integer(text):
    require(re.fullmatch("0|-?[1-9][0-9]{0,15}", text), "json", "number")
    require(abs(int(text)) <= maximum_integer, "json", "number")
    return int(text)


def fraction(text):
    raise Refusal("json", "number")


def levels(value):
    if isinstance(value, dict):
        return 1 + max(map(levels, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(levels, value), default=0)
    return 0


def written(value):
    """The canonical JSON of a value that Python made."""
    return writer.encode(ordered(value)).encode("utf-8")


def ordered(value):
    if isinstance(value, dict):
        return {key: ordered(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    return [ordered(item) for item in value] if isinstance(value, list) else value
