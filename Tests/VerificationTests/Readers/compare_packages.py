"""Compares `trine verify` with the reader of packages on mutants of the fixtures.

    compare_packages.py TRINE FIXTURES [--count N] [--seed S] [--first I] [--seconds T] [--keep FOLDER]

A mutant follows from the seed and its number. A third are the fixtures with something changed. The others are the same
packages under keys of our own, in a scene with more entries, changed before they are signed: so the checks behind the
signatures are reached. Disagreements are printed, and kept in FOLDER as files that both programs read. Exit code 1
where there is one.
"""

import argparse
import collections
import copy
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import canonical_json
import package_reader
from own_packages import Draft, Model, committed, kid_of, opened, spread
from refusals import Refusal, RulesUnknown
from standards import base64url, from_base64url, sha256

day = 86400
numbers = [1, -1, 60, 299, 300, 301, -299, -300, -301, 3600, 3601, 8 * day, -8 * day, 15 * day, 40 * day, 400 * day]


# Changes of JSON, whatever it means.


def paths(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths(item, (*path, key))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def changed(random, value, pool):
    """Changes something within a list or an object, in place, and says what."""
    path = random.choice([path for path in paths(value) if path] or [()])
    if not path:
        if isinstance(value, dict):
            value["zz"] = 1
        elif isinstance(value, list):
            value.append(random.choice(pool["any"]))
        return "add"
    parent, key = at(value, path[:-1]), path[-1]
    action = random.choice(["leaf"] * 6 + ["drop", "twice", "exchange", "pool", "null", "add"])
    if action == "drop":
        del parent[key]
    elif action == "twice" and isinstance(parent, list):
        parent.insert(random.randrange(len(parent) + 1), copy.deepcopy(parent[key]))
    elif action == "exchange":
        other = random.choice(list(parent) if isinstance(parent, dict) else range(len(parent)))
        parent[key], parent[other] = parent[other], parent[key]
    elif action == "pool" and pool.get(key):
        parent[key] = copy.deepcopy(random.choice(pool[key]))
    elif action == "null":
        parent[key] = random.choice([None, True, False, 0, "", [], {}])
    elif action == "add" and isinstance(parent[key], (dict, list)):
        if isinstance(parent[key], dict):
            parent[key][random.choice(["a", "zz", "until", "replaces", "at", "\u00e9"])] = 1
        else:
            parent[key].append(copy.deepcopy(random.choice(pool["any"])))
    else:
        parent[key] = leaf(random, parent[key], pool.get(key, []))
    return f"{action} {'.'.join(map(str, path))}"


def leaf(random, value, others):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return random.choice([value + random.choice(numbers), 0, -1, value * 2, 2**53 - 1])
    if isinstance(value, list):
        value = list(value)
        random.choice([value.reverse, lambda: random.shuffle(value), value.clear])()
        return value
    if isinstance(value, str) and value:
        i = random.randrange(len(value))
        return random.choice([
            value[:i] + random.choice("0123456789abcdefXYZ-_=.~/# \n\u200e\ufeff\u00e9\U0001f600") + value[i + 1 :],
            value[:i] + value[i + 1 :], value[:i] + value[i] + value[i:], value.swapcase(), value[:i], value + "0",
            *[copy.deepcopy(item) for item in random.sample(others, min(2, len(others)))]])
    return random.choice([None, 0, "", [], {}, "x"])


def pool_of(values):
    """What stands in the packages under each name, for exchanging it."""
    pool = collections.defaultdict(list)
    for value in values:
        for path in paths(value):
            item = at(value, path)
            if path and len(pool[path[-1]]) < 200:
                pool[path[-1]].append(item)
            if len(pool["any"]) < 500:
                pool["any"].append(item)
    return pool


# Fixtures with something changed, signatures and all.


def raw_mutant(random, files, pool):
    name = random.choice(list(files))
    data, trust = files[name]
    if random.random() < 0.1:
        data = bytearray(data)
        for _ in range(random.choice([1, 1, 1, 3])):
            i = random.randrange(len(data))
            way = random.randrange(4)
            if way == 0:
                data[i] ^= 1 << random.randrange(8)
            elif way == 1:
                del data[i : i + random.choice([1, 1, 100])]
            elif way == 2:
                data[i:i] = random.choice([b" ", b"0", b"\\u0041", b"\n", b",", b"\xff", b"\\/"])
            else:
                del data[i:]
                break
        return name, bytes(data), trust, "bytes"
    file = json.loads(data)
    what = []
    for _ in range(random.choice([1, 1, 1, 2])):
        way = random.random()
        if way < 0.35:
            what.append(changed(random, file, pool))
        elif way < 0.45:
            other = json.loads(files[random.choice(list(files))][0])
            member = random.choice(list(other))
            file[member] = other[member]
            what.append(f"other's {member}")
        else:
            what.append(inside(random, file, pool))
    return name, canonical_json.written(file), trust, ", ".join(what)


def inside(random, file, pool):
    """Changes a statement, its signature, a disclosure or a place among disclosures."""
    found = [path for path in paths(file) if path[-1:] == ("sd_jwt",)]
    path = random.choice(found)
    holder = at(file, path[:-1])
    text, *disclosures = holder["sd_jwt"].split("~")
    pieces = text.split(".")
    way = random.randrange(6)
    if way == 0 and len(pieces) == 3:
        payload = canonical_json.read(from_base64url(pieces[1]))
        changed(random, payload, pool)
        pieces[1] = base64url(canonical_json.written(payload))
    elif way == 1 and len(pieces) == 3:
        other = at(file, random.choice(found))["sd_jwt"].split("~")[0].split(".")
        i = random.randrange(3)
        pieces[i] = other[i] if len(other) == 3 else ""
    elif way == 2 and len(disclosures) > 1:
        i = random.randrange(len(disclosures))
        try:
            array = json.loads(from_base64url(disclosures[i]))
            changed(random, array, pool)
            disclosures[i] = base64url(canonical_json.written(array))
        except ValueError:
            disclosures.pop(i)
    elif way == 3 and disclosures:
        leaf_of = lambda: disclosures.pop(random.randrange(len(disclosures)))
        random.choice([leaf_of, lambda: random.shuffle(disclosures), lambda: disclosures.insert(0, disclosures[0])])()
    elif way == 4:
        disclosures[:0] = at(file, random.choice(found))["sd_jwt"].split("~")[1:-1][:3]
    else:
        pieces[-1] = leaf(random, pieces[-1], [])
    holder["sd_jwt"] = "~".join([".".join(pieces), *disclosures])
    return f"inside {path[0]} {way}"


# Scenes of our own.


class Scene:
    def __init__(self, random, file):
        self.random, self.model = random, Model(file)
        self.what, self.jtis = [], 0
        if self.model.links is not None:
            self.link()
        elif self.model.proves:
            self.commit()

    def link(self):
        """Values and blindings of our own for a bank's statement and invoices, and statements without ranges."""
        model, amounts = self.model, {1: 5000, 2: 700, 3: -90, 4: 90}
        own = {"statements": lambda n: {"opening_balance": 12, "closing_balance": 12 + sum(amounts.values()),
                                        "entries": 1000 * len(amounts)},
               "bank": lambda n: {"amount": amounts[n], "creditor_reference": 100 + n, "booking_date": 20700},
               "invoices": lambda n: {"payable_amount": amounts[n], "payment_reference": 100 + n, "due_date": 20650}}
        units = {"entries": ("rec20/C62", 3), "booking_date": ("day", 0), "due_date": ("day", 0), "account": ("key", 0),
                 "statement_id": ("key", 0), "creditor_reference": ("key", 0), "payment_reference": ("key", 0)}
        for number, draft in enumerate(draft for draft in model.drafts if draft.slot == "records"):
            series, position = draft.payload["book"].split("/")[0], draft.payload["record_number"]
            values, draft.blindings = {"account": 77, "statement_id": 88, **own[series](position)}, {}
            for item in draft.claims:
                field = item[1].removesuffix("_commitment")
                draft.blindings[field] = number * 1000 + sum(field.encode())
                unit, scale = units.get(field, ("EUR", 2))
                item[2] = {"c": committed(values[field], draft.blindings[field]), "scale": scale, "unit": unit}
        model.links = model.links[:1]
        bank, invoices = "bank/2026-09", "invoices/2026-09"
        said = [self.listing(), f"total({bank}#1.amount, -1*{invoices}#1.payable_amount) = 0 EUR",
                f"equal({bank}#2.creditor_reference, {invoices}#2.payment_reference)",
                f"equal({bank}#1.booking_date, {bank}#2.booking_date)",
                f"equal({invoices}#1.due_date, {invoices}#2.due_date)"]
        self.said_of_grant()[:] = said
        model.find("grant").payload["at"]["size"] *= spread

    def said_of_grant(self):
        return next(item[2] for item in self.model.find("grant").claims if item[1] == "statements")

    def listing(self, relation="balances"):
        list_of_groups = self.model.links[0]
        digest = base64url(sha256(canonical_json.written(list_of_groups)))
        return f"linked({relation}, {len(list_of_groups['groups'])}, {digest})"

    def lists(self):
        """Other groups, or none, and maybe a statement that says so."""
        random, model = self.random, self.model
        if model.links is None:
            return "nothing"
        groups, way = model.links[0]["groups"], random.randrange(8)
        first, second = groups[0]
        if way == 0:
            second.pop(random.randrange(len(second)))
        elif way == 1:
            del second[-2:]
        elif way == 2:
            second.append(random.choice([*second, "bank/2026-09#5", "invoices/2026-09#1", first[0]]))
        elif way == 3:
            random.shuffle(second)
        elif way == 4:
            groups.append([random.choice([first, second[:1], ["statements/2026-09#2"]]), second[2:]])
        elif way == 5:
            model.links.append(copy.deepcopy(model.links[0]))
        elif way == 6:
            model.links = random.choice([[], None])
            return "no lists"
        else:
            changed(random, model.links, self.pool)
        if random.random() < 0.6:
            self.said_of_grant()[0] = self.listing(random.choice(["balances"] * 4 + ["follows", "settles", "bills"]))
        return f"lists {way}"

    def commit(self):
        """Values and blindings of our own, and statements that take no ranges."""
        model, total = self.model, 0
        for number, draft in enumerate(draft for draft in model.drafts if draft.slot == "records"):
            draft.blindings = {}
            for item in draft.claims:
                field = item[1].removesuffix("_commitment")
                draft.blindings[field] = number * 1000 + len(field)
                value = 12345 if field == "payable_amount" else 12345 + 100 * number
                total += value if field == "tax_exclusive_amount" else 0
                item[2] = {"c": committed(value, draft.blindings[field]), "scale": 2, "unit": "EUR"}
        said = [f"sum(tax_exclusive_amount) = {total / 100:.2f}".rstrip("0").rstrip(".") + " EUR",
                "each(payable_amount) = 123.45 EUR",
                "equal(invoices/2026-09#1.payable_amount, invoices/2026-09#1.tax_exclusive_amount)",
                "equal(invoices/2026-09#1.payable_amount, invoices/2026-09#2.payable_amount)"]
        for item in model.find("grant").claims:
            if item[1] == "statements":
                item[2] = said[:2] + self.random.sample(said[2:], 1)
            if item[1] == "to":
                pass
        model.find("grant").payload["at"]["size"] *= spread

    def free(self, least=1):
        taken = {draft.index for draft in self.model.drafts}
        return self.random.choice([i for i in range(least, self.model.size) if i not in taken])

    def time_at(self, index):
        return max(draft.payload["iat"] for draft in self.model.logged() if draft.index <= index)

    def add(self, kind, handle, key, index, members, claims=()):
        self.jtis += 1
        payload = {"iss": self.model.issuer(handle), "iat": self.time_at(index),
                   "jti": base64url(sha256(b"scene %d" % self.jtis)[:16]), **members}
        if claims:
            payload.update({"_sd": [base64url(sha256(b"sd %d %d" % (self.jtis, i))) for i in range(claims)],
                            "_sd_alg": "sha-256"})
        draft = Draft("participants", index, kind, payload, key)
        self.model.drafts.append(draft)
        return draft

    def handles(self):
        return [draft.payload["handle"] for draft in self.model.drafts if draft.kind == "admit"] + ["house", "alliance"]

    def key_of(self, handle):
        """The name of the first key of a participant."""
        model = self.model
        genesis = model.find("genesis").payload
        for found in [*genesis["charter"]["authorities"], genesis["host"]]:
            if found["handle"] == handle:
                return model.names[found["jwk"]["x"]]
        for draft in model.drafts:
            if draft.kind == "admit" and draft.payload["handle"] == handle:
                return model.names[draft.payload["keys"][0]["jwk"]["x"]]

    # What a scene can have besides.

    def more_key(self):
        handle = self.random.choice(["e-acme", "e-acme", "northbank", "house", "alliance"])
        name = f"another {self.jtis}"
        scopes = ["seal", "close", "grant", "revoke", "erase", "request", "fetch", "open", "query", "present",
                  "approve", "serve", "all"]
        some = [scope for scope in scopes if self.random.random() < 0.5] or ["all"]
        draft = self.add("key", handle, self.key_of(handle), self.free(), {"jwk": self.model.jwk(name), "scopes": some})
        if self.random.random() < 0.3:
            draft.payload["until"] = draft.payload["iat"] + self.random.choice([0, 1, 2, 3, 5, 8, 100000])
        own = self.model.issuer(handle)
        for other in self.model.logged():
            if other.payload["iss"] == own and other.index > draft.index and self.random.random() < 0.5:
                other.key = name
        access = self.model.find("access")
        if handle == "northbank":
            access.fetch_key = name
        if self.random.random() < 0.4:
            gone = self.random.choice([name, name, self.key_of(handle)])
            key = self.random.choice([self.key_of(handle), name])
            self.add("retire-key", handle, key, self.free(), {"kid": kid_of(gone), "reason": "unspecified"})
        return f"key of {handle}"

    def suspension(self):
        handle = self.random.choice(self.handles())
        index = self.free()
        members = {"handle": handle, "approvals": []}
        self.add("suspend", "alliance", self.key_of("alliance"), index, dict(members), 1)
        if self.random.random() < 0.6:
            self.add("reinstate", "alliance", self.key_of("alliance"), self.free(index), dict(members), 1)
        return f"suspension of {handle}"

    def authorities(self):
        admit = next(draft for draft in self.model.drafts if draft.kind == "admit")
        members = {name: copy.deepcopy(item) for name, item in admit.payload.items()
                   if name in ("encryption_key", "approvals", "roles")}
        scopes = self.random.choice([["all"], ["all"], ["approve", "all"]])
        key = {"jwk": self.model.jwk("council"), "scopes": scopes}
        self.add("admit", "alliance", self.key_of("alliance"), 2, {**members, "handle": "council", "keys": [key]}, 5)
        index = self.free(3)
        threshold = self.random.choice([1, 2, 2, 3])
        charter = {"authorities": ["alliance", "council"], "threshold": threshold, "freshness": 3600, "approvals": [],
                   "witnesses": []}
        self.add("charter", "alliance", self.key_of("alliance"), index, charter)
        for draft in self.model.logged():
            if draft.index > index and "approvals" in draft.payload and self.random.random() < 0.9:
                draft.approvers = [("council", "council")]
        return f"charter with {threshold}"

    def upgrade(self):
        index = self.free()
        start = index + self.random.randrange(1, 30)
        self.add("upgrade", "alliance", self.key_of("alliance"), index, {"rules": 2, "from": start, "approvals": []})
        return f"upgrade from {start}"

    def gap(self):
        """More time goes by before some entry."""
        index, gap = self.random.randrange(1, self.model.size), self.random.choice(numbers[4:] + [7 * day - 300])
        for draft in self.model.logged():
            if draft.index >= index:
                draft.payload["iat"] += gap
                if draft.kind == "grant" and self.random.random() < 0.8:
                    draft.payload["nbf"] += gap
                    draft.payload["exp"] += gap
                if draft.kind == "access":
                    self.model.hooks.setdefault((draft, "fetch"), []).append(lambda call: later(call, gap))
        return f"gap of {gap}"

    def time(self):
        index = self.free()
        draft = self.add("time", *self.random.choice([("alliance", self.key_of("alliance"))] * 3 +
                                                     [("house", self.key_of("house"))]), index, {})
        now = draft.payload["iat"]
        number = sum(other.kind == "time" for other in self.model.drafts) - 1
        draft.payload.update({"from": now - self.random.choice([0, 0, 14 * day, 14 * day + 1, -5]),
                              "iat": now + self.random.choice([0, -1, -200, -400, -day, 10, 400, day]),
                              "number": self.random.choice([number, number, number + 1]), "approvals": []})
        return "time"

    def dates(self):
        self.model.dated = self.random.choice([0, 1790000100, 1900000000])
        return "date"

    def served(self):
        """The access says something else."""
        access = self.model.find("access")
        claims = {item[1]: item for item in access.claims}
        return "served: " + changed(self.random, claims["served"][2], self.pool)

    def records(self):
        """A served record, or what is shown of it, is left out."""
        random, model = self.random, self.model
        records = [draft for draft in model.drafts if draft.slot in ("records", "erasures", "types", "participants")]
        draft = random.choice(records)
        way = random.randrange(4)
        if way == 0 or not draft.kind:
            model.drafts.remove(draft)
        elif way == 1 and draft.claims:
            draft.claims.remove(random.choice(draft.claims))
        elif way == 2:
            draft.claims = []
        else:
            other = random.choice([draft for draft in model.drafts if draft.kind and draft.index])
            if draft.index and other.index:
                draft.index, other.index = other.index, draft.index
        return f"{draft.slot} {way}"

    def fewer_fields(self):
        """Another set of fields, in the grant, the call, the access and the records alike."""
        random, model = self.random, self.model
        if model.proves:
            return "nothing"
        access, grant = model.find("access"), model.find("grant")
        served = next(item[2] for item in access.claims if item[1] == "served")
        drop = set(random.sample(served["fields"], random.randrange(1, 4)))
        served["fields"] = [name for name in served["fields"] if name not in drop]
        for draft in model.drafts:
            if draft.slot == "records":
                draft.claims = [item for item in draft.claims if item[1] not in drop]
        ways = random.randrange(4)
        kept = [name for name in served["fields"]]
        if ways & 1:
            for item in grant.claims:
                if item[1] == "fields" and kept:
                    item[2] = kept
        if ways & 2:
            model.hooks.setdefault((access, "fetch"), []).append(lambda call: call.__setitem__("fields", kept))
        return f"fields {ways}"

    def listed(self):
        """A scope of listed records, and maybe fewer of them."""
        random, model = self.random, self.model
        if model.proves:
            return "nothing"
        ranges = [{"book": "invoices/2026-09", "from": 1, "to": 2}, {"book": "invoices/2026-10", "from": 1, "to": 3}]
        ranges = random.choice([ranges, ranges[:1], ranges[1:], [ranges[0], {**ranges[1], "from": 2}]])
        for item in model.find("grant").claims:
            if item[1] == "scope":
                item[2] = {"records": ranges}
        if random.random() < 0.5:
            access = model.find("access")
            served = next(item[2] for item in access.claims if item[1] == "served")
            kept = [item for item in served["ranges"] if random.random() < 0.7]
            gone = [item["book"] for item in served["ranges"] if item not in kept]
            served["ranges"] = kept
            if random.random() < 0.5:
                served["books"] = [item for item in served["books"] if item["book"] not in gone]
            for draft in list(model.drafts):
                if draft.slot in ("records", "erasures") and draft.payload.get("book") in gone:
                    model.drafts.remove(draft)
        return "listed"

    def value(self):
        """Something else in a disclosure of a record, as its enterprise would sign it."""
        random = self.random
        draft = random.choice([draft for draft in self.model.drafts if draft.slot == "records" and draft.claims])
        item = random.choice(draft.claims)
        if random.random() < 0.3:
            item[2] = random.choice([None, "", "2026-02-30", {"unit": "EUR", "value": "-0.00"},
                                     {"unit": "JPY", "value": "1.00"}, {"unit": "XYZ", "value": "1.00"},
                                     {"unit": "KWD", "value": "1.000"}, {"unit": "EUR", "value": "1407374883553.28"}])
            return f"value of {item[1]}"
        return "value " + changed(random, item, self.pool)

    def anything(self):
        """One statement says something else than it should, and is signed so."""
        draft = self.random.choice(self.model.logged())
        stage = self.random.choice(["payload", "payload", "last", "claims", "claims", "fetch", "approval"])
        said = []

        def change(value):
            said.append(changed(self.random, value, self.pool))
        self.model.hooks.setdefault((draft, stage), []).append(change)
        self.said = said
        return f"{draft.kind} {draft.index} {stage}"

    def plausible(self):
        """One claim has another value of the same form, so that only its meaning is wrong."""
        random = self.random
        draft = random.choice(self.model.logged())
        stage, holder = random.choice([("payload", draft.payload), ("claims", draft.claims)])
        fitting = [path for path in paths(holder) if path and like(at(holder, path), self.pool[path[-1]])]
        if not fitting:
            return "nothing"
        path = random.choice(fitting)
        old = at(holder, path)
        if type(old) is int and random.random() < 0.7:
            new = max(0, old + random.choice([1, 1, -1, -1, 2, *numbers]))
        else:
            new = copy.deepcopy(random.choice(like(old, self.pool[path[-1]])))

        def change(value):
            at(value, path[:-1])[path[-1]] = new
        self.model.hooks.setdefault((draft, stage), []).append(change)
        return f"plausible {draft.kind} {'.'.join(map(str, path))}"

    def signer(self):
        """Somebody else signs."""
        draft = self.random.choice(self.model.logged()[1:])
        handle = self.random.choice(self.handles())
        if self.random.random() < 0.5:
            draft.payload["iss"] = self.model.issuer(handle)
        if self.random.random() < 0.7:
            draft.key = self.key_of(handle)
        return f"{draft.kind} by {handle}"

    def call(self):
        access = self.model.find("access")

        def change(value):
            changed(self.random, value, self.pool)
        self.model.hooks.setdefault((access, "fetch"), []).append(change)
        return "call"

    def statements(self):
        if not self.model.proves:
            return "nothing"
        grant = self.model.find("grant")
        said = next(item[2] for item in grant.claims if item[1] == "statements")
        i = self.random.randrange(len(said))
        said[i] = self.random.choice([
            said[i].replace("EUR", "USD"), said[i].replace("=", ">="), said[i].replace("payable", "prepaid"),
            "each(issue_date) >= 2026-01-01", "score(3*payable_amount EUR) >= 5",
            "sum(tax_exclusive_amount) between 1 and 2 EUR", leaf(self.random, said[i], said), said[i] + " ",
            said[i].replace("-1*", "-2*"), said[i].replace("-1*", "1*"), said[i].replace("linked(", "linked( "),
            said[i].replace("balances", "follows"), said[i] + " days <= 60"])
        return f"statement {said[i]}"

    def document(self):
        """Another document of a type, which genesis or its statement names."""
        random, model = self.random, self.model
        draft = random.choice([draft for draft in model.drafts if draft.document])
        old = draft.document
        value = json.loads(old)
        what = changed(random, random.choice([value, value["trine"], random.choice(value["trine"]["fields"]),
                                              random.choice(value["claims"])]), self.pool)
        try:
            draft.document = canonical_json.written(value).decode()
        except UnicodeError:
            return "nothing"
        was, now = (base64url(sha256(text.encode())) for text in (old, draft.document))
        for other in model.logged():
            if other.kind in ("genesis", "type"):
                replace(other.payload, was, now)
            elif "vct#integrity" in other.payload:
                other.payload["vct#integrity"] = other.payload["vct#integrity"].replace(standard(was), standard(now))
        return f"document: {what}"


def like(value, others):
    """Those of the same type that aren't the same."""
    return [other for other in others if type(other) is type(value) and other != value]


def standard(digest):
    return digest.replace("-", "+").replace("_", "/") + "="


def later(call, gap):
    if isinstance(call.get("iat"), int):
        call["iat"] += gap


def replace(value, was, now):
    for path in list(paths(value)):
        if path and at(value, path) == was:
            at(value, path[:-1])[path[-1]] = now


def own_mutant(random, files, pool):
    name = random.choice([name for name in files if name.startswith("package")])
    scene = Scene(random, json.loads(files[name][0]))
    scene.pool = pool
    besides = [scene.more_key, scene.suspension, scene.authorities, scene.upgrade, scene.gap, scene.time, scene.dates]
    edits = [scene.served, scene.records, scene.fewer_fields, scene.listed, scene.value, scene.anything, scene.anything,
             scene.plausible, scene.plausible, scene.plausible, scene.signer, scene.call, scene.statements, scene.document,
             scene.lists, scene.lists]
    chosen = random.sample(besides, random.choice([0, 1, 1, 2, 3]))
    chosen += random.sample(edits, random.choice([0, 1, 1, 1, 2]))
    what = [act() for act in chosen]
    file, trust = scene.model.package()
    if random.random() < 0.1:
        what.append(changed(random, file, pool))
    return f"own {name}", canonical_json.written(file), trust, ", ".join(what)


# What was changed before can be such that nothing further can be made of it.
senseless = (SystemExit, Refusal, KeyError, TypeError, ValueError, AttributeError, IndexError)


def made(random, number, files, pool):
    try:
        return (raw_mutant if number % 3 == 0 else own_mutant)(random, files, pool)
    except senseless:
        return None


# Both programs.


def ours(data, trust):
    try:
        return "accepted", package_reader.read(data, package_reader.Trust(trust)), ""
    except Refusal as refusal:
        return "refused", refusal.reason, str(refusal)
    except RulesUnknown as unknown:
        return "later rules", "later rules", str(unknown)
    except (Exception, SystemExit) as error:
        return "failed", "failed", repr(error)


def program(trine, folder, data, trust):
    package, policy = folder / "mutant.trine", folder / "mutant.policy"
    package.write_bytes(data)
    pin, key = trust.split("\n")[:2]
    policy.write_text(f"log {key}\nquorum none\n")
    done = subprocess.run([trine, "verify", package, "--genesis", pin, "--policy", policy, "--offline", "--json",
                           "--home", folder / "none"], capture_output=True, text=True)
    said = done.stderr.strip().split("\n")[0].removeprefix("trine: not verified: ")
    if done.returncode == 0:
        return "accepted", json.loads(done.stdout), said
    if done.returncode == 9:
        return "later rules", None, said
    return "refused" if done.returncode in (1, 5) else f"exit code {done.returncode}", None, said


def facts(verdict):
    for kind in ("verdict", "contradiction"):
        if kind in verdict:
            return verdict[kind]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("trine")
    parser.add_argument("fixtures", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="no mutant is begun after these")
    parser.add_argument("--keep", type=pathlib.Path)
    arguments = parser.parse_args()
    paths_of = sorted([*arguments.fixtures.glob("package-*.trine"), *arguments.fixtures.glob("contradiction-*.json")])
    files = {path.name: (path.read_bytes(), path.with_suffix(".trust").read_text()) for path in paths_of}
    parsed = [json.loads(data) for data, _ in files.values()]
    texts = [at(value, path).split("~") for value in parsed for path in paths(value) if path[-1:] == ("sd_jwt",)]
    payloads = [opened(text[0])[1] for text in texts]
    payloads += [canonical_json.read(from_base64url(item))[2] for text in texts for item in text[1:-1]]
    payloads += [json.loads(item["document"]) for value in parsed for item in value["types"]]
    pool = pool_of([*parsed, *payloads])
    print(f"seed {arguments.seed}, mutants {arguments.first} to {arguments.first + arguments.count - 1}")
    begun = time.monotonic()
    counts, reasons, wrong = collections.Counter(), collections.Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        cases = [(name, data, trust, "unchanged") for name, (data, trust) in files.items()]
        for i in range(arguments.first - len(cases), arguments.first + arguments.count):
            if time.monotonic() - begun > arguments.seconds:
                print(f"stopped before mutant {i}")
                break
            source = random.Random(f"{arguments.seed}/{i}")
            if i < arguments.first:
                mutant = cases[i - arguments.first]
            else:
                mutant = made(source, i, files, pool)
            if mutant is None:
                counts["not made"] += 1
                continue
            name, data, trust, what = mutant
            first, verdict, why = ours(data, trust)
            second, other, said = program(arguments.trine, folder, data, trust)
            counts[f"{name.split(' ')[0] if ' ' in name else 'fixture'}: {first}"] += 1
            if first == "refused":
                reasons[verdict] += 1
            same = first == second
            if same and first == "accepted":
                same = facts(verdict) == facts(other)
                if not same:
                    have, need = facts(verdict), facts(other)
                    apart = {key: (have.get(key), need.get(key)) for key in {*have, *need}
                             if have.get(key) != need.get(key)}
                    why, said = "the reader's facts", f"and the program's: {apart}"
            if not same:
                wrong += 1
                print(f"{i}: {name}, {what}: reader {first} ({why}); program {second} ({said})", flush=True)
                if arguments.keep:
                    arguments.keep.mkdir(parents=True, exist_ok=True)
                    (arguments.keep / f"{i}.trine").write_bytes(data)
                    (arguments.keep / f"{i}.trust").write_text(trust)
    for counter in (counts, reasons):
        print(", ".join(f"{key} {count}" for key, count in counter.most_common()))
    print(f"{wrong} disagreements")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
