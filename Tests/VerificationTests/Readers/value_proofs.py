"""What a grant to prove says, and whether its proof holds (proofs.md)."""

import datetime
import functools
import hashlib
import re
import struct

import canonical_json
import record_types
import statement_forms
from refusals import Refusal, require
from standards import (B, B_blinding, Merlin, add, base64url, from_base64url, negative, neutral, number, order,
                       ristretto_decoded, ristretto_encoded, ristretto_mapped, wide)

most = {"records": 65_536, "values": 131_072, "statements": 64, "terms": 65_536, "parts": 65_536, "ranges": 16_384}
most_groups, most_days = 8192, 3650
maximum_weight = 2**16
maximum_end = 2**63
group_size = 64

# Statements as text.

decimal = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?"
date = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
unit = r"(?:[A-Z]{3}|rec20/[A-Z0-9]{2,3})"
name = "[a-z0-9_]{1,64}"
bounds = (f"(?:(?P<sign>>=|<=|=) (?P<end>{decimal}) (?P<unit>{unit})"
          f"|between (?P<low>{decimal}) and (?P<high>{decimal}) (?P<both>{unit})"
          f"|(?P<day_sign>>=|<=|=) (?P<day>{date})|between (?P<first>{date}) and (?P<last>{date}))")
bounded = re.compile(rf"(sum|each)\(({name})\) {bounds}", re.ASCII)
place = r"([a-z][a-z0-9-]{0,23}/[0-9]{4}-[0-9]{2})#([1-9][0-9]{0,8})\.(" + name + ")"
equality = re.compile(rf"equal\({place}, {place}\)", re.ASCII)
integer = "-?[1-9][0-9]*|0"
term = re.compile(rf"({integer})\*({name}) ({unit})", re.ASCII)
score = re.compile(rf"score\((.*)\) >= ({integer})", re.ASCII)
signed = re.compile(rf"(?:({integer})\*)?{place}", re.ASCII)
total = re.compile(rf"total\((.*)\) {bounds}", re.ASCII)
linked = re.compile(rf"linked\(([a-z-]+), ({integer}), ([A-Za-z0-9_-]{{43}})\)"
                    rf"(?: days (?:<= ({integer})|between ({integer}) and ({integer})))?", re.ASCII)
kinds = {">=": "at-least", "<=": "at-most", "=": "exactly"}


def scaled(text, scale):
    whole, _, digits = text.partition(".")
    require(len(digits) <= scale and (text[0] != "-" or text.strip("-0.")), "statement", "number")
    found = int(whole + digits.ljust(scale, "0"))
    return within(found)


def within(end):
    require(abs(end) < maximum_end, "statement", "end")
    return end


def unit_scale(text):
    return 3 if text.startswith("rec20/") else record_types.scale_of(text)


# Relations: series and number of records of either side, keys, amounts with their signs, and dates.

payments = {"sides": ("invoices", "bank"), "count": lambda a, b: min(a, b) == 1, "first": [("payable_amount", 1)],
            "second": [("amount", -1)], "positive": True, "days": ("due_date", "booking_date")}
one_and_some = lambda a, b: a == 1 and b >= 1
issued = ("issue_date", "issue_date")
relations = {
    "balances": {"sides": ("statements", "bank"), "count": lambda a, b: a == 1,
                 "keys": [("account", "account"), ("statement_id", "statement_id")],
                 "first": [("opening_balance", 1), ("closing_balance", -1)], "second": [("amount", 1)],
                 "entries": "entries"},
    "follows": {"sides": ("statements", "statements"), "count": lambda a, b: a == b == 1,
                "keys": [("account", "account")], "first": [("closing_balance", 1)],
                "second": [("opening_balance", -1)], "days": ("period_end", "period_start")},
    "settles": payments,
    "settles-by-reference": {**payments, "keys": [("payment_reference", "creditor_reference")]},
    "bills": {"sides": ("orders", "invoices"), "count": one_and_some, "days": issued,
              "keys": [("number", "order_reference"), ("buyer_vat_id", "buyer_vat_id")]},
    "fulfils": {"sides": ("orders", "deliveries"), "count": one_and_some, "days": issued,
                "keys": [("number", "order_reference")]},
    "despatches": {"sides": ("deliveries", "invoices"), "count": one_and_some, "days": issued,
                   "keys": [("number", "despatch_reference")]},
}


