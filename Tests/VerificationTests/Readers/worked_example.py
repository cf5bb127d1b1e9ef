"""Checks the specification's worked example by the page alone: every value that can be computed from others on it is.

Written from the specification and the standards that it names, with nothing but Python's standard library. It is slow, and
looks after no secret.

    worked_example.py <example.md>
"""

import base64
import hashlib
import hmac
import json
import re
import struct
import sys

checked = 0


def same(name, have, need):
    global checked
    if have != need:
        raise SystemExit(f"{name}: the page has {have!r}, computed was {need!r}")
    checked += 1


# The page.


def read(path):
    values, name, block = {}, None, False
    for line in open(path, encoding="utf-8").read().split("\n"):
        if not block:
            block = line == "```values"
            continue
        if line == "```":
            name, block = None, False
        elif line.startswith("  "):
            values[name] += line[2:] + ("\n" if kinds[name] == "|" else "")
        elif line == "":
            values[name] += "\n"
        else:
            match = re.fullmatch(r"([^ :]+)( = |: | \|)(.*)", line)
            name = match[1]
            if name in values:
                raise SystemExit(f"{name} is there twice")
            kinds[name] = match[2].strip()
            values[name] = match[3]
    return {n: bytes.fromhex(v) if kinds[n] == "=" else v for n, v in values.items()}


kinds = {}
page = read(sys.argv[1])


# Hashes and encodings.


def sha256(data):
    return hashlib.sha256(data).digest()


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def parts(*items):
    """DS: every part after its length."""
    output = b""
    for item in items:
        data = item.encode() if isinstance(item, str) else item
        output += struct.pack(">I", len(data)) + data
    return output


def derive(key, info):
    return hmac.new(key, info + b"\x01", hashlib.sha256).digest()


