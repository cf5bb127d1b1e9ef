"""Makes a package one's own: the same statements under keys whose seeds are known, so that what is changed can be
signed again and the checks behind the signatures are reached.
"""

import base64
import copy
import functools
import struct

import canonical_json
from standards import (B, B_blinding, add, base64url, from_base64url, leaf, node, order, parts, public_key,
                       ristretto_encoded, sha256, signature, times)
from statement_forms import kinds, thumbprint
import value_proofs

spread = 3  # Between two entries of the package there is room for others.
held = functools.lru_cache(maxsize=100_000)
sign, public, product = held(signature), held(public_key), held(times)


def seed_of(name):
    return sha256(b"own " + name.encode())


def jwk(name):
    return {"crv": "Ed25519", "kty": "OKP", "x": base64url(public(seed_of(name)))}


def kid_of(name):
    return thumbprint(jwk(name))


def vkey(name, kind, seed):
    material = bytes([kind]) + public(seed)
    return f"{name}+{sha256(name.encode() + bytes([10]) + material)[:4].hex()}+{base64.b64encode(material).decode()}"


def jws(seed, kid, kind, payload):
    header = f'{{"alg":"EdDSA","kid":"{kid}","typ":"{kind}"}}'
    signed = f"{base64url(header.encode())}.{base64url(canonical_json.written(payload))}"
    return f"{signed}.{base64url(sign(seed, signed.encode()))}"


class Draft:
    """A statement before it is signed. `key` names the seed of its key; `claims` are [salt, name, value]."""

    def __init__(self, slot, index, kind, payload, key, claims=(), document=None):
        self.slot, self.index, self.kind, self.payload, self.key = slot, index, kind, payload, key
        self.claims, self.document = [list(item) for item in claims], document


def opened(jws):
    header, payload, _ = jws.split(".")
    return (canonical_json.read(from_base64url(header)), canonical_json.read(from_base64url(payload)))


def kind_of(header):
    return header["typ"] if header["typ"] == "dc+sd-jwt" else header["typ"][len("trine-"):-len("+jwt")]


