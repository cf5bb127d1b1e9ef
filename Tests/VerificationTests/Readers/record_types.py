"""Record types, the values of fields and their commitments (records.md, sealing.md)."""

import datetime
import hashlib
import hmac
import re

import canonical_json
from refusals import Refusal, require
from standards import (B, B_blinding, add, base64url, from_base64url, order, parts, ristretto_decoded,
                       ristretto_encoded, sha256, times, wide)
from statement_forms import (any_of, ascending, decoded, integer, list_of, matching, members, series, text, type_name,
                             version)

maximum_document_bytes = 64 * 1024
maximum_magnitude = 2**47
classes = ["identity", "counterparty", "personal", "amount", "date", "reference", "account", "content", "original"]
floors = {"text": 256, "code": 128, "date": 128, "amount": 192, "quantity": 192, "json": 512, "document": 16384}
scales = {**dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3), "CLF": 4, "UYW": 4}

# ISO 4217 of currencies that are, and of those that were since about 1999; no metals, test codes or funds of banks.
currencies = set("""
    AED AFA AFN ALL AMD ANG AOA AOR ARS ATS AUD AWG AZM AZN BAM BBD BDT BEF BGN BHD BIF BMD BND BOB BOV BRL BSD BTN
    BWP BYB BYN BYR BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CSD CUC CUP CVE CYP CZK DEM DJF DKK DOP DZD ECS
    EEK EGP ERN ESP ETB EUR FIM FJD FKP FRF GBP GEL GHC GHS GIP GMD GNF GRD GTQ GWP GYD HKD HNL HRK HTG HUF IDR
    IEP ILS INR IQD IRR ISK ITL JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LTL LUF LVL
    LYD MAD MDL MGA MGF MKD MMK MNT MOP MRO MRU MTL MUR MVR MWK MXN MXV MYR MZM MZN NAD NGN NIO NLG NOK NPR NZD
    OMR PAB PEN PGK PHP PKR PLN PTE PYG QAR ROL RON RSD RUB RUR RWF SAR SBD SCR SDD SDG SEK SGD SHP SIT SKK SLE
    SLL SOS SRD SRG SSP STD STN SVC SYP SZL THB TJR TJS TMM TMT TND TOP TRL TRY TTD TWD TZS UAH UGX USD USN USS
    UYI UYU UYW UZS VEB VED VEF VES VND VUV WST XAF XCD XCG XOF XPF YER YUM ZAR ZMK ZMW ZRN ZWD ZWG ZWL ZWN ZWR
""".split())

label, description = text(1, 100, True), text(1, 300, True)
locale = matching("[a-z]{2}(-[A-Z]{2})?")


def displays(name):
    def form(value):
        one = members({"description": description, "locale": locale, name: label})
        ascending(one, 1, 32, lambda item: item["locale"])(value)
        require(any(item["locale"] == "en" for item in value), "type", "English")
    return form


def words(least):
    listed = list_of(matching("[a-z0-9_-]{1,32}"), least, 16)

    def form(value):
        listed(value)
        require(len(set(value)) == len(value), "type", "twice")
    return form


def is_true(value):
    require(value is True, "type", "mandatory")


field_form = members(
    {"name": matching("[a-z0-9_]{1,64}"), "kind": any_of(floors), "class": any_of(classes), "least": integer(1, 65536)},
    {"commit": any_of(["day", "key"]), "unit": matching("[A-Z0-9]{2,3}"), "term": label})
document_form = members({
    "vct": text(1, 1000), "name": type_name, "description": description, "display": displays("name"),
    "claims": list_of(members(
        {"path": list_of(text(1, 64), 1, 1), "sd": any_of(["always"]), "display": displays("label")},
        {"mandatory": is_true}), 1, 64),
    "trine": members({
        "version": version, "series": series, "direction": any_of(["issued", "received", "own"]),
        "importers": words(0), "business_key": words(1),
        "fields": list_of(field_form, 1, 64)})})


class RecordType:
    """A document of a type of a log."""

    def __init__(self, document, origin):
        data = document.encode()
        require(len(data) <= maximum_document_bytes, "type", "too long")
        value = canonical_json.read(data)
        document_form(value)
        own = value["trine"]
        self.name, self.version, self.series = value["name"], own["version"], own["series"]
        self.vct = f"https://{origin}/types/{self.name}/{self.version}"
        require(value["vct"] == self.vct, "type", "its address")
        self.digest = sha256(data)
        self.fields = {}
        for field, claim in zip(own["fields"], value["claims"]):
            name, kind = field["name"], field["kind"]
            require(claim["path"] == [name] and name not in self.fields, "type", "order of the claims")
            require(field["least"] >= floors[kind], "type", "least")
            commit = {"amount": "amount", "quantity": "quantity"}.get(kind, field.get("commit"))
            allowed = {"date": ["day"], "text": ["key"]}.get(kind, [])
            require("commit" not in field or commit in allowed, "type", "commit")
            require("unit" not in field or kind == "quantity", "type", "unit")
            require(not name.endswith("_commitment") and (not commit or len(name) <= 48), "type", "a name")
            self.fields[name] = {**field, "commit": commit}
        require(len(own["fields"]) == len(value["claims"]), "type", "fields and claims")
        self.family = (self.series, own["direction"], own["business_key"])
        committed = [name + "_commitment" for name, field in self.fields.items() if field["commit"]]
        self.sealed_names = sorted([*self.fields, *committed])
        require(len(self.sealed_names) <= 128, "type", "too many")

    def follows(self, earlier):
        """Refuses what isn't the next version of a type that has these versions."""
        require(self.version == len(earlier) + 1, "type", "version")
        for other in earlier:
            require(other.family == self.family, "type", "incompatible")
            for name in set(self.fields) & set(other.fields):
                for what in ("kind", "class", "commit", "unit"):
                    same = self.fields[name].get(what) == other.fields[name].get(what)
                    require(same, "type", "incompatible field")