def canonical(value):
    """RFC 8785 of what has neither fractions nor names beyond ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def check_canonical(name):
    value = json.loads(page[name])
    same(name, page[name], canonical(value))
    return value


def leaf(data):
    return sha256(b"\x00" + data)


def node(left, right):
    return sha256(b"\x01" + left + right)


def root(hashes):
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    return node(root(hashes[:k]), root(hashes[k:]))


# Ed25519 (RFC 8032) and ristretto255 (RFC 9496), in affine and extended coordinates.

p = 2**255 - 19
order = 2**252 + 27742317777372353535851937790883648493
d = -121665 * pow(121666, p - 2, p) % p
sqrt_m1 = pow(2, (p - 1) // 4, p)
neutral = (0, 1, 1, 0)


def add(a, b):
    A = (a[1] - a[0]) * (b[1] - b[0]) % p
    B = (a[1] + a[0]) * (b[1] + b[0]) % p
    C, D = 2 * a[3] * b[3] * d % p, 2 * a[2] * b[2] % p
    E, F, G, H = B - A, D - C, D + C, B + A
    return (E * F % p, G * H % p, F * G % p, E * H % p)


def negative(a):
    return (-a[0] % p, a[1], a[2], -a[3] % p)


def times(scalar, point):
    result = neutral
    scalar %= order
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def affine_x(y, sign):
    square = (y * y - 1) * pow(d * y * y + 1, p - 2, p) % p
    x = pow(square, (p + 3) // 8, p)
    if (x * x - square) % p:
        x = x * sqrt_m1 % p
    if (x * x - square) % p:
        raise SystemExit("not a point")
    return p - x if x & 1 != sign else x


base_y = 4 * pow(5, p - 2, p) % p
base_x = affine_x(base_y, 0)
base = (base_x, base_y, 1, base_x * base_y % p)


def compressed(point):
    inverse = pow(point[2], p - 2, p)
    x, y = point[0] * inverse % p, point[1] * inverse % p
    return (y | (x & 1) << 255).to_bytes(32, "little")


def point(data):
    number = int.from_bytes(data, "little")
    y = number & (1 << 255) - 1
    x = affine_x(y, number >> 255)
    return (x, y, 1, x * y % p)


def public_key(seed):
    return compressed(times(ed25519_scalar(seed)[0], base))


def ed25519_scalar(seed):
    digest = hashlib.sha512(seed).digest()
    number = int.from_bytes(digest[:32], "little")
    return number & (1 << 254) - 8 | 1 << 254, digest[32:]


def signature(seed, message):
    scalar, prefix = ed25519_scalar(seed)
    key = public_key(seed)
    nonce = wide(hashlib.sha512(prefix + message).digest())
    R = compressed(times(nonce, base))
    challenge = wide(hashlib.sha512(R + key + message).digest())
    return R + ((nonce + challenge * scalar) % order).to_bytes(32, "little")


def wide(data):
    return int.from_bytes(data, "little") % order


def number(data):
    return int.from_bytes(data, "little")


def is_odd(x):
    return x % p & 1


def absolute(x):
    return (p - x) % p if is_odd(x) else x % p


def sqrt_ratio(u, v):
    r = u * pow(v, 3, p) * pow(u * pow(v, 7, p), (p - 5) // 8, p) % p
    check = v * r * r % p
    correct, flipped = check == u % p, check == -u % p
    if flipped or check == -u * sqrt_m1 % p:
        r = r * sqrt_m1 % p
    return correct or flipped, absolute(r)


inverse_root_a_minus_d = sqrt_ratio(1, -1 - d)[1]


def ristretto_decoded(data):
    s = number(data)
    if s >= p or s & 1:
        raise SystemExit("not a canonical point")
    ss = s * s % p
    u1, u2 = (1 - ss) % p, (1 + ss) % p
    v = (-d * u1 * u1 - u2 * u2) % p
    square, inverse = sqrt_ratio(1, v * u2 * u2)
    dx = inverse * u2 % p
    dy = inverse * dx * v % p
    x = absolute(2 * s * dx)
    y = u1 * dy % p
    t = x * y % p
    if not square or is_odd(t) or y == 0:
        raise SystemExit("not a point of the group")
    return (x, y, 1, t)


def ristretto_encoded(a):
    x, y, z, t = a
    u1, u2 = (z + y) * (z - y) % p, x * y % p
    inverse = sqrt_ratio(1, u1 * u2 * u2)[1]
    d1, d2 = inverse * u1 % p, inverse * u2 % p
    z_inverse = d1 * d2 * t % p
    if is_odd(t * z_inverse):
        x, y = y * sqrt_m1 % p, x * sqrt_m1 % p
        d2 = d1 * inverse_root_a_minus_d % p
    if is_odd(x * z_inverse):
        y = -y % p
    return absolute(d2 * (z - y)).to_bytes(32, "little")


def ristretto_mapped(data):
    """The element that 64 bytes map to (RFC 9496 section 4.3.4)."""
    return add(one_mapped(data[:32]), one_mapped(data[32:]))


# A root of -d - 1, the one that the standard chose.
sqrt_ad_constant = 25063068953384623474111414158702152701244531502492656460079210482610430750235
one_minus_d_squared = (1 - d * d) % p
d_minus_one_squared = (d - 1) * (d - 1) % p


def one_mapped(data):
    t = (number(data) & (1 << 255) - 1) % p
    r = sqrt_m1 * t * t % p
    u = (r + 1) * one_minus_d_squared % p
    v = (-1 - r * d) * (r + d) % p
    square, s = sqrt_ratio(u, v)
    if not square:
        s = -absolute(s * t) % p
    c = -1 if square else r
    n = (c * (r - 1) * d_minus_one_squared - v) % p
    w0, w1 = 2 * s * v % p, n * sqrt_ad_constant % p
    w2, w3 = (1 - s * s) % p, (1 + s * s) % p
    return (w0 * w3 % p, w2 * w1 % p, w1 * w3 % p, w0 * w2 % p)


B = base
B_blinding = ristretto_mapped(hashlib.sha3_512(ristretto_encoded(B)).digest())


# XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03).


def chacha_rounds(state):
    def quarter(a, b, c, e):
        for x, y, z, shift in ((a, b, e, 16), (c, e, b, 12), (a, b, e, 8), (c, e, b, 7)):
            state[x] = (state[x] + state[y]) & 0xFFFFFFFF
            mixed = state[z] ^ state[x]
            state[z] = (mixed << shift | mixed >> 32 - shift) & 0xFFFFFFFF

    for _ in range(10):
        for a, b, c, e in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)):
            quarter(a, b, c, e)
        for a, b, c, e in ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            quarter(a, b, c, e)


chacha_words = list(struct.unpack("<4I", b"expand 32-byte k"))


def hchacha(key, nonce):
    state = chacha_words + list(struct.unpack("<8I", key)) + list(struct.unpack("<4I", nonce))
    chacha_rounds(state)
    return struct.pack("<8I", *state[:4], *state[12:])


def chacha(key, counter, nonce):
    start = chacha_words + list(struct.unpack("<8I", key)) + [counter]
    start += list(struct.unpack("<3I", nonce))
    state = list(start)
    chacha_rounds(state)
    return struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(start, state)))


def sealed(key, nonce, plaintext, data):
    key, nonce = hchacha(key, nonce[:16]), b"\0" * 4 + nonce[16:]
    stream = b"".join(chacha(key, i + 1, nonce) for i in range(-(-len(plaintext) // 64)))
    ciphertext = bytes(a ^ b for a, b in zip(plaintext, stream))
    once = chacha(key, 0, nonce)
    r = number(once[:16]) & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    message = data + b"\0" * (-len(data) % 16) + ciphertext + b"\0" * (-len(ciphertext) % 16)
    message += struct.pack("<QQ", len(data), len(ciphertext))
    tag = 0
    for start in range(0, len(message), 16):
        tag = (tag + number(message[start : start + 16] + b"\1")) * r % (2**130 - 5)
    return ciphertext + ((tag + number(once[16:32])) % 2**128).to_bytes(16, "little")


# X-Wing (draft-connolly-cfrg-xwing-kem): ML-KEM-768 (FIPS 203) and X25519 (RFC 7748).

q = 3329
zetas = [pow(17, int(format(i, "07b")[::-1], 2), q) for i in range(128)]
gammas = [pow(17, 2 * int(format(i, "07b")[::-1], 2) + 1, q) for i in range(128)]


def ntt(f):
    f, i, length = list(f), 1, 128
    while length >= 2:
        for start in range(0, 256, 2 * length):
            for j in range(start, start + length):
                t = zetas[i] * f[j + length] % q
                f[j + length], f[j] = (f[j] - t) % q, (f[j] + t) % q
            i += 1
        length //= 2
    return f


def inverse_ntt(f):
    f, i, length = list(f), 127, 2
    while length <= 128:
        for start in range(0, 256, 2 * length):
            for j in range(start, start + length):
                t = f[j]
                f[j], f[j + length] = (t + f[j + length]) % q, zetas[i] * (f[j + length] - t) % q
            i -= 1
        length *= 2
    return [x * 3303 % q for x in f]


def products(f, g):
    output = []
    for i in range(128):
        (f0, f1), (g0, g1) = f[2 * i : 2 * i + 2], g[2 * i : 2 * i + 2]
        output += [(f0 * g0 + f1 * g1 * gammas[i]) % q, (f0 * g1 + f1 * g0) % q]
    return output


def sums(*polynomials):
    return [sum(column) % q for column in zip(*polynomials)]


def unpacked(data, width):
    bits = number(data)
    return [bits >> width * i & (1 << width) - 1 for i in range(8 * len(data) // width)]


def packed(values, width):
    bits = sum(value << width * i for i, value in enumerate(values))
    return bits.to_bytes(len(values) * width // 8, "little")


def uniform(seed):
    output, stream = [], hashlib.shake_128(seed).digest(3 * 840)
    for i in range(0, len(stream), 3):
        a, b, c = stream[i : i + 3]
        output += [value for value in (a + 256 * (b % 16), b // 16 + 16 * c) if value < q]
    return output[:256]


def small(seed, count):
    bits = unpacked(hashlib.shake_256(seed + bytes([count])).digest(128), 1)
    return [(bits[i] + bits[i + 1] - bits[i + 2] - bits[i + 3]) % q for i in range(0, 1024, 4)]


def ml_kem_keys(d):
    """The encapsulation key and the secret vector."""
    digest = hashlib.sha3_512(d + b"\x03").digest()
    rho, sigma = digest[:32], digest[32:]
    secret = [ntt(small(sigma, i)) for i in range(3)]
    rows = []
    for i in range(3):
        row = [products(uniform(rho + bytes([j, i])), secret[j]) for j in range(3)]
        rows.append(sums(*row, ntt(small(sigma, 3 + i))))
    return b"".join(packed(row, 12) for row in rows) + rho, secret


def ml_kem_secret(key, secret, ciphertext):
    """Of a ciphertext that was made for the key; what others give isn't looked at."""
    u = [[(q * x + 512) >> 10 for x in unpacked(ciphertext[320 * i : 320 * i + 320], 10)] for i in range(3)]
    v = [(q * x + 8) >> 4 for x in unpacked(ciphertext[960:], 4)]
    product = inverse_ntt(sums(*(products(s, ntt(f)) for s, f in zip(secret, u))))
    message = packed([(2 * (a - b) % (2 * q) + q // 2) // q % 2 for a, b in zip(v, product)], 1)
    return hashlib.sha3_512(message + hashlib.sha3_256(key).digest()).digest()[:32]


def x25519(scalar, u):
    k = number(scalar) & (1 << 254) - 8 | 1 << 254
    x1 = number(u) & (1 << 255) - 1
    x2, z2, x3, z3 = 1, 0, x1, 1
    for bit in range(254, -1, -1):
        if k >> bit & 1:
            x2, z2, x3, z3 = x3, z3, x2, z2
        a, b, c, e = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        x3, z3 = (e * a + c * b) ** 2 % p, x1 * (e * a - c * b) ** 2 % p
        x2, z2 = a * a * b * b % p, (a * a - b * b) * (a * a + 121665 * (a * a - b * b)) % p
        if k >> bit & 1:
            x2, z2, x3, z3 = x3, z3, x2, z2
    return (x2 * pow(z2, p - 2, p) % p).to_bytes(32, "little")


nine = (9).to_bytes(32, "little")


def x_wing_key(seed):
    expanded = hashlib.shake_256(seed).digest(96)
    return ml_kem_keys(expanded[:32])[0] + x25519(expanded[64:], nine)


def x_wing_secret(seed, ciphertext):
    expanded = hashlib.shake_256(seed).digest(96)
    key, secret = ml_kem_keys(expanded[:32])
    first = ml_kem_secret(key, secret, ciphertext[:1088])
    second = x25519(expanded[64:], ciphertext[1088:])
    parts = first + second + ciphertext[1088:] + x25519(expanded[64:], nine)
    return hashlib.sha3_256(parts + b"\\.//^\\").digest()


# AES-256-GCM (FIPS 197, SP 800-38D), without associated data.


def doubled(x):
    return x << 1 & 0xFF ^ (0x1B if x & 0x80 else 0)


substitutes = [0x63] * 256
x = y = 1
for _ in range(255):
    x ^= doubled(x)
    y ^= y << 1
    y ^= y << 2
    y ^= y << 4
    y &= 0xFF
    y ^= 0x09 if y & 0x80 else 0
    z = y ^ y << 1 ^ y << 2 ^ y << 3 ^ y << 4
    substitutes[x] = (z ^ z >> 8) & 0xFF ^ 0x63


def aes_keys(key):
    words, constant = [key[i : i + 4] for i in range(0, 32, 4)], 1
    while len(words) < 60:
        word = words[-1]
        if len(words) % 8 == 0:
            word = bytes(substitutes[b] for b in word[1:] + word[:1])
            word = bytes([word[0] ^ constant]) + word[1:]
            constant = doubled(constant)
        elif len(words) % 8 == 4:
            word = bytes(substitutes[b] for b in word)
        words.append(bytes(a ^ b for a, b in zip(words[-8], word)))
    return [b"".join(words[i : i + 4]) for i in range(0, 60, 4)]


def aes(keys, block):
    state = [a ^ b for a, b in zip(block, keys[0])]
    for i, key in enumerate(keys[1:], 1):
        state = [substitutes[state[(j + 4 * (j % 4)) % 16]] for j in range(16)]
        if i < 14:
            mixed = []
            for j in range(0, 16, 4):
                a = state[j : j + 4]
                mixed += [
                    doubled(a[r] ^ a[(r + 1) % 4]) ^ a[(r + 1) % 4] ^ a[(r + 2) % 4] ^ a[(r + 3) % 4] for r in range(4)
                ]
            state = mixed
        state = [a ^ b for a, b in zip(state, key)]
    return bytes(state)


def gcm_sealed(key, nonce, plaintext):
    keys = aes_keys(key)
    h = int.from_bytes(aes(keys, bytes(16)), "big")
    counter = lambda i: aes(keys, nonce + struct.pack(">I", i))
    stream = b"".join(counter(2 + i) for i in range(-(-len(plaintext) // 16)))
    ciphertext = bytes(a ^ b for a, b in zip(plaintext, stream))
    message = ciphertext + bytes(-len(ciphertext) % 16) + struct.pack(">QQ", 0, 8 * len(ciphertext))
    tag = 0
    for start in range(0, len(message), 16):
        tag ^= int.from_bytes(message[start : start + 16], "big")
        product, v = 0, h
        for bit in range(127, -1, -1):
            if tag >> bit & 1:
                product ^= v
            v = v >> 1 ^ (0xE1 << 120 if v & 1 else 0)
        tag = product
    return ciphertext + bytes(a ^ b for a, b in zip(tag.to_bytes(16, "big"), counter(1)))


# Merlin over STROBE-128 over Keccak-f[1600].

keccak_offsets = [0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14]
keccak_constants = []
register = 1
for _ in range(24):
    constant = 0
    for j in range(7):
        if register & 1:
            constant |= 1 << (1 << j) - 1
        register = register << 1 ^ (0x171 if register & 0x80 else 0)
    keccak_constants.append(constant)


def rotated(word, count):
    return (word << count | word >> 64 - count) & 0xFFFFFFFFFFFFFFFF if count else word


def keccak(state):
    lanes = list(struct.unpack("<25Q", state))
    for constant in keccak_constants:
        columns = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        mix = [columns[(x - 1) % 5] ^ rotated(columns[(x + 1) % 5], 1) for x in range(5)]
        moved = [0] * 25
        for x in range(5):
            for y in range(5):
                i = x + 5 * y
                moved[y + 5 * ((2 * x + 3 * y) % 5)] = rotated(lanes[i] ^ mix[x], keccak_offsets[i])
        for y in range(0, 25, 5):
            for x in range(5):
                lanes[y + x] = moved[y + x] ^ ~moved[y + (x + 1) % 5] & moved[y + (x + 2) % 5] & 0xFFFFFFFFFFFFFFFF
        lanes[0] ^= constant
    return bytearray(struct.pack("<25Q", *lanes))


class Merlin:
    rate = 166

    def __init__(self):
        start = bytes([1, self.rate + 2, 1, 0, 1, 96]) + b"STROBEv1.0.2"
        self.state = keccak(bytearray(start) + bytearray(200 - len(start)))
        self.position = self.begun = 0
        self.begin(0x12)
        self.absorb(b"Merlin v1.0")

    def permute(self):
        self.state[self.position] ^= self.begun
        self.state[self.position + 1] ^= 4
        self.state[self.rate + 1] ^= 0x80
        self.state = keccak(self.state)
        self.position = self.begun = 0

    def absorb(self, data):
        for byte in data:
            self.state[self.position] ^= byte
            self.position += 1
            if self.position == self.rate:
                self.permute()

    def begin(self, flags):
        previous, self.begun = self.begun, self.position + 1
        self.absorb(bytes([previous, flags]))
        if flags & 4 and self.position:
            self.permute()

    def frame(self, label, count):
        self.begin(0x12)
        self.absorb(label.encode() + struct.pack("<I", count))

    def append(self, label, message):
        self.frame(label, len(message))
        self.begin(2)
        self.absorb(message)

    def challenge(self, label, count):
        self.frame(label, count)
        self.begin(7)
        output = bytearray()
        for _ in range(count):
            output.append(self.state[self.position])
            self.state[self.position] = 0
            self.position += 1
            if self.position == self.rate:
                self.permute()
        return bytes(output)


# 1. The log.


def check_key(name, seed, prefix):
    same(name, page[name], public_key(page[seed]))


def check_vkey(name, kind):
    origin = genesis["origin"]
    material = bytes([kind]) + page[f"{name}.key"]
    key_id = sha256(origin.encode() + b"\n" + material)[:4].hex()
    same(f"{name}.vkey", page[f"{name}.vkey"], f"{origin}+{key_id}+{base64.b64encode(material).decode()}")


def kid(key):
    return base64url(sha256(canonical({"crv": "Ed25519", "kty": "OKP", "x": base64url(key)}).encode()))


def jws(header, payload, signed):
    return f"{base64url(header.encode())}.{base64url(payload.encode())}.{base64url(signed)}"


def check_jws(name, seed, kind, header, payload, signed):
    expected = {"alg": "EdDSA", "kid": kid(public_key(page[seed])), "typ": kind}
    same(f"{name}, header", header, json.dumps(expected, separators=(",", ":")))
    message = f"{base64url(header.encode())}.{base64url(payload.encode())}"
    same(f"{name}, signature", signed, signature(page[seed], message.encode()))
    return jws(header, payload, signed)


def check_entry(index, name, seed, kind, handle):
    payload = check_canonical(f"{name}.payload")
    text = check_jws(
        name, seed, kind, page[f"{name}.header"], page[f"{name}.payload"], page[f"{name}.signature"])
    same(f"{name}.digest", page[f"{name}.digest"], base64url(sha256(text.encode())))
    same(f"{name}.leaf_hash", page[f"{name}.leaf_hash"], leaf(text.encode()))
    same(f"{name}, iat", payload["iat"], 1795000000 + 60 * index)
    same(f"{name}, jti", payload["jti"], base64url(bytes([0xA0 + index]) * 16))
    same(f"{name}, iss", payload["iss"], f"https://trine.example/alliance/participants/{handle}")
    if index:
        same(f"{name}, log", payload["log"], page["genesis.digest"])
    return payload, text


def check_note(name, hashes):
    text = f"{genesis['origin']}\n{len(hashes)}\n{base64.b64encode(root(hashes)).decode()}\n"
    time = 1795000000 + 60 * len(hashes)
    same(f"{name}.text", page[f"{name}.text"], text)
    same(f"{name}.cosigned", page[f"{name}.cosigned"], f"cosignature/v1\ntime {time}\n{text}")
    note = text + "\n"
    for role, seed, field, signed in (
        ("log", "seed.log", "signature", text),
        ("clock", "seed.clock", "cosignature", page[f"{name}.cosigned"]),
    ):
        made = signature(page[seed], signed.encode())
        if role == "clock":
            # The page shows the time before the signature.
            made = struct.pack(">Q", time) + made
        same(f"{name}.{field}", page[f"{name}.{field}"], made)
        key_id = bytes.fromhex(page[f"{role}.vkey"].split("+")[1])
        line = base64.b64encode(key_id + made).decode()
        note += f"\u2014 {genesis['origin']} {line}\n"
    same(f"{name}.note", page[f"{name}.note"], note)
    return note


def check_disclosures(name, payload, names):
    digests = []
    for claim in names:
        array = check_canonical(f"{name}.{claim}.json")
        same(f"{name}.{claim}, its name", array[1], claim)
        same(f"{name}.{claim}, its salt", len(from_base64url(array[0])), 32)
        text = base64url(page[f"{name}.{claim}.json"].encode())
        digests.append(base64url(sha256(text.encode())))
        same(f"{name}.{claim}.digest", page[f"{name}.{claim}.digest"], digests[-1])
    same(f"{name}, _sd", payload["_sd"], digests)
    return digests


same("authority.key", page["authority.key"], public_key(page["seed.alliance"]))
same("authority.jwk", page["authority.jwk"],
     canonical({"crv": "Ed25519", "kty": "OKP", "x": base64url(page["authority.key"])}))
same("authority.kid", page["authority.kid"], kid(page["authority.key"]))
same("log.key", page["log.key"], public_key(page["seed.log"]))
same("clock.key", page["clock.key"], public_key(page["seed.clock"]))
document = check_canonical("type.document")
same("type.digest", page["type.digest"], base64url(sha256(page["type.document"].encode())))

genesis, genesis_text = check_entry(0, "genesis", "seed.alliance", "trine-genesis+jwt", "alliance")
log = sha256(genesis_text.encode())
same("genesis.signing_input", page["genesis.signing_input"], genesis_text.rsplit(".", 1)[0])
same("genesis.statement", page["genesis.statement"], genesis_text)
same("genesis, log_key", genesis["log_key"], page["log.vkey"])
same("genesis, clock_key", genesis["clock_key"], page["clock.vkey"])
same("genesis, types", genesis["types"][0]["digest"], page["type.digest"])
same("genesis, authority", genesis["charter"]["authorities"][0]["jwk"], json.loads(page["authority.jwk"]))
same("genesis, host", genesis["host"]["jwk"]["x"], base64url(public_key(page["seed.house"])))
check_vkey("log", 1)
check_vkey("clock", 4)
same("log.address", page["log.address"], f"https://gateway.example#{base64url(log)}")
check_note("checkpoint1", [leaf(genesis_text.encode())])

# 2. A participant.

same("vault.info", page["vault.info"], parts("trine/v1 vault", "1"))
same("vault", page["vault"], derive(page["root.mill"], page["vault.info"]))
vault = page["vault"]
same("encryption.info", page["encryption.info"], parts("trine/v1 encryption key", "1"))
same("encryption.seed", page["encryption.seed"], derive(page["root.mill"], page["encryption.info"]))

names = ["country", "due_diligence", "legal_ids", "legal_name", "size"]
mill, _ = check_entry(1, "mill", "seed.alliance", "trine-admit+jwt", "alliance")
check_disclosures("mill", mill, names)
same("mill, its key", mill["keys"][0]["jwk"]["x"], base64url(public_key(page["seed.mill"])))
same("mill, its X-Wing key", mill["encryption_key"], base64url(x_wing_key(page["encryption.seed"])))
offered = {
    "encryption_key": mill["encryption_key"],
    "identity": [mill["_sd"][i] for i in (0, 2, 3)],
    "keys": [{k: v for k, v in key.items() if k != "pop"} for key in mill["keys"]],
    "roles": mill["roles"],
}
same("fingerprint.J", page["fingerprint.J"], canonical(offered))
fingerprint = sha256(parts("trine/v1 fingerprint", log, "mill", page["fingerprint.J"]))
same("fingerprint.digest", page["fingerprint.digest"], fingerprint)
bits = number(fingerprint[::-1]) >> 126
letters = "".join("0123456789abcdefghjkmnpqrstvwxyz"[bits >> 5 * (25 - i) & 31] for i in range(26))
grouped = "-".join(letters[i : i + 5] for i in range(0, 20, 5)) + "-" + letters[20:]
same("fingerprint.text", page["fingerprint.text"], grouped)

secret = bytes([9]) * 16
same("invitation.line", page["invitation.line"], f"{page['log.address']}.{base64url(secret)}.mill")
same("invitation.token_info", page["invitation.token_info"], parts("trine/v1 invitation token", log))
same("invitation.token", page["invitation.token"], derive(secret, page["invitation.token_info"]))
same("invitation.token_digest", page["invitation.token_digest"], base64url(sha256(page["invitation.token"])))
same("invitation.mac_info", page["invitation.mac_info"], parts("trine/v1 invitation mac", log))
mac = hmac.new(derive(secret, page["invitation.mac_info"]), fingerprint, hashlib.sha256).digest()
same("invitation.mac", page["invitation.mac"], mac)

proof_of_possession = check_canonical("mill.pop.payload")
same("mill.pop, what it says", proof_of_possession, {
    "log": base64url(log), "handle": "mill", "jwk": mill["keys"][0]["jwk"], "fingerprint": base64url(fingerprint)})
pop_header, pop_payload, pop_signature = mill["keys"][0]["pop"].split(".")
same("mill.pop.payload", page["mill.pop.payload"], from_base64url(pop_payload).decode())
same("mill.pop.signature", page["mill.pop.signature"], from_base64url(pop_signature))
check_jws("mill.pop", "seed.mill", "trine-pop+jwt", from_base64url(pop_header).decode(),
          page["mill.pop.payload"], page["mill.pop.signature"])

northbank, _ = check_entry(2, "northbank", "seed.alliance", "trine-admit+jwt", "alliance")
check_disclosures("northbank", northbank, names)
same("northbank, its key", northbank["keys"][0]["jwk"]["x"], base64url(public_key(page["seed.northbank"])))

# 3. A record.

record, _ = check_entry(3, "record", "seed.mill", "dc+sd-jwt", "mill")
jti = from_base64url(record["jti"])
month = format((2026 - 2000) * 12 + 10, "012b")
same("tree.info_0", page["tree.info_0"], parts("trine/v1 month tree 0"))
same("tree.info_1", page["tree.info_1"], parts("trine/v1 month tree 1"))
same("key.info", page["key.info"], parts("trine/v1 field key", jti))


def month_key(key, shown=False):
    for depth in range(1, 13):
        key = derive(key, page[f"tree.info_{month[depth - 1]}"])
        if shown:
            same(f"node.{month[:depth]}", page[f"node.{month[:depth]}"], key)
    return key


def padded(data, least):
    target = least
    while target < len(data) + 1:
        target *= 2
    return data + b"\x80" + b"\0" * (target - len(data) - 1)


leaves = []
for index, (name, least) in enumerate((("number", 256), ("total", 192), ("total_commitment", 192))):
    value = lambda what: page[f"{name}.{what}"]
    info = parts("trine/v1 field root", log, "delivery", name, "0")
    same(f"{name}.root_info", value("root_info"), info)
    same(f"{name}.root", value("root"), derive(vault, info))
    same(f"{name}.month_key", value("month_key"), month_key(value("root"), name == "total"))
    same(f"{name}.key", value("key"), derive(value("month_key"), page["key.info"]))
    array = check_canonical(f"{name}.json")
    same(f"{name}.salt", value("salt"), from_base64url(array[0]))
    same(f"{name}, its name", array[1], name)
    same(f"{name}.disclosure", value("disclosure"), base64url(value("json").encode()))
    same(f"{name}.digest", value("digest"), base64url(sha256(value("disclosure").encode())))
    same(f"{name}, in _sd", record["_sd"][index], value("digest"))
    same(f"{name}.plaintext", value("plaintext"), padded(value("json").encode(), least))
    data = parts("trine/v1 field ciphertext", log, "mill", record["book"], jti, name)
    same(f"{name}.data", value("data"), data)
    made = value("nonce") + sealed(value("key"), value("nonce"), value("plaintext"), data)
    same(f"{name}.ciphertext", value("ciphertext"), made)
    leaves.append(leaf(parts("trine/v1 fields leaf", name, made)))
    same(f"{name}.leaf_hash", value("leaf_hash"), leaves[-1])
same("record, as many digests", len(record["_sd"]), 3)
same("fields.root", page["fields.root"], root(leaves))
same("record, fields_root", record["fields_root"], base64url(page["fields.root"]))

amount = json.loads(page["total.json"])[2]
v = int(amount["value"].replace(".", ""))
same("commitment.v", page["commitment.v"], str(v))
same("commitment.info", page["commitment.info"], parts("trine/v1 commitment blinding", "total"))
okm = hmac.new(page["total.salt"], page["commitment.info"] + b"\x01", hashlib.sha512).digest()
same("commitment.wide", page["commitment.wide"], okm)
r = wide(okm)
same("commitment.r", page["commitment.r"], r.to_bytes(32, "little"))
same("commitment.C", page["commitment.C"], ristretto_encoded(add(times(v, B), times(r, B_blinding))))
same("total_commitment, its value", json.loads(page["total_commitment.json"])[2],
     {"c": base64url(page["commitment.C"]), "scale": 2, "unit": amount["unit"]})

same("source.info", page["source.info"], parts("trine/v1 source root", log))
same("source.root", page["source.root"], derive(vault, page["source.info"]))
same("source.month_key", page["source.month_key"], month_key(page["source.root"]))
same("source.message", page["source.message"],
     parts("trine/v1 business key", json.loads(page["number.json"])[2]))
source = hmac.new(page["source.month_key"], page["source.message"], hashlib.sha256).digest()
same("source.mac", page["source.mac"], source)
same("record, source", record["source"], base64url(source))
same("record, vct", record["vct"], document["vct"])
integrity = base64.b64encode(sha256(page["type.document"].encode())).decode()
same("record, vct#integrity", record["vct#integrity"], f"sha256-{integrity}")

# 4. A grant.

grant, _ = check_entry(4, "grant", "seed.mill", "trine-grant+jwt", "mill")
check_disclosures("grant", grant, [
    "data_life", "epochs", "fetches", "fields", "recipient_key", "request", "scope", "statements", "to"])
same("northbank, its X-Wing key", northbank["encryption_key"],
     base64url(x_wing_key(page["seed.northbank.encryption"])))
recipient = sha256(from_base64url(northbank["encryption_key"]))
same("envelope.recipient_key", page["envelope.recipient_key"], base64url(recipient))
same("grant, recipient_key", json.loads(page["grant.recipient_key.json"])[2], base64url(recipient))
given = check_canonical("envelope.plaintext")
for name, key in zip(("total", "total_commitment"), given["keys"]):
    same("envelope, a field", (key["field"], key["epoch"], key["node"]), (name, 0, month[:11]))
    last = derive(from_base64url(key["key"]), page[f"tree.info_{month[11]}"])
    same("envelope, a node", last, page[f"{name}.month_key"])
same("envelope, its keys", len(given["keys"]), 2)
carrier = from_base64url(grant["jti"])
same("envelope.info", page["envelope.info"], parts("trine/v1 envelope", log, carrier, "mill", "northbank", recipient))
envelope = from_base64url(page["envelope.bytes"])
same("envelope.bytes, how many", len(envelope), 1120 + len(page["envelope.plaintext"]) + 16)
same("envelope.digest", page["envelope.digest"], base64url(sha256(envelope)))
same("grant, envelope", grant["envelope"], page["envelope.digest"])

suite = b"HPKE-v1HPKE" + bytes.fromhex("647a00010002")


def extract(salt, label, data):
    return hmac.new(salt, suite + label + data, hashlib.sha256).digest()


def expand(key, label, context, count):
    info = struct.pack(">H", count) + suite + label + context
    return derive(key, info)[:count]


shared = x_wing_secret(page["seed.northbank.encryption"], envelope[:1120])
same("hpke.shared_secret", page["hpke.shared_secret"], shared)
same("hpke.psk_id_hash", page["hpke.psk_id_hash"], extract(b"", b"psk_id_hash", b""))
same("hpke.info_hash", page["hpke.info_hash"], extract(b"", b"info_hash", page["envelope.info"]))
same("hpke.secret", page["hpke.secret"], extract(page["hpke.shared_secret"], b"secret", b""))
context = b"\0" + page["hpke.psk_id_hash"] + page["hpke.info_hash"]
same("hpke.key", page["hpke.key"], expand(page["hpke.secret"], b"key", context, 32))
same("hpke.nonce", page["hpke.nonce"], expand(page["hpke.secret"], b"base_nonce", context, 12))
encrypted = gcm_sealed(page["hpke.key"], page["hpke.nonce"], page["envelope.plaintext"].encode())
same("envelope.bytes, its ciphertext", envelope[1120:], encrypted)

# 5. A receipt.

hashes = [page[f"{name}.leaf_hash"] for name in ("genesis", "mill", "northbank", "record", "grant")]
same("node.0-1", page["node.0-1"], node(hashes[0], hashes[1]))
same("node.2-3", page["node.2-3"], node(hashes[2], hashes[3]))
same("node.0-3", page["node.0-3"], node(page["node.0-1"], page["node.2-3"]))
same("root5", page["root5"], root(hashes))
note = check_note("checkpoint5", hashes)
way = [hashes[2], page["node.0-1"], hashes[4]]
same("the inclusion proof", node(node(way[1], node(way[0], hashes[3])), way[2]), page["root5"])
lines = ["c2sp.org/tlog-proof@v1", "index 3"] + [base64.b64encode(hash).decode() for hash in way]
same("receipt", page["receipt"], "\n".join(lines) + "\n\n" + note)

# 6. A proof.


def little(value):
    return struct.pack("<q", value)


transcript = Merlin()
messages = []
scalars = []
for block in ("context", "statements", "equality", "range"):
    for line in page[f"transcript.{block}"].splitlines():
        label, arrow, data = line.split(" ")
        data = bytes.fromhex(data)
        if arrow == "<-":
            transcript.append(label, data)
            messages.append((label, data))
        else:
            same(f"transcript.{block}, {label}", data, transcript.challenge(label, len(data)))
            scalars.append((label, wide(data)))
same("proof.seal", page["proof.seal"], transcript.challenge("seal", 32))

C = page["commitment.C"]
statement = lambda bound, end: [
    ("statement", b"linear"), ("bound", bound), ("end", little(end)), ("terms", little(1)), ("value", little(0)),
    ("weight", little(1)), ("units", b"common"), ("unit", b"EUR"), ("scale", little(2))]
expected = [
    ("dom-sep", b"trine/commitments/presentation/v1"), ("suite", b"\1"), ("log", log), ("tree-size", little(5)),
    ("tree-root", page["root5"]), ("grantee", b"northbank"), ("grant", base64url(b"\xa5" * 16).encode()),
    ("purpose", b"credit-assessment"), ("expiry", little(1795000300 + 30 * 86400)), ("records", little(1)),
    ("jti", record["jti"].encode()), ("digest", from_base64url(page["record.digest"])), ("values", little(1)),
    ("record", little(0)), ("field", b"total"), ("unit", b"EUR"), ("scale", little(2)), ("commitment", C),
    ("statements", little(2))]
expected += statement(b"exactly", 123450) + statement(b"at-least", 100000)
D = add(ristretto_decoded(C), negative(times(123450, B)))
V = add(ristretto_decoded(C), negative(times(100000, B)))
same("proof.D", page["proof.D"], ristretto_encoded(D))
same("proof.V", page["proof.V"], ristretto_encoded(V))
proof = page["proof"]
same("proof, its length", len(proof), 1 + 64 + 672)
same("proof, its suite", proof[0], 1)
elements = [proof[i : i + 32] for i in range(1, len(proof), 32)]
expected += [("equalities", little(1)), ("zero", page["proof.D"]), ("nonce", elements[0]), ("response", elements[1])]
labels = ["A", "S", "T_1", "T_2", "t_x", "t_x_blinding", "e_blinding"] + ["L", "R"] * 6 + ["a", "b"]
expected += [("dom-sep", b"rangeproof v1"), ("n", little(64)), ("m", little(1)), ("V", page["proof.V"])]
for label, data in zip(labels, elements[2:]):
    if label == "L" and expected[-1][0] == "e_blinding":
        expected += [("dom-sep", b"ipp v1"), ("n", little(64))]
    expected.append((label, data))
same("the transcript's messages", messages, expected)
same("the transcript's challenges", [label for label, _ in scalars],
     ["combine", "challenge", "y", "z", "x", "w"] + ["u"] * 6)

# The equality.
(_, combine), (_, c), (_, y), (_, z), (_, x), (_, w), *us = scalars
us = [u for _, u in us]
right = add(ristretto_decoded(elements[0]), times(c, D))
same("the equality", ristretto_encoded(times(number(elements[1]), B_blinding)), ristretto_encoded(right))

# The range (Bulletproofs, sections 4.2 and 3), with the generators of the specification.
A, S, T1, T2 = (ristretto_decoded(data) for data in elements[2:6])
t_x, t_x_blinding, e_blinding = (number(data) for data in elements[6:9])
rounds = [(ristretto_decoded(elements[9 + 2 * i]), ristretto_decoded(elements[10 + 2 * i])) for i in range(6)]
a, b = number(elements[21]), number(elements[22])
for scalar in elements[6:9] + elements[21:]:
    same("a scalar is reduced", number(scalar) < order, True)


def generators(letter):
    stream = hashlib.shake_256(b"GeneratorsChain" + letter + struct.pack("<I", 0)).digest(64 * 64)
    return [ristretto_mapped(stream[64 * i : 64 * i + 64]) for i in range(64)]


def total(terms):
    result = neutral
    for scalar, element in terms:
        result = add(result, times(scalar, element))
    return result


inverse = lambda scalar: pow(scalar, order - 2, order)
delta = (z - z * z) * sum(pow(y, i, order) for i in range(64)) - pow(z, 3, order) * (2**64 - 1)
left = total([(t_x, B), (t_x_blinding, B_blinding)])
right = total([(z * z, V), (delta, B), (x, T1), (x * x, T2)])
same("the range, its polynomial", ristretto_encoded(left), ristretto_encoded(right))

G, H = generators(b"G"), generators(b"H")
inverse_y = inverse(y)
H = [times(pow(inverse_y, i, order), H[i]) for i in range(64)]
P = total([(1, A), (x, S), (-e_blinding, B_blinding), (w * t_x, B)]
          + [(-z, g) for g in G]
          + [(z * pow(y, i, order) + z * z * 2**i, H[i]) for i in range(64)])
for u, (L, R) in zip(us, rounds):
    P = total([(1, P), (u * u, L), (inverse(u) ** 2, R)])
    half = len(G) // 2
    G = [total([(inverse(u), G[i]), (u, G[i + half])]) for i in range(half)]
    H = [total([(u, H[i]), (inverse(u), H[i + half])]) for i in range(half)]
same("the range, its inner product", ristretto_encoded(P),
     ristretto_encoded(total([(a, G[0]), (b, H[0]), (w * a * b, B)])))

print(f"{checked} values agree")
