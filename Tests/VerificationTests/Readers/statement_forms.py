"""The form of every statement that a package can have (statements.md). A form is a function that refuses what isn't
of it.
"""

import re

import canonical_json
import signatures
from refusals import Refusal, require
from standards import base64url, from_base64url, parts, sha256

maximum_jws_bytes = 65535
maximum_time = 253_402_300_799
maximum_record_number = 999_999_999

roles = ["enterprise", "lender", "regulator", "operator", "attestor", "guarantor", "witness"]
scopes = ["seal", "close", "grant", "revoke", "erase", "request", "fetch", "open", "query", "present", "approve",
          "serve", "all"]
purposes = ["credit-assessment", "credit-monitoring", "receivables-financing", "supply-chain-financing", "guarantee",
            "inspection", "audit", "statistics"]
reasons = ["unspecified", "purpose-fulfilled", "consent-withdrawn", "key-compromised", "entered-in-error",
           "retention-ended", "data-subject-request", "breach-of-terms", "supervisory-order", "resolved", "given-back"]
sizes = ["micro", "small", "medium", "large"]
schemes = ["lei", "vat", "register", "tax", "gln", "duns"]


def is_control(c):
    """Whether a name that others will read can't have it (statements.md, "Control characters")."""
    n = ord(c)
    ranges = ((0, 0x1F), (0x7F, 0x9F), (0x200E, 0x200F), (0x2028, 0x2029), (0x202A, 0x202E), (0x2066, 0x2069),
              (0xFFF9, 0xFFFB), (0xE0000, 0xE007F), (0xFDD0, 0xFDEF))
    return n in (0x61C, 0xFEFF) or n & 0xFFFE == 0xFFFE or any(a <= n <= b for a, b in ranges)


# Building blocks.


def any_of(values):
    return lambda value: require(isinstance(value, str) and value in values, "form", "code")


def matching(pattern):
    return lambda value: require(isinstance(value, str) and re.fullmatch(pattern, value, re.ASCII), "form", pattern)


def integer(least, most=canonical_json.maximum_integer):
    def form(value):
        require(type(value) is int and least <= value <= most, "form", "integer")
    return form


def text(least, most, visible=False):
    def form(value):
        require(isinstance(value, str) and least <= len(value.encode()) <= most, "form", "text")
        require(not visible or not any(map(is_control, value)), "form", "control character")
    return form


def or_null(form):
    return lambda value: value is None or form(value)


def list_of(form, least, most):
    def whole(value):
        require(isinstance(value, list) and least <= len(value) <= most, "form", "list")
        for item in value:
            form(item)
    return whole


def ascending(form, least, most, order=lambda item: item):
    def whole(value):
        list_of(form, least, most)(value)
        keys = [order(item) for item in value]
        require(all(a < b for a, b in zip(keys, keys[1:])), "form", "ascending")
    return whole


def members(required, optional={}):
    def form(value):
        require(isinstance(value, dict), "form", "object")
        for name in required:
            require(name in value, "form", f"{name} is missing")
        for name, item in value.items():
            require(name in required or name in optional, "form", f"{name} isn't a member")
            (required.get(name) or optional[name])(item)
    return form


def decoded(value):
    """The bytes of a base64url text in its one spelling."""
    require(isinstance(value, str) and re.fullmatch("[A-Za-z0-9_-]*", value, re.ASCII), "form", "base64url")
    require(len(value) % 4 != 1, "form", "base64url")
    data = from_base64url(value)
    require(base64url(data) == value, "form", "base64url")
    return data


def sized(count):
    return lambda value: require(len(decoded(value)) == count, "form", f"{count} bytes")


digest, jti = sized(32), sized(16)
encryption_key = sized(1216)
handle = matching("[a-z][a-z0-9-]{2,31}")
time = integer(0, maximum_time)
count = integer(0)
positive = integer(1)
series = matching("[a-z][a-z0-9-]{0,23}")
field_name = matching("[a-z0-9_]{1,64}")
anything = lambda value: None


def month(value):
    matching("[0-9]{4}-(0[1-9]|1[0-2])")(value)
    require("2000-01" <= value <= "2341-04", "form", "month")


def book(value):
    require(isinstance(value, str) and value.count("/") == 1, "form", "book")
    series(value.split("/")[0])
    month(value.split("/")[1])


def book_order(name):
    """By month, then by the code units of the series."""
    return name.split("/")[1], name.split("/")[0]


def origin(value):
    matching("[a-z0-9./_-]{3,128}")(value)
    require("." in value and "//" not in value and value.strip("/") == value, "form", "origin")


def jwk(value):
    members({"crv": any_of(["Ed25519"]), "kty": any_of(["OKP"]), "x": digest})(value)
    require(signatures.is_key(from_base64url(value["x"])), "form", "jwk")