def side_fields(relation, days):
    """The fields of either side's records, with what they are committed to as."""
    found = {}, {}
    for pair in relation.get("keys", []):
        for side, field in zip(found, pair):
            side[field] = "key"
    for side, terms in zip(found, (relation.get("first", []), relation.get("second", []))):
        side.update({field: "amount" for field, _ in terms})
    if "entries" in relation:
        found[0][relation["entries"]] = "quantity"
    if days:
        for side, field in zip(found, relation["days"]):
            side[field] = "day"
    return found


record_number = re.compile(r"([a-z][a-z0-9-]{0,23}/[0-9]{4}-[0-9]{2})#([1-9][0-9]{0,8})", re.ASCII)


def order_of(record):
    series, month = record[0].split("/")
    return month, series, record[1]


class Links:
    """A list of groups, as the package has it."""

    def __init__(self, value):
        require(isinstance(value, dict) and set(value) == {"groups", "salt"}, "links", "members")
        require(isinstance(value["salt"], str) and re.fullmatch("[A-Za-z0-9_-]{21}[AQgw]", value["salt"], re.ASCII),
                "links", "salt")
        groups = value["groups"]
        require(isinstance(groups, list) and 1 <= len(groups) <= most_groups, "links", "groups")
        self.groups = [self.group(item) for item in groups]
        self.digest = hashlib.sha256(canonical_json.written(value)).digest()

    def group(self, value):
        require(isinstance(value, list) and len(value) == 2, "links", "sides")
        return tuple([self.record(item) for item in side] if isinstance(side, list) else refuse("links", "side")
                     for side in value)

    def record(self, text):
        match = record_number.fullmatch(text) if isinstance(text, str) else None
        require(match, "links", "record")
        statement_forms.book(match[1])
        return match[1], int(match[2])

    def check(self, statement):
        """That it is the statement's list, and a possible one."""
        require(len(self.groups) == statement.count, "links", "count")
        require(self.digest == statement.digest, "links", "digest")
        relation = relations[statement.relation]
        seen, last = (set(), set()), None
        for first, second in self.groups:
            require(relation["count"](len(first), len(second)), "links", "records of a group")
            for side, known, series in zip((first, second), seen, relation["sides"]):
                for record in side:
                    require(record[0].split("/")[0] == series, "links", "series")
                    require(record not in known, "links", "a record twice")
                    known.add(record)
                require(all(order_of(a) < order_of(b) for a, b in zip(side, side[1:])), "links", "order")
            require(not set(first) & set(second), "links", "a record on both sides")
            require(last is None or last < order_of(first[0]), "links", "order of groups")
            last = order_of(first[0])


def refuse(*words):
    raise Refusal(*words)