class Model:
    """A package as drafts."""

    def __init__(self, file):
        self.note = file["checkpoint"]
        self.size = int(self.note.split("\n")[1]) * spread
        self.names = {}
        self.drafts = []
        self.dated, self.proves = None, "proof" in file
        self.links = file["proof"].get("links") if self.proves else None
        for slot in ("genesis", "participants", "types", "grant", "carrier", "access", "records", "erasures"):
            value = file[slot]
            for item in value if isinstance(value, list) else [value]:
                document = item["document"] if slot == "types" else None
                logged = item["statement"] if slot == "types" else item
                if logged is None and slot != "types":
                    continue
                self.drafts.append(self.draft(slot, logged, document))
        self.hooks = {}

    def draft(self, slot, logged, document):
        if logged is None:
            return Draft(slot, None, None, None, None, (), document)
        text, *disclosures, _ = logged["sd_jwt"].split("~")
        header, payload = opened(text)
        claims = [canonical_json.read(from_base64url(item)) for item in disclosures]
        return Draft(slot, logged["index"] * spread, kind_of(header), self.renamed(payload), header["kid"], claims,
                     document)

    def renamed(self, value):
        """The same with our own keys: one is named by the thumbprint of the key in whose place it is."""
        if isinstance(value, dict):
            if value.get("kty") == "OKP":
                return self.jwk(thumbprint(value))
            return {name: self.renamed(item) for name, item in value.items()}
        return [self.renamed(item) for item in value] if isinstance(value, list) else value

    def jwk(self, name):
        key = jwk(name)
        self.names[key["x"]] = name
        return key

    def find(self, slot, number=0):
        return [draft for draft in self.drafts if draft.slot == slot][number]

    def logged(self):
        return sorted((draft for draft in self.drafts if draft.kind), key=lambda draft: draft.index)

    # Built anew.

    def package(self):
        """The package and its trust. What follows from other things follows here; `hooks` change it before it is
        signed: by (draft, "payload"), (draft, "claims"), (draft, "fetch")."""
        origin = self.find("genesis").payload["origin"]
        log_seed, clock_seed = seed_of("log"), seed_of("clock")
        self.log, leaves, self.texts = None, [sha256(b"filler %d" % i) for i in range(self.size)], {}
        for draft in self.logged():
            payload = copy.deepcopy(draft.payload)
            if draft.kind == "genesis":
                payload["log_key"], payload["clock_key"] = vkey(origin, 1, log_seed), vkey(origin, 4, clock_seed)
            else:
                payload["log"] = self.log
            claims = copy.deepcopy(draft.claims)
            if draft.kind == "access":
                self.carry(draft, claims)
            if "at" in payload:
                payload["at"] = {"root": base64url(tree_root(leaves[: payload["at"]["size"]])),
                                 "size": payload["at"]["size"]}
            self.hook(draft, "claims", claims)
            texts = [base64url(canonical_json.written(item)) for item in claims]
            if "_sd" in payload:
                self.place(draft, payload, claims, texts)
            self.hook(draft, "payload", payload)
            self.follow(draft, payload)
            self.hook(draft, "last", payload)
            typ = draft.kind if draft.kind == "dc+sd-jwt" else f"trine-{draft.kind}+jwt"
            name = draft.key
            text = jws(seed_of(name), kid_of(name), typ, payload)
            if draft.kind == "genesis":
                self.log = base64url(sha256(text.encode()))
            leaves[draft.index] = leaf(text.encode())
            self.texts[draft] = (text, texts)
        return self.assembled(origin, leaves, log_seed, clock_seed)

    def hook(self, draft, stage, value):
        for change in self.hooks.get((draft, stage), []):
            change(value)

    def carry(self, draft, claims):
        for item in claims:
            if item[1] == "fetch":
                header, payload = opened(item[2])
                payload["log"] = self.log
                self.hook(draft, "fetch", payload)
                name = getattr(draft, "fetch_key", header["kid"])
                item[2] = jws(seed_of(name), kid_of(name), header["typ"], payload)

    def place(self, draft, payload, claims, texts):
        names = sorted(kinds[draft.kind][2]) if draft.kind != "dc+sd-jwt" else self.sealed_names(payload)
        for item, text in zip(claims, texts):
            if item[1] in names and names.index(item[1]) < len(payload["_sd"]):
                payload["_sd"][names.index(item[1])] = base64url(sha256(text.encode()))

    def sealed_names(self, payload):
        for draft in self.drafts:
            if draft.document and f'"vct":"{payload["vct"]}"' in draft.document:
                return sealed_names(draft.document)
        return []

    def follow(self, draft, payload):
        """Proofs of possession and approvals, which follow from the rest."""
        if draft.kind == "admit":
            offered = {
                "encryption_key": payload.get("encryption_key"),
                "identity": [payload["_sd"][i] for i in (0, 2, 3) if i < len(payload.get("_sd", []))],
                "keys": [{name: item for name, item in key.items() if name != "pop"} for key in payload["keys"]],
                "roles": payload.get("roles")}
            fingerprint = sha256(parts("trine/v1 fingerprint", from_base64url(self.log), payload.get("handle", ""),
                                       canonical_json.written(offered)))
            for key in payload["keys"]:
                self.possess(key, {"fingerprint": base64url(fingerprint), "handle": payload.get("handle"),
                                   "jwk": key.get("jwk"), "log": self.log})
        elif draft.kind == "key":
            says = {"handle": payload["iss"].rpartition("/")[2], "jwk": payload["jwk"], "kid": kid_of(draft.key),
                    "log": self.log, "scopes": payload["scopes"]}
            if "until" in payload:
                says["until"] = payload["until"]
            self.possess(payload, says)
        approvers = getattr(draft, "approvers", [])
        if approvers:
            left = {name: item for name, item in payload.items() if name not in ("approvals", "iss", "iat")}
            if draft.kind == "time":
                left["iat"] = payload["iat"]
            motion = base64url(sha256(parts("trine/v1 motion", draft.kind, canonical_json.written(left))))
            payload["approvals"] = [self.approval(draft, payload, motion, *who) for who in approvers]

    def approval(self, draft, payload, motion, handle, key):
        own = {"exp": payload["iat"] + 86400, "iat": payload["iat"], "iss": self.issuer(handle),
               "jti": base64url(sha256(f"{draft.index} {handle}".encode())[:16]), "log": self.log, "motion": motion}
        self.hook(draft, "approval", own)
        return jws(seed_of(key), kid_of(key), "trine-approval+jwt", own)

    def possess(self, key, says):
        name = self.names.get(key.get("jwk", {}).get("x"), "nobody")
        key["pop"] = jws(seed_of(name), kid_of(name), "trine-pop+jwt", says)

    def issuer(self, handle):
        return f"https://{self.find('genesis').payload['origin']}/participants/{handle}"

    def assembled(self, origin, leaves, log_seed, clock_seed):
        root = tree_root(leaves)
        text = f"{origin}\n{len(leaves)}\n{base64.b64encode(root).decode()}\n"
        log_key, clock_key = vkey(origin, 1, log_seed), vkey(origin, 4, clock_seed)
        note = text + "\n" + line(log_key, sign(log_seed, text.encode()))
        if self.dated is not None:
            message = f"cosignature/v1\ntime {self.dated}\n{text}"
            note += line(clock_key, struct.pack(">Q", self.dated) + sign(clock_seed, message.encode()))
        file = {"format": "trine-package/1", "checkpoint": note, "participants": [], "types": [], "carrier": None,
                "records": [], "erasures": []}
        for draft in sorted(self.drafts, key=lambda draft: draft.slot != "types" and draft.index or 0):
            logged = None
            if draft.kind:
                text, disclosures = self.texts[draft]
                logged = {"index": draft.index, "sd_jwt": "~".join([text, *disclosures, ""]),
                          "proof": [base64.b64encode(item).decode() for item in inclusion(leaves, draft.index)]}
            if draft.slot == "types":
                file["types"].append({"document": draft.document, "statement": logged})
            elif draft.slot in ("participants", "records", "erasures"):
                file[draft.slot].append(logged)
            else:
                file[draft.slot] = logged
        file["types"].sort(key=lambda item: item["statement"]["index"] if item["statement"] else 0)
        file["records"].sort(key=place_of)
        if self.proves:
            file["proof"] = self.proof(leaves)
        return file, f"{self.log}\n{log_key}\n"

    # Proofs by equalities alone.

    def proof(self, leaves):
        grant = self.find("grant")
        terms = {item[1]: item[2] for item in grant.claims}
        at = grant.payload["at"]["size"]
        consistency = consistency_proof(leaves, at) if 0 < at <= len(leaves) else []
        try:
            presentation = self.presentation(grant, terms, leaves, at)
        except (Exception, SystemExit):
            presentation = b"\1" + bytes(64)
        proof = {"consistency": [base64.b64encode(item).decode() for item in consistency],
                 "presentation": base64url(presentation)}
        return proof if self.links is None else {**proof, "links": self.links}

    def presentation(self, grant, terms, leaves, at):
        statements = [value_proofs.Statement(text) for text in terms["statements"]]
        for statement, links in zip((one for one in statements if one.kind == "linked"), self.links or []):
            statement.take(value_proofs.Links(links))
        by_place = {(draft.payload["book"], draft.payload["record_number"]): draft for draft in self.drafts
                    if draft.slot == "records"}
        places = [(item["book"], number) for item in terms["scope"]["records"]
                  for number in range(item["from"], item["to"] + 1)]
        records, values, secrets = [], [], []
        for i, place in enumerate(places):
            draft = by_place[place]
            records.append((*place, draft.payload["jti"], sha256(self.texts[draft][0].encode())))
            fields = {field for one in statements for field in one.fields}
            fields |= {spot[2] for one in statements for spot in one.places if spot[:2] == place}
            claims = {item[1]: item[2] for item in draft.claims}
            for field in sorted(fields):
                value = claims[field + "_commitment"]
                values.append((i, field, value["unit"], value["scale"], from_base64url(value["c"])))
                secrets.append(draft.blindings[field])
        context = value_proofs.Context(from_base64url(self.log), at, tree_root(leaves[:at]), terms["to"],
                                       grant.payload["jti"], grant.payload["purpose"], grant.payload["exp"])
        owed = context.obligations(statements, records, values)
        assert not owed.ranges
        blindings = [sum(weight * secrets[i] for weight, i in made) for made in owed.zero_terms]
        transcript = owed.transcript
        transcript.append("equalities", value_proofs.little(len(owed.zeros)))
        for zero in owed.zeros:
            transcript.append("zero", ristretto_encoded(zero))
        x = value_proofs.challenge(transcript, "combine")
        k = 123456789
        R = ristretto_encoded(product(k, B_blinding))
        transcript.append("nonce", R)
        c = value_proofs.challenge(transcript, "challenge")
        s = (k + c * sum(pow(x, j, order) * rho for j, rho in enumerate(blindings))) % order
        return b"\1" + R + s.to_bytes(32, "little")