def scale_of(currency):
    return scales.get(currency, 2)


def scaled(value, scale):
    """The integer of a decimal number with exactly so many digits after the point."""
    digits = f"\\.[0-9]{{{scale}}}" if scale else ""
    require(isinstance(value, str) and re.fullmatch(f"-?(0|[1-9][0-9]*){digits}", value, re.ASCII), "fields", "number")
    found = int(value.replace(".", ""))
    require(abs(found) < maximum_magnitude and (found or value[0] != "-"), "fields", "number")
    return found


def require_value(field, value):
    """Refuses a value that isn't of the field's kind. A field marked *must* can be null here as well."""
    if value is None:
        return
    kind = field["kind"]
    if kind in ("text", "code"):
        require(isinstance(value, str) and value, "fields", kind)
    elif kind == "date":
        day_number(value)
    elif kind in ("amount", "quantity"):
        number_of(field, value)
    elif kind == "json":
        require(isinstance(value, list) and all(isinstance(item, dict) for item in value), "fields", kind)
        require(canonical_json.levels(value) <= 8, "fields", "too deep")
    else:
        require(isinstance(value, dict) and set(value) == {"content", "media_type"}, "fields", kind)
        decoded(value["content"])
        require(isinstance(value["media_type"], str) and value["media_type"], "fields", kind)


def day_number(value):
    require(isinstance(value, str) and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII), "fields", "date")
    try:
        return datetime.date.fromisoformat(value).toordinal() - datetime.date(1970, 1, 1).toordinal()
    except ValueError:
        raise Refusal("fields", "date")


def number_of(field, value):
    """The number, unit and scale of an amount or a quantity."""
    require(isinstance(value, dict) and set(value) == {"unit", "value"}, "fields", "amount")
    unit = value["unit"]
    require(isinstance(unit, str), "fields", "unit")
    if field["kind"] == "amount":
        require(unit in currencies, "fields", "currency")
        return scaled(value["value"], scale_of(unit)), unit, scale_of(unit)
    require(re.fullmatch("[A-Z0-9]{2,3}", unit, re.ASCII), "fields", "unit")
    require(field.get("unit", unit) == unit, "fields", "unit")
    return scaled(value["value"], 3), f"rec20/{unit}", 3


def key_number(value):
    kept = bytes(b for b in value.encode().upper()
                 if not (b <= 0x2F or 0x3A <= b <= 0x40 or 0x5B <= b <= 0x60 or 0x7B <= b <= 0x7F))
    if not kept:
        return None
    return wide(hashlib.sha512(parts("trine/v1 key value", kept)).digest())


def require_commitment(field, value):
    """Refuses what isn't a commitment of the field."""
    if value is None:
        return
    require(isinstance(value, dict) and set(value) == {"c", "scale", "unit"}, "fields", "commitment")
    unit, scale = value["unit"], value["scale"]
    require(isinstance(unit, str) and type(scale) is int, "fields", "commitment")
    commitment_point(value["c"])
    commit = field["commit"]
    if commit == "amount":
        require(unit in currencies and scale == scale_of(unit), "fields", "commitment's unit")
    elif commit == "quantity":
        require(re.fullmatch("rec20/[A-Z0-9]{2,3}", unit, re.ASCII) and scale == 3, "fields", "commitment's unit")
        require("unit" not in field or unit == "rec20/" + field["unit"], "fields", "commitment's unit")
    else:
        require(unit == commit and scale == 0, "fields", "commitment's unit")


def commitment_point(text):
    """The bytes of a commitment, a canonical point that isn't the identity."""
    data = decoded(text)
    require(len(data) == 32 and any(data), "fields", "commitment")
    try:
        ristretto_decoded(data)
    except SystemExit:
        raise Refusal("fields", "commitment")
    return data


def commitment(field, value, salt):
    """What the commitment of a value has to be."""
    if value is None:
        return None
    commit = field["commit"]
    if commit == "key":
        v, unit, scale = key_number(value), "key", 0
        if v is None:
            return None
    elif commit == "day":
        v, unit, scale = day_number(value), "day", 0
    else:
        v, unit, scale = number_of(field, value)
    info = parts("trine/v1 commitment blinding", field["name"])
    r = wide(hmac.new(salt, info + b"\x01", hashlib.sha512).digest())
    C = ristretto_encoded(add(times(v, B), times(r, B_blinding)))
    return {"c": base64url(C), "scale": scale, "unit": unit}