class Statement:
    """One statement, and which values it is about: `fields` of every record, or `places`."""

    def __init__(self, text):
        self.text, self.fields, self.places, self.links = text, [], [], None
        if match := bounded.fullmatch(text):
            self.kind, field = match[1], match[2]
            self.fields = [field]
            if match["sign"]:
                self.unit, ends = match["unit"], [match["end"]]
            elif match["low"]:
                self.unit, ends = match["both"], [match["low"], match["high"]]
            else:
                self.unit = "day"
                ends = [match["day"]] if match["day"] else [match["first"], match["last"]]
            self.bound = kinds.get(match["sign"] or match["day_sign"], "between")
            if self.unit == "day":
                require(self.kind == "each", "statement", "a sum of days")
                self.scale = 0
                self.ends = [record_types.day_number(end) for end in ends]
            else:
                self.scale = unit_scale(self.unit)
                self.ends = [scaled(end, self.scale) for end in ends]
            require(self.ends == sorted(self.ends), "statement", "empty bound")
        elif match := equality.fullmatch(text):
            self.kind = "equal"
            self.places = [(match[1], int(match[2]), match[3]), (match[4], int(match[5]), match[6])]
            require(self.places[0] != self.places[1], "statement", "one place twice")
        elif match := score.fullmatch(text):
            self.kind, self.bound, self.ends, self.terms = "score", "at-least", [within(int(match[2]))], []
            for part in match[1].split(", "):
                one = term.fullmatch(part)
                require(one, "statement", "term")
                self.terms.append((int(one[1]), one[2], one[3]))
            self.fields = [field for _, field, _ in self.terms]
            require(1 <= len(self.fields) <= 16, "statement", "terms")
            require(all(a < b for a, b in zip(self.fields, self.fields[1:])), "statement", "order of terms")
            require(all(0 < abs(weight) <= maximum_weight for weight, _, _ in self.terms), "statement", "weight")
        elif match := total.fullmatch(text):
            self.start_total(match)
        elif match := linked.fullmatch(text):
            self.start_links(match)
        else:
            raise Refusal("statement", "form")

    def start_total(self, match):
        self.kind, self.weights = "total", []
        for part in match[1].split(", "):
            one = signed.fullmatch(part)
            require(one and one[1] != "1", "statement", "term")
            self.weights.append(int(one[1] or 1))
            self.places.append((one[2], int(one[3]), one[4]))
        require(all((*order_of(a), a[2]) < (*order_of(b), b[2]) for a, b in zip(self.places, self.places[1:])),
                "statement", "order of terms")
        require(all(self.weights) and sum(map(abs, self.weights)) <= maximum_weight, "statement", "weight")
        self.unit = match["unit"] or match["both"]
        require(self.unit, "statement", "a sum of days")
        self.scale = unit_scale(self.unit)
        self.ends = [scaled(end, self.scale) for end in (match["end"], match["low"], match["high"]) if end]
        self.bound = kinds.get(match["sign"], "between")
        require(self.ends == sorted(self.ends), "statement", "empty bound")

    def start_links(self, match):
        self.kind, self.relation, self.count = "linked", match[1], int(match[2])
        require(self.relation in relations and 1 <= self.count <= most_groups, "statement", "links")
        self.digest = from_base64url(match[3])
        require(len(self.digest) == 32 and base64url(self.digest) == match[3], "statement", "digest")
        self.days = None
        if match[4] or match[5]:
            require("days" in relations[self.relation], "statement", "days")
            self.days = (-most_days, int(match[4])) if match[4] else (int(match[5]), int(match[6]))
            require(-most_days <= self.days[0] <= self.days[1] <= most_days, "statement", "days")
            require(match[4] or self.days[0] != -most_days, "statement", "spelling of days")
        self.sides = side_fields(relations[self.relation], self.days)

    def take(self, links):
        """Gives it its list, and says which values it is about then."""
        links.check(self)
        self.links = links
        self.places = [(*record, field) for group in links.groups for side, fields in zip(group, self.sides)
                       for record in side for field in sorted(fields)]

    def all_fields(self):
        if self.kind == "linked":
            return set(self.sides[0]) | set(self.sides[1])
        return set(self.fields) | {spot[2] for spot in self.places}

    def require_provable(self, types):
        """Refuses a statement about what the types, by series, don't commit to as it says."""
        if self.kind == "linked":
            for series, fields in zip(relations[self.relation]["sides"], self.sides):
                require(series in types, "not provable", "series")
                for field, need in fields.items():
                    require(need in commits_of(types[series], field), "not provable", field)
            return
        if self.kind == "total":
            need = "quantity" if self.unit.startswith("rec20/") else "amount"
            for book, _, field in self.places:
                require(need in commits_of(types.get(book.split("/")[0], []), field), "not provable", field)
            return
        for series, versions in types.items():
            if self.kind == "equal":
                continue
            units = [text for _, _, text in self.terms] if self.kind == "score" else [self.unit]
            for field, text in zip(self.fields, units):
                need = "day" if text == "day" else "quantity" if text.startswith("rec20/") else "amount"
                require(need in commits_of(versions, field), "not provable", field)
        if self.kind == "equal":
            ways = []
            for book, _, field in self.places:
                versions = types.get(book.split("/")[0])
                require(versions, "not provable", "series")
                ways.append(commits_of(versions, field))
            require(ways[0] & ways[1], "not provable", "kinds")


def commits_of(versions, field):
    return {version.fields[field]["commit"] for version in versions
            if field in version.fields and version.fields[field]["commit"]}


# Obligations: combinations of commitments that commit to zero, or to a number of 64 bits.


