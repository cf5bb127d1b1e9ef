"""Checks the specification's worked example by the page alone: every value that can be computed from others on it is.

Written from the specification and the standards that it names, with nothing but Python's standard library.

    worked_example.py <example.md>
"""

import base64
import hashlib
import hmac
import json
import re
import struct
import sys

sys.dont_write_bytecode = True
from standards import *

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


def check_canonical(name):
    value = json.loads(page[name])
    same(name, page[name], canonical(value))
    return value


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
