"""The algorithms of the standards that the specification names, by Python's standard library alone: for checking values. They are
slow, and look after no secret.
"""

import base64
import hashlib
import hmac
import json
import struct

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