class Obligations:
    def __init__(self, statements, records, values, transcript):
        """`records` are (book, number); `values` are (record, field, unit, scale, point) in their order."""
        self.zeros, self.ranges, self.transcript = [], [], transcript
        self.zero_terms = []  # What a zero is made of, for who makes a proof: (weight, value).
        self.values = values
        self.position = {(value[0], value[1]): i for i, value in enumerate(values)}
        self.points = [ristretto_decoded(value[4]) for value in values]
        bounded = set()
        self.number = {record: i for i, record in enumerate(records)}
        for statement in statements:
            if statement.kind == "equal":
                self.equal([self.value(spot) for spot in statement.places])
            elif statement.kind == "total":
                terms = [(weight, self.value(spot), statement.unit)
                         for weight, spot in zip(statement.weights, statement.places)]
                self.sum(terms, statement, bounded)
            elif statement.kind == "linked":
                self.linked(statement)
            elif statement.kind == "each":
                self.each(statement, [self.position[i, statement.fields[0]] for i in range(len(records))])
            else:
                self.linear(statement, len(records), bounded)
        limit = 2**47 - 1
        for i in sorted(bounded):
            self.ranges.append(add(self.points[i], times(limit, B)))
            self.ranges.append(add(times(limit, B), negative(self.points[i])))
        require(len(self.ranges) <= most["ranges"], "proof", "too many ranges")
        for point in self.zeros + self.ranges:
            require(any(ristretto_encoded(point)), "proof", "a combination is the identity")

    def bound(self, kind, ends):
        self.transcript.append("bound", kind.encode())
        for end in ends:
            self.transcript.append("end", little(end))

    def append(self, point, statement, terms):
        ends = statement.ends
        if statement.bound == "exactly":
            self.zero_terms.append(terms)
            self.zeros.append(add(point, negative(times(ends[0], B))))
        if statement.bound in ("at-least", "between"):
            self.ranges.append(add(point, negative(times(ends[0], B))))
        if statement.bound in ("at-most", "between"):
            self.ranges.append(add(times(ends[-1], B), negative(point)))

    def equal(self, both):
        a, b = (self.values[i] for i in both)
        require(a[2:4] == b[2:4], "proof", "units differ")
        self.transcript.append("statement", b"equal")
        for i in both:
            self.transcript.append("value", little(i))
        self.zeros.append(add(self.points[both[0]], negative(self.points[both[1]])))
        self.zero_terms.append([(1, both[0]), (-1, both[1])])

    def each(self, statement, places):
        self.transcript.append("statement", b"each")
        self.bound(statement.bound, statement.ends)
        self.transcript.append("terms", little(len(places)))
        for i in places:
            self.transcript.append("value", little(i))
        self.unit(statement.unit, statement.scale)
        for i in places:
            require(self.values[i][2:4] == (statement.unit, statement.scale), "proof", "unit")
            self.append(self.points[i], statement, [(1, i)])

    def linear(self, statement, count, bounded):
        if statement.kind == "sum":
            terms = [(1, statement.fields[0], statement.unit)]
        else:
            terms = statement.terms
        weighed = [(weight, self.position[i, field], text) for weight, field, text in terms for i in range(count)]
        self.sum(weighed, statement, bounded)

    def value(self, spot):
        return self.position[self.number[spot[:2]], spot[2]]

    def linked(self, statement):
        """What has to hold of each group (proofs.md, records that belong together)."""
        relation, parts = relations[statement.relation], []
        for first, second in statement.links.groups:
            pairs = [(a, b) for a in first for b in second]
            for a, b in pairs:
                for left, right in relation.get("keys", []):
                    parts.append(("equal", [self.value((*a, left)), self.value((*b, right))]))
            terms = [(weight, self.value((*record, field))) for side, own in ((first, "first"), (second, "second"))
                     for record in side for field, weight in relation.get(own, [])]
            if terms:
                unit, scale = self.values[self.value((*first[0], relation["first"][0][0]))][2:4]
                parts.append(("sum", [(weight, i, unit) for weight, i in terms], Bounded("exactly", [0], unit, scale)))
                if relation.get("positive"):
                    parts.append(("each", [i for _, i in terms], Bounded("at-least", [1], unit, scale)))
            if "entries" in relation:
                said = self.value((*first[0], relation["entries"]))
                number_of = Bounded("exactly", [1000 * len(second)], "rec20/C62", 3)
                parts.append(("sum", [(1, said, "rec20/C62")], number_of))
            if statement.days:
                for a, b in pairs:
                    dates = [self.value((*b, relation["days"][1])), self.value((*a, relation["days"][0]))]
                    parts.append(("difference", dates, statement.days))
        require(1 <= len(parts) <= most["parts"], "proof", "parts")
        self.transcript.append("statement", b"all")
        self.transcript.append("text", statement.text.encode())
        self.transcript.append("parts", little(len(parts)))
        for kind, *said in parts:
            if kind == "equal":
                self.equal(*said)
            elif kind == "sum":
                self.sum(*said, set())
            elif kind == "each":
                self.each(said[1], said[0])
            else:
                self.difference(*said)

    def difference(self, both, days):
        a, b = (self.values[i] for i in both)
        require(a[2:4] == b[2:4], "proof", "units differ")
        self.transcript.append("statement", b"difference")
        self.bound("between", days)
        for i in both:
            self.transcript.append("value", little(i))
        difference = add(self.points[both[0]], negative(self.points[both[1]]))
        self.append(difference, Bounded("between", days, "day", 0), [(1, both[0]), (-1, both[1])])

    def sum(self, weighed, statement, bounded):
        require(sum(abs(weight) for weight, _, _ in weighed) <= maximum_weight, "proof", "weights")
        require(len(weighed) <= most["terms"], "proof", "terms")
        self.transcript.append("statement", b"linear")
        self.bound(statement.bound, statement.ends)
        self.transcript.append("terms", little(len(weighed)))
        total = neutral
        for weight, i, text in weighed:
            self.transcript.append("value", little(i))
            self.transcript.append("weight", little(weight))
            require(self.values[i][2:4] == (text, unit_scale(text)), "proof", "unit")
            total = add(total, times(weight, self.points[i]))
        if statement.kind != "score":
            self.transcript.append("units", b"common")
            self.unit(statement.unit, statement.scale)
            if statement.bound in ("at-most", "between"):
                bounded.update(i for _, i, _ in weighed)
        else:
            self.transcript.append("units", b"score")
            for _, _, text in weighed:
                self.unit(text, unit_scale(text))
        self.append(total, statement, [(weight, i) for weight, i, _ in weighed])

    def unit(self, text, scale):
        self.transcript.append("unit", text.encode())
        self.transcript.append("scale", little(scale))

    def groups(self):
        """The ranges by proof, each filled up to a power of two."""
        found = []
        for start in range(0, len(self.ranges), group_size):
            group = self.ranges[start : start + group_size]
            while len(group) & (len(group) - 1):
                group = group + group[-1:]
            found.append(group)
        return found