@held
def sealed_names(document):
    fields = canonical_json.read(document.encode())["trine"]["fields"]
    names = [field["name"] for field in fields]
    committed = [field["name"] + "_commitment" for field in fields
                 if field["kind"] in ("amount", "quantity") or "commit" in field]
    return sorted(names + committed)


@held
def committed(value, blinding):
    return base64url(ristretto_encoded(add(product(value % order, B), product(blinding, B_blinding))))


def line(key, data):
    name, key_id, _ = key.split("+", 2)
    return f"\u2014 {name} {base64.b64encode(bytes.fromhex(key_id) + data).decode()}\n"


def place_of(logged):
    payload = opened(logged["sd_jwt"].split("~")[0])[1]
    series, _, month = str(payload.get("book")).partition("/")
    return month, series, str(payload.get("record_number")).zfill(10)


def split(count):
    k = 1
    while 2 * k < count:
        k *= 2
    return k


def tree_root(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"")
    k = split(len(leaves))
    return node(tree_root(leaves[:k]), tree_root(leaves[k:]))


def inclusion(leaves, index):
    if len(leaves) < 2:
        return []
    k = split(len(leaves))
    if index < k:
        return inclusion(leaves[:k], index) + [tree_root(leaves[k:])]
    return inclusion(leaves[k:], index - k) + [tree_root(leaves[:k])]


def consistency_proof(leaves, old, whole=True):
    if old == len(leaves):
        return [] if whole else [tree_root(leaves)]
    k = split(len(leaves))
    if old <= k:
        return consistency_proof(leaves[:k], old, whole) + [tree_root(leaves[k:])]
    return consistency_proof(leaves[k:], old - k, False) + [tree_root(leaves[:k])]