def thumbprint(key):
    return base64url(sha256(canonical_json.written(key)))


def jws(value):
    require(isinstance(value, str), "form", "JWS")
    Signed(value)


record_range = members({"book": book, "from": integer(1, maximum_record_number),
                        "to": integer(1, maximum_record_number)})


def ranges(least):
    def form(value):
        list_of(record_range, least, 256)(value)
        for item in value:
            require(item["from"] <= item["to"], "form", "range")
        for a, b in zip(value, value[1:]):
            first, second = book_order(a["book"]), book_order(b["book"])
            apart = first < second or first == second and a["to"] + 1 < b["from"]
            require(apart, "form", "order of ranges")
    return form


def scope(value):
    if isinstance(value, dict) and "records" in value:
        members({"records": ranges(1)})(value)
        require(len({item["book"].split("/")[0] for item in value["records"]}) <= 8, "form", "series of a scope")
    else:
        members({"from": month, "series": series, "to": month})(value)
        require(value["from"] <= value["to"], "form", "months of a scope")


epochs = ascending(members({"counts": ascending(count, 1, 256), "series": series}), 1, 8, lambda item: item["series"])
scope_list = ascending(any_of(scopes), 1, len(scopes), scopes.index)
names = lambda least, most: ascending(field_name, least, most)
offered_key = members({"jwk": jwk, "pop": jws, "scopes": scope_list}, {"until": time})
founder = members({"handle": handle, "jwk": jwk})
witness_lines = list_of(text(1, 512), 0, 64)
type_name = matching("[a-z][a-z0-9-]{0,31}")
version = integer(1, 1024)
charter = members({"authorities": list_of(founder, 1, 32), "threshold": integer(1, 32),
                   "freshness": integer(60, 604_800), "witnesses": witness_lines})


def approvals(value):
    list_of(jws, 0, 31)(value)
    found = [Signed(item) for item in value]
    require(all(item.type == "trine-approval+jwt" for item in found), "form", "approval")
    handles = [item.handle for item in found]
    require(all(a < b for a, b in zip(handles, handles[1:])), "form", "order of approvals")


status = members({"status_list": members({"idx": positive, "uri": text(1, 1000)})})
stated_book = members({"book": book, "closed": lambda value: require(type(value) is bool, "form", "closed"),
                       "count": count, "epoch": count})
served = members({
    "books": ascending(stated_book, 0, 256, lambda item: book_order(item["book"])),
    "fields": names(0, 128), "ranges": ranges(0)})

terms = {
    "scope": scope, "fields": or_null(names(1, 64)), "statements": or_null(list_of(text(0, 1000), 1, 32)),
    "fetches": integer(1, 1_000_000), "data_life": integer(0, 3_162_240_000)}

# Of each kind: the type of its JWS, the public claims, those that may be absent, the selective ones.
kinds = {
    "genesis": ({
        "origin": origin, "rules": positive, "log_key": text(1, 1000), "clock_key": text(1, 1000), "charter": charter,
        "host": founder, "policies": digest,
        "types": list_of(members({"digest": digest, "name": type_name, "version": version}), 1, 64)}, {}, {}),
    "admit": ({
        "handle": handle, "roles": ascending(any_of(roles), 1, 7, roles.index), "keys": list_of(offered_key, 1, 16),
        "encryption_key": encryption_key, "approvals": approvals}, {}, {
        "legal_name": text(1, 300, True),
        "legal_ids": list_of(members({"id": text(1, 100, True), "scheme": any_of(schemes)}), 0, 16),
        "country": matching("[A-Z]{2}"), "due_diligence": or_null(text(1, 100, True)), "size": or_null(any_of(sizes))}),
    "suspend": ({"handle": handle, "approvals": approvals}, {}, {"reason": any_of(reasons)}),
    "reinstate": ({"handle": handle, "approvals": approvals}, {}, {"reason": any_of(reasons)}),
    "key": ({"jwk": jwk, "scopes": scope_list, "pop": jws}, {"until": time}, {}),
    "retire-key": ({"kid": digest, "reason": any_of(reasons)}, {}, {}),
    "encryption-key": ({"encryption_key": encryption_key, "reason": any_of(reasons)}, {}, {}),
    "type": ({"name": type_name, "version": version, "digest": digest, "approvals": approvals}, {}, {}),
    "record": ({
        "vct": text(1, 1000), "vct#integrity": text(1, 100), "book": book,
        "record_number": integer(1, maximum_record_number), "epoch": count, "source": digest, "fields_root": digest,
        "cnf": members({"jwk": jwk}), "status": status}, {"replaces": jti}, None),
    "erase": ({}, {
        "record": jti, "grant": jti, "epoch": count, "request": jti, "admission": jti, "handle": handle,
        "approvals": approvals}, {"reason": any_of(reasons)}),
    "grant": ({
        "right": any_of(["read", "prove"]), "purpose": any_of(purposes), "nbf": time, "exp": time, "policies": digest,
        "envelope": digest}, {"at": members({"root": digest, "size": positive})}, {
        **terms, "to": handle, "recipient_key": digest, "epochs": epochs, "request": or_null(jti)}),
    "rekey": ({"grant": jti, "envelope": digest}, {}, {"epochs": epochs, "recipient_key": digest}),
    "access": ({"grant": jti}, {}, {"fetch": jws, "served": served}),
    "time": ({"from": time, "number": count, "approvals": approvals}, {}, {}),
    "charter": ({
        "authorities": ascending(handle, 1, 32), "threshold": integer(1, 32), "freshness": integer(60, 604_800),
        "witnesses": witness_lines, "approvals": approvals}, {}, {}),
    "upgrade": ({"rules": positive, "from": positive, "approvals": approvals}, {}, {}),
}
types = {"dc+sd-jwt" if kind == "record" else f"trine-{kind}+jwt": kind for kind in kinds}
calls = {
    "trine-fetch+jwt": ({"fields": names(0, 128), "ranges": ranges(0), "lock": digest}, {"grant": jti}),
    "trine-approval+jwt": ({"motion": digest, "exp": time}, {}),
}
erasures = [{"record"}, {"grant", "epoch"}, {"request"}, {"admission", "handle", "approvals"}]