class Bounded:
    """A part of a statement with a bound."""

    def __init__(self, bound, ends, unit, scale):
        self.kind, self.bound, self.ends, self.unit, self.scale = "part", bound, list(ends), unit, scale


def little(value):
    return struct.pack("<q", value)


class Context:
    """What a proof is bound to, all of it from what the verifier has checked."""

    def __init__(self, log, size, root, grantee, grant, purpose, expiry):
        self.transcript = Merlin()
        self.transcript.append("dom-sep", b"trine/commitments/presentation/v1")
        for label, message in (("suite", b"\1"), ("log", log), ("tree-size", little(size)), ("tree-root", root),
                               ("grantee", grantee.encode()), ("grant", grant.encode()),
                               ("purpose", purpose.encode()), ("expiry", little(expiry))):
            self.transcript.append(label, message)

    def obligations(self, statements, records, values):
        """`records` are (book, number, jti, digest) in the order of the scope."""
        require(len(records) <= most["records"] and len(values) <= most["values"], "proof", "too much")
        append = self.transcript.append
        append("records", little(len(records)))
        for _, _, jti, digest in records:
            append("jti", jti.encode())
            append("digest", digest)
        append("values", little(len(values)))
        for record, field, unit, scale, point in values:
            append("record", little(record))
            append("field", field.encode())
            append("unit", unit.encode())
            append("scale", little(scale))
            append("commitment", point)
        append("statements", little(len(statements)))
        return Obligations(statements, [record[:2] for record in records], values, self.transcript)


# The proof.


def verify(proof, obligations):
    """Refuses a proof that doesn't hold of these obligations."""
    groups, transcript = obligations.groups(), obligations.transcript
    rounds = [(group_size * len(group)).bit_length() - 1 for group in groups]
    length = 1 + (64 if obligations.zeros else 0) + sum(32 * (9 + 2 * count) for count in rounds)
    require(proof[:1] == b"\1", "proof", "suite")
    require(len(proof) == length, "proof", "length")
    elements = [proof[i : i + 32] for i in range(1, length, 32)]
    if obligations.zeros:
        verify_equalities(elements[:2], obligations.zeros, transcript)
        elements = elements[2:]
    for group, count in zip(groups, rounds):
        verify_ranges(elements[: 9 + 2 * count], group, transcript)
        elements = elements[9 + 2 * count :]


def point(data):
    require(any(data), "proof", "identity")
    try:
        return ristretto_decoded(data)
    except SystemExit:
        raise Refusal("proof", "point")


def scalar(data):
    require(number(data) < order, "proof", "scalar")
    return number(data)


def challenge(transcript, label):
    return wide(transcript.challenge(label, 64))


