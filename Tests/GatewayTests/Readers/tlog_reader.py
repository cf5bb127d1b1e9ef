"""Reads a log served over HTTP as C2SP's tlog-tiles, tlog-checkpoint and signed-note say, and with
nothing else: verifies the checkpoint's signature, fetches every tile and entry bundle, recomputes the
whole tree from the entries, and compares. Prints what it found as JSON; exits 1 at the first fault.

    tlog_reader.py http://127.0.0.1:8087 VKEY
"""

import base64
import hashlib
import json
import sys
import urllib.error
import urllib.request

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def fail(words):
    print(words, file=sys.stderr)
    sys.exit(1)


def need(condition, words):
    if not condition:
        fail(words)


def request(url, method="GET"):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def get(path, media_type, cache):
    """The bytes at a path, by GET, with the same headers by HEAD."""
    status, headers, body = request(base + path)
    need(status == 200, f"{path}: {status}")
    need(headers["content-type"] == media_type, f"{path} is {headers['content-type']}")
    for word in cache:
        need(word in headers["cache-control"], f"{path} is cached as {headers['cache-control']}")
    need(int(headers["content-length"]) == len(body), f"{path}: another length")
    status, by_head, nothing = request(base + path, "HEAD")
    need(status == 200 and nothing == b"", f"HEAD {path}: {status}")
    for name in ["content-type", "content-length", "cache-control"]:
        need(by_head[name] == headers[name], f"HEAD {path}: {name} is {by_head[name]}")
    return body


def missing(path):
    status, headers, _ = request(base + path)
    need(status == 404, f"{path} should be missing: {status}")
    need("immutable" not in (headers["cache-control"] or ""), f"{path}: its absence is cached")


def checkpoint(note):
    """Origin, size and root of a note that the log's key signed."""
    text, _, signatures = note.decode("utf-8").rpartition("\n\n")
    text += "\n"
    name, key_hash, key = vkey.split("+", 2)
    key = base64.b64decode(key, validate=True)
    need(key[0] == 1, "the key isn't Ed25519")
    key_id = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    need(key_id.hex() == key_hash, "the key's hash is another")
    verified = False
    for line in signatures.splitlines():
        dash, signer, signature = line.split(" ")
        need(dash == "\u2014", "not a signature line")
        signature = base64.b64decode(signature, validate=True)
        if signer == name and signature[:4] == key_id:
            try:
                Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature[4:], text.encode())
                verified = True
            except InvalidSignature:
                fail("the checkpoint's signature doesn't hold")
    need(verified, "the log's key didn't sign")
    lines = text.split("\n")
    need(lines[0] == name and lines[1] == str(int(lines[1])) and lines[3:] == [""], "the form")
    root = base64.b64decode(lines[2], validate=True)
    need(len(root) == 32, "the root's length")
    return lines[0], int(lines[1]), root


def number(index):
    text = f"{index:03d}"
    text = text.zfill((len(text) + 2) // 3 * 3)
    groups = [text[place:place + 3] for place in range(0, len(text), 3)]
    return "/".join(["x" + group for group in groups[:-1]] + groups[-1:])


def places(count):
    """The tiles that hold `count` hashes, full and partial."""
    for index in range(count // 256):
        yield index, 256
    if count % 256:
        yield count // 256, count % 256


def path(level, index, width):
    return f"/tile/{level}/{number(index)}" + ("" if width == 256 else f".p/{width}")


def tree_hash(hashes):
    """RFC 6962 §2.1 over hashes of complete subtrees, which is what a level is."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\x01" + tree_hash(hashes[:split]) + tree_hash(hashes[split:])).digest()


base, vkey = sys.argv[1:]
immutable = ["immutable", "max-age="]
note = get("/checkpoint", "text/plain; charset=utf-8", ["max-age="])
origin, size, root = checkpoint(note)
octets = "application/octet-stream"

entries = []
for index, width in places(size):
    bundle = get(path("entries", index, width), octets, immutable)
    for _ in range(width):
        length = int.from_bytes(bundle[:2], "big")
        need(len(bundle) >= 2 + length, "a bundle ends in an entry")
        entries.append(bundle[2:2 + length])
        bundle = bundle[2 + length:]
    need(bundle == b"", "a bundle has more")

leaves = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries]
need(tree_hash(leaves) == root, "the entries have another root")

tiles = 0
level, hashes = 0, leaves
while hashes:
    for index, width in places(len(hashes)):
        expected = b"".join(hashes[index * 256:index * 256 + width])
        served = get(path(level, index, width), octets, immutable)
        need(served == expected, f"tile {level}/{index} is another")
        tiles += 1
        # Every narrower tile, one at the least, is a beginning of it.
        for narrow in {1, width // 2, width - 1} - {0}:
            part = get(path(level, index, narrow), octets, immutable)
            need(part == expected[:narrow * 32], f"tile {level}/{index}.p/{narrow} is another")
    width = len(hashes) % 256
    missing(path(level, len(hashes) // 256, 256))
    if width < 255:
        missing(path(level, len(hashes) // 256, width + 1))
    hashes = [
        tree_hash(hashes[place:place + 256]) for place in range(0, len(hashes) - 255, 256)]
    level += 1
missing(path(level, 0, 1))
missing(path(level, 0, 256))

# Whatever was added meanwhile, what was read is still there.
again = checkpoint(get("/checkpoint", "text/plain; charset=utf-8", ["max-age="]))
need(again[1] >= size, "the log shrank")
print(json.dumps({
    "origin": origin, "size": size, "root": base64.b64encode(root).decode(), "tiles": tiles,
    "levels": level}))