class Signed:
    """A compact JWS in its form, whose signature nobody has verified yet."""

    def __init__(self, jws):
        require(len(jws) <= maximum_jws_bytes and jws.isascii(), "form", "length of a JWS")
        pieces = jws.split(".")
        require(len(pieces) == 3, "form", "JWS")
        header, payload, self.signature = map(decoded, pieces)
        match = re.fullmatch(rb'\{"alg":"EdDSA","kid":"([A-Za-z0-9_-]{43})","typ":"([a-z0-9+-]{1,40})"\}', header)
        require(match, "form", "header")
        require(len(self.signature) == 64, "form", "signature")
        self.jws, self.signed = jws, jws.rpartition(".")[0].encode()
        self.kid, self.type = match[1].decode(), match[2].decode()
        digest(self.kid)
        self.digest = sha256(jws.encode())
        self.payload = canonical_json.read(payload)
        require(isinstance(self.payload, dict), "form", "payload")
        self.kind = types.get(self.type)
        if self.type == "trine-pop+jwt":
            return
        if self.kind:
            required, optional, selective = kinds[self.kind]
            required = dict(required)
            if selective is None:
                required["_sd"] = list_of(digest, 1, 128)
            elif selective:
                required["_sd"] = list_of(digest, len(selective), len(selective))
            if selective != {}:
                required["_sd_alg"] = any_of(["sha-256"])
        else:
            require(self.type in calls, "form", f"type {self.type}")
            required, optional = calls[self.type]
        common = {"iss": text(1, 1000), "iat": time, "jti": jti}
        if self.kind != "genesis":
            common["log"] = digest
        members({**common, **required}, optional)(self.payload)
        match = re.fullmatch("https://(.*)/participants/([^/]*)", self.payload["iss"])
        require(match, "form", "iss")
        self.origin, self.handle = match[1], match[2]
        origin(self.origin)
        handle(self.handle)
        self.iat, self.jti = self.payload["iat"], self.payload["jti"]
        if self.kind == "erase":
            there = set(optional) & set(self.payload)
            require(there in erasures, "form", "what is erased")

    def motion(self):
        """What approvals of this statement name."""
        left = {name: item for name, item in self.payload.items() if name not in ("approvals", "iss", "iat")}
        if self.kind == "time":
            left["iat"] = self.iat
        return base64url(sha256(parts("trine/v1 motion", self.kind, canonical_json.written(left))))


def disclosed(value):
    """The name and value of a disclosure, its salt, and its digest."""
    array = canonical_json.read(decoded(value))
    require(isinstance(array, list) and len(array) == 3, "disclosures", "form")
    salt, name, content = array
    digest(salt)
    require(isinstance(name, str), "disclosures", "name")
    return name, content, from_base64url(salt), base64url(sha256(value.encode()))


def selective_claims(statement, disclosures, all_of_them):
    """The claims of a statement that isn't a record, each disclosed in its place."""
    forms = kinds[statement.kind][2]
    order = sorted(forms)
    found = {}
    for item in disclosures:
        name, content, _, has = disclosed(item)
        require(name in forms and name not in found, "disclosures", f"{name} isn't a claim, or is there twice")
        require(statement.payload["_sd"][order.index(name)] == has, "disclosures", f"{name} isn't in its place")
        found[name] = content
    if len(found) == len(forms):
        for name, content in found.items():
            forms[name](content)
    require(not all_of_them or len(found) == len(forms), "disclosures", "one is missing")
    return found