def verify_equalities(elements, zeros, transcript):
    R, s = point(elements[0]), scalar(elements[1])
    transcript.append("equalities", little(len(zeros)))
    for zero in zeros:
        transcript.append("zero", ristretto_encoded(zero))
    x = challenge(transcript, "combine")
    transcript.append("nonce", elements[0])
    c = challenge(transcript, "challenge")
    transcript.append("response", elements[1])
    terms = [(c * pow(x, j, order), zero) for j, zero in enumerate(zeros)]
    require_identity([(1, R), (-s, B_blinding), *terms], "equalities")


def verify_ranges(elements, group, transcript):
    """One aggregated range proof (Bulletproofs, sections 4.2 and 3)."""
    m, n = len(group), group_size
    A, S, T1, T2 = map(point, elements[:4])
    t_x, t_x_blinding, e_blinding = map(scalar, elements[4:7])
    LR = [(point(elements[i]), point(elements[i + 1])) for i in range(7, len(elements) - 2, 2)]
    a, b = map(scalar, elements[-2:])
    append = transcript.append
    append("dom-sep", b"rangeproof v1")
    append("n", little(n))
    append("m", little(m))
    for value in group:
        append("V", ristretto_encoded(value))
    append("A", elements[0])
    append("S", elements[1])
    y, z = challenge(transcript, "y"), challenge(transcript, "z")
    append("T_1", elements[2])
    append("T_2", elements[3])
    x = challenge(transcript, "x")
    for label, data in zip(("t_x", "t_x_blinding", "e_blinding"), elements[4:7]):
        append(label, data)
    w = challenge(transcript, "w")
    append("dom-sep", b"ipp v1")
    append("n", little(n * m))
    us = []
    for i in range(len(LR)):
        append("L", elements[7 + 2 * i])
        append("R", elements[8 + 2 * i])
        us.append(challenge(transcript, "u"))
    append("a", elements[-2])
    append("b", elements[-1])

    powers = [1]
    for _ in range(n * m - 1):
        powers.append(powers[-1] * y % order)
    delta = (z - z * z) * sum(powers) - sum(pow(z, j + 3, order) for j in range(m)) * (2**n - 1)
    polynomial = [(t_x - delta, B), (t_x_blinding, B_blinding), (-x, T1), (-x * x, T2)]
    require_identity(polynomial + [(-pow(z, 2 + j, order), V) for j, V in enumerate(group)], "polynomial")

    inverses = [pow(u, -1, order) for u in us]
    s = [1]
    for u, inverse in zip(us, inverses):
        s = [factor for item in s for factor in (item * inverse % order, item * u % order)]
    G, H = generators(m)
    inverse_y, factor = pow(y, -1, order), 1
    terms = [(1, A), (x, S), (-e_blinding, B_blinding), (w * (t_x - a * b), B)]
    for i in range(n * m):
        terms.append((-z - a * s[i], G[i]))
        own = z * powers[i] + pow(z, 2 + i // n, order) * 2 ** (i % n) - b * s[-1 - i]
        terms.append((own * factor, H[i]))
        factor = factor * inverse_y % order
    for u, inverse, (L, R) in zip(us, inverses, LR):
        terms += [(u * u, L), (inverse * inverse, R)]
    require_identity(terms, "inner product")


@functools.lru_cache(maxsize=None)
def party(letter, j):
    stream = hashlib.shake_256(b"GeneratorsChain" + letter + struct.pack("<I", j)).digest(64 * group_size)
    return [ristretto_mapped(stream[64 * i : 64 * i + 64]) for i in range(group_size)]


def generators(m):
    return [[g for j in range(m) for g in party(letter, j)] for letter in (b"G", b"H")]


def times(factor, element):
    return sum_of([(factor, element)])


def sum_of(terms):
    """Σ scalar·point by buckets (Pippenger)."""
    terms = [(factor % order, element) for factor, element in terms]
    width = 1 if len(terms) < 4 else 3 if len(terms) < 40 else 6
    total = neutral
    for shift in range(253 // width * width, -1, -width):
        for _ in range(width):
            total = add(total, total)
        buckets = {}
        for factor, element in terms:
            digit = factor >> shift & (1 << width) - 1
            if digit:
                buckets[digit] = add(buckets[digit], element) if digit in buckets else element
        running = line = neutral
        for digit in range((1 << width) - 1, 0, -1):
            if digit in buckets:
                running = add(running, buckets[digit])
            line = add(line, running)
        total = add(total, line)
    return total


def require_identity(terms, equation):
    require(not any(ristretto_encoded(sum_of(terms))), "proof", equation)
