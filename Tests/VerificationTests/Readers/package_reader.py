"""Reads a package offline, by the specification alone (package.md), and prints the verdict as JSON.

    package_reader.py PACKAGE --trust FILE

The first line of FILE is the genesis digest; the rest is a trust policy, or the key of the log alone. Exit codes: 0
accepted, 1 refused, 9 for later rules. Nothing but Python's standard library is used.
"""

import base64
import datetime
import json
import sys

sys.dont_write_bytecode = True
import canonical_json
import record_types
import value_proofs
from notes_and_trees import Note, Policy, base64_decoded, consistency_roots, inclusion_root
from participants import Alliance
from refusals import Refusal, RulesUnknown, require
from standards import base64url, leaf, sha256
from statement_forms import Signed, book_order, decoded, disclosed, selective_claims

maximum_participants = 4096
fetch_age = 300
participant_kinds = ["admit", "key", "retire-key", "encryption-key", "suspend", "reinstate", "charter", "upgrade",
                     "time"]
package_members = {"access", "carrier", "checkpoint", "erasures", "format", "genesis", "grant", "participants",
                   "records", "types"}
contradiction_members = {"checkpoint", "field", "format", "genesis", "participants", "record", "types"}
scopes = {"admit": "all", "key": "all", "encryption-key": "all", "retire-key": "all",
          "suspend": "all", "reinstate": "all", "charter": "all",
          "upgrade": "all", "type": "all", "time": "serve", "record": "seal", "erase": "erase", "grant": "grant",
          "rekey": "grant", "access": "serve"}


class Trust:
    """What the verifier brings itself."""

    def __init__(self, text):
        pin, _, rest = text.partition("\n")
        self.pin = decoded(pin)
        single = len(rest.split()) == 1
        self.policy = Policy(f"log {rest.strip()}\nquorum none\n" if single else rest)


class Entry:
    """A logged statement, in its form and included under the checkpoint."""

    def __init__(self, value, checkpoint, kinds):
        require(isinstance(value, dict), "form", "logged statement")
        need = {"index", "proof", "sd_jwt"}
        require(need <= set(value) <= need | {"erased"}, "form", "logged statement")
        require(value.get("erased", True) is True, "form", "erased")
        self.index = value["index"]
        require(type(self.index) is int and self.index >= 0, "form", "index")
        require(isinstance(value["sd_jwt"], str) and value["sd_jwt"].endswith("~"), "form", "sd_jwt")
        jws, *self.disclosures = value["sd_jwt"][:-1].split("~")
        self.statement = Signed(jws)
        self.kind = self.statement.kind
        require(self.kind in kinds, "unexpected kind", str(self.kind))
        hashes = [checked_hash(item) for item in list_in(value["proof"])]
        root = inclusion_root(leaf(jws.encode()), self.index, checkpoint.size, hashes)
        require(root == checkpoint.root, "not included", str(self.index))

    @property
    def payload(self):
        return self.statement.payload

    def claims(self, all_of_them=True):
        return selective_claims(self.statement, self.disclosures, all_of_them)


def list_in(value):
    require(isinstance(value, list), "form", "list")
    return value


def checked_hash(text):
    require(isinstance(text, str), "form", "hash")
    data = base64_decoded(text)
    require(len(data) == 32, "form", "hash")
    return data


class Beginning:
    """Steps 1 to 3, and the entries of step 4 in their form: what a package and a contradiction share."""

    def __init__(self, file, trust):
        require(isinstance(file["checkpoint"], str), "form", "checkpoint")
        note = Note(file["checkpoint"])
        self.checkpoint, self.witnesses = trust.policy.accepted(note)
        entry = lambda value, *kinds: Entry(value, self.checkpoint, kinds)
        self.genesis = entry(file["genesis"], "genesis")
        require(self.genesis.index == 0, "genesis", "index")
        self.log = self.genesis.statement.digest
        require(self.log == trust.pin, "genesis", "not pinned")
        self.alliance = Alliance(self.genesis.statement, self.log)
        require(self.alliance.origin == self.checkpoint.origin, "genesis", "origin")
        require(not self.genesis.disclosures, "disclosures", "of genesis")
        self.dated = max(note.by(self.alliance.clock_key), default=None)

        participants = list_in(file["participants"])
        require(len(participants) <= maximum_participants, "form", "participants")
        self.participants = [entry(item, *participant_kinds) for item in participants]
        indices = [item.index for item in self.participants]
        require(all(a < b for a, b in zip(indices, indices[1:])), "form", "order of participants")
        self.read_types(file, entry)

    def read_types(self, file, entry):
        self.types, self.type_entries, named, placed = {}, [], self.genesis.payload["types"], {}
        for item in list_in(file["types"]):
            require(isinstance(item, dict) and set(item) == {"document", "statement"}, "form", "type")
            require(isinstance(item["document"], str), "form", "type")
            found = record_types.RecordType(item["document"], self.alliance.origin)
            name = {"digest": base64url(found.digest), "name": found.name, "version": found.version}
            if item["statement"] is None:
                require(name in named, "type", "genesis doesn't name it")
                place = (0, named.index(name))
            else:
                statement = entry(item["statement"], "type")
                require(not statement.disclosures, "disclosures", "of a type")
                require(all(statement.payload[key] == value for key, value in name.items()), "type", "its statement")
                place = (statement.index, 0)
                last = self.type_entries[-1].index if self.type_entries else 0
                require(statement.index > last, "out of order", "types")
                self.type_entries.append(statement)
            placed[place] = found
        families = {}
        for _, found in sorted(placed.items()):
            earlier = families.setdefault(found.name, [])
            found.follows(earlier)
            earlier.append(found)
            self.types[found.vct] = found
            same = {other.name for other in self.types.values() if other.series == found.series}
            require(len(same) == 1, "type", "two names of one series")

    def replay(self, others, moments):
        """Steps through all entries by index, and calls `moments[entry]` once the entry has its effect."""
        judged = [*self.participants, *self.type_entries]
        entries = [*judged, *others]
        require(len({item.index for item in entries}) == len(entries), "form", "an entry twice")
        for item in entries:
            require(item.statement.origin == self.alliance.origin, "other origin")
            require(item.payload["log"] == base64url(self.log), "other log")
        # Those of the later steps are told after all of step 4.
        first = None
        for item in sorted(entries, key=lambda item: item.index):
            self.alliance.require_known_rules(item.index, item.statement)
            if item in judged:
                if item.disclosures:
                    item.claims(False)
                self.alliance.enter(item.index, item.statement, scopes[item.kind])
            else:
                self.alliance.move_time(item.statement)
            item.time = self.alliance.time
            try:
                if item not in judged:
                    self.alliance.require_standing(item.statement, scopes[item.kind], item.time)
                if item in moments:
                    moments[item]()
            except Refusal as refusal:
                first = first or refusal
        if first:
            raise first


def lists_of(proof):
    """The lists of groups that a proof has, in their form."""
    if not isinstance(proof, dict) or "links" not in proof:
        return []
    lists = [value_proofs.Links(item) for item in list_in(proof["links"])]
    require(1 <= len(lists) <= 32, "links", "lists")
    return lists


class Package:
    """All steps; then the verdict's facts."""

    def __init__(self, file, trust):
        members = set(file)
        require(package_members <= members <= package_members | {"proof"}, "form", "members")
        # A form is wrong whatever rules the entries are under.
        lists_of(file.get("proof"))
        self.beginning = start = Beginning(file, trust)
        self.alliance, self.log = start.alliance, base64url(start.log)
        entry = lambda value, *kinds: Entry(value, start.checkpoint, kinds)
        self.grant, self.access = entry(file["grant"], "grant"), entry(file["access"], "access")
        self.carrier = None if file["carrier"] is None else entry(file["carrier"], "rekey")
        self.records = [entry(item, "record") for item in list_in(file["records"])]
        self.erasures = [entry(item, "erase") for item in list_in(file["erasures"])]
        self.others = [*self.records, *self.erasures, self.grant, self.access]
        self.others += [self.carrier] if self.carrier else []
        self.beginning.replay(self.others, {self.access: self.at_access})
        self.check_grant()
        self.check_served()
        self.check_records()
        self.check_proof(file.get("proof"))

    def start_order(self):
        require(self.access.index > self.grant.index, "out of order", "access")
        if self.carrier:
            require(self.grant.index < self.carrier.index < self.access.index, "out of order", "carrier")
        for item in [*self.records, *self.erasures, *self.beginning.type_entries]:
            require(item.index < self.access.index, "out of order", item.kind)

    # Steps 5 and 6.

    def at_access(self):
        alliance = self.alliance
        self.terms, self.made = self.grant.claims(), self.access.claims()
        self.enterprise, self.grantee = self.grant.statement.handle, self.terms["to"]
        self.fetch = Signed(self.made["fetch"])
        self.start_order()
        require("enterprise" in alliance.roles.get(self.enterprise, []), "not an enterprise")
        require(self.access.statement.handle == alliance.host, "not the host")
        for handle in (self.enterprise, self.grantee, alliance.host):
            require(handle not in alliance.suspended, "suspended", handle)
        require(self.grant.payload["nbf"] <= alliance.time < self.grant.payload["exp"], "outside dates")
        fetch = self.fetch
        require(fetch.type == "trine-fetch+jwt", "fetch", "type")
        require(fetch.origin == alliance.origin and fetch.payload["log"] == self.log, "fetch", "other log")
        require(fetch.handle == self.grantee, "fetch", "of another")
        require(fetch.payload.get("grant") == self.grant.statement.jti, "fetch", "other grant")
        require(abs(fetch.iat - self.access.statement.iat) <= fetch_age, "fetch", "stale")
        alliance.require_standing(fetch, "fetch", alliance.time)

    def check_grant(self):
        self.proves = self.grant.payload["right"] == "prove"
        terms, payload = self.terms, self.grant.payload
        require((terms["fields"] is None) == self.proves, "form", "fields")
        require((terms["statements"] is None) != self.proves, "form", "statements")
        require(payload["nbf"] < payload["exp"], "form", "dates")
        require(self.grantee != self.enterprise, "grant", "to oneself")
        scope = terms["scope"]
        if "records" in scope:
            self.series = sorted({item["book"].split("/")[0] for item in scope["records"]})
        else:
            self.series = [scope["series"]]
        require(self.proves or len(self.series) == 1, "form", "series")
        require([item["series"] for item in terms["epochs"]] == self.series, "form", "epochs")
        have = {found.series for found in self.beginning.types.values()}
        require(have == set(self.series), "type", "of the granted series")
        names = {name for found in self.beginning.types.values() for name in found.sealed_names}
        require(self.proves or set(terms["fields"]) <= names, "not granted", "a field that no type has")
        require(self.access.payload["grant"] == self.grant.statement.jti, "other grant", "access")
        if self.carrier:
            self.carrier.claims(False)
            require(self.carrier.payload["grant"] == self.grant.statement.jti, "other grant", "carrier")
            require(self.carrier.statement.handle == self.enterprise, "other issuer", "carrier")
        if self.proves:
            require("at" in payload, "point missing")
            self.statements = [value_proofs.Statement(text) for text in terms["statements"]]

    def check_served(self):
        self.served = self.made["served"]
        asked, fields = self.fetch.payload, self.served["fields"]
        granted = self.granted_names()
        require(set(fields) <= granted, "not granted")
        require(set(fields) <= with_commitments(asked["fields"]), "not asked for")
        self.books = {item["book"]: item for item in self.served["books"]}
        for item in self.served["ranges"]:
            require(self.in_scope(item), "not granted", "records")
            require(not asked["ranges"] or lies_in(item, asked["ranges"]), "not asked for", "records")
            stated = self.books.get(item["book"])
            require(stated and item["to"] <= stated["count"], "beyond book")
        require(size_of(self.served["ranges"]) <= len(self.records), "records missing")
        self.numbers = {(item["book"], number) for item in self.served["ranges"]
                        for number in range(item["from"], item["to"] + 1)}

    def granted_names(self):
        if not self.proves:
            return with_commitments(self.terms["fields"])
        # Commitments say nothing by themselves, and any of them may be served.
        names = {name for found in self.beginning.types.values() for name in found.sealed_names}
        return {name + "_commitment" for name in names if name + "_commitment" in names}

    def in_scope(self, item):
        scope = self.terms["scope"]
        if "records" in scope:
            return lies_in(item, scope["records"])
        series, month = item["book"].split("/")
        return series == scope["series"] and scope["from"] <= month <= scope["to"]

    # Step 7.

    def check_records(self):
        self.placed, self.by_jti = {}, {}
        for item in self.records:
            payload = item.payload
            place = (payload["book"], payload["record_number"])
            require(place not in self.placed, "record twice")
            self.placed[place] = self.by_jti[item.statement.jti] = item
            self.check_record(item)
        self.replaced = {
            item.payload["replaces"] for item in self.records
            if item.payload.get("replaces") in self.by_jti
            and self.by_jti[item.payload["replaces"]].index < item.index}
        self.erased = set()
        for item in self.erasures:
            target = self.by_jti.get(item.payload.get("record"))
            require(target, "stray erasure")
            require(target.index < item.index, "stray erasure", "before the record")
            require(target.statement.jti not in self.erased, "stray erasure", "twice")
            item.claims(False)
            require(item.statement.handle == self.enterprise, "other issuer", "erasure")
            self.erased.add(target.statement.jti)
        for place in self.numbers:
            require(place in self.placed, "records missing")
        for place, item in self.placed.items():
            jti = item.statement.jti
            if place in self.numbers:
                require(jti not in self.erased, "erased")
                self.check_fields(item)
            else:
                require(not item.disclosures, "not served")

    def check_record(self, item):
        payload, statement = item.payload, item.statement
        require(statement.handle == self.enterprise, "other issuer", "record")
        found = check_type(payload, self.beginning.types, self.alliance.origin, statement.handle)
        item.type = found
        stated = self.books.get(payload["book"])
        if stated:
            require(payload["record_number"] <= stated["count"], "beyond book")
            require(payload["epoch"] <= stated["epoch"], "beyond epoch")

    def check_fields(self, item):
        found = record_disclosures(item)
        need = set(item.type.sealed_names) & set(self.served["fields"])
        require(set(found) == need, "wrong fields")
        check_values(item.type, found)
        item.values = {name: value for name, (value, _) in found.items()}

    # Step 8.

    def check_proof(self, proof):
        require(self.proves or proof is None, "stray proof")
        if not self.proves:
            return
        need = {"consistency", "presentation"}
        require(isinstance(proof, dict) and need <= set(proof) <= need | {"links"}, "proof missing")
        self.take_links(proof)
        at, scope = self.grant.payload["at"], self.terms["scope"]
        require("records" in scope, "records not listed")
        by_series = {series: [found for found in self.beginning.types.values() if found.series == series]
                     for series in self.series}
        require(size_of(scope["records"]) <= len(self.records), "records not listed")
        places = [(item["book"], number) for item in scope["records"]
                  for number in range(item["from"], item["to"] + 1)]
        for statement in self.statements:
            statement.require_provable(by_series)
            require(all(spot[:2] in places for spot in statement.places), "statement", "record not in scope")
        require(at["size"] <= self.grant.index, "point after grant")
        old_root = decoded(at["root"])
        hashes = [checked_hash(item) for item in list_in(proof["consistency"])]
        checkpoint = self.beginning.checkpoint
        roots = consistency_roots(at["size"], checkpoint.size, hashes, old_root)
        require(roots == (old_root, checkpoint.root), "other tree")
        records, values = [], []
        for position, place in enumerate(places):
            require(place in self.numbers, "records not listed")
            item = self.placed[place]
            jti = item.statement.jti
            require(item.index < at["size"], "record after point")
            require(jti not in self.replaced, "not served", "replaced")
            records.append((*place, jti, item.statement.digest))
            for field in self.fields_at(place):
                value = item.values.get(field + "_commitment")
                require(value is not None, "proof", "a value is missing")
                values.append((position, field, value["unit"], value["scale"], decoded(value["c"])))
        payload = self.grant.payload
        context = value_proofs.Context(self.beginning.log, at["size"], old_root, self.grantee,
                                       self.grant.statement.jti, payload["purpose"], payload["exp"])
        value_proofs.verify(decoded(proof["presentation"]), context.obligations(self.statements, records, values))

    def take_links(self, proof):
        """Each statement about linked records has its list."""
        lists = lists_of(proof)
        linked = [statement for statement in self.statements if statement.kind == "linked"]
        require(len(lists) == len(linked), "links", "lists")
        settled = {}
        for statement, links in zip(linked, lists):
            statement.take(links)
            if value_proofs.relations[statement.relation].get("positive"):
                for group in links.groups:
                    for record in (*group[0], *group[1]):
                        require(settled.setdefault(record, group) == group, "links", "settled twice")

    def fields_at(self, place):
        found = {field for statement in self.statements for field in statement.fields}
        found |= {spot[2] for statement in self.statements for spot in statement.places if spot[:2] == place}
        return sorted(found)

    # Step 9, and the verdict.

    def verdict(self):
        books = [self.completeness(book) for book in self.served["books"]]
        payload = self.grant.payload
        facts = {
            "access": self.access.index, "access_time": self.access.statement.iat, "as_of": self.access.time,
            "books": books, "complete": all(book["complete"] for book in books), "data_life": self.terms["data_life"],
            "dated": self.beginning.dated, "enterprise": self.enterprise, "exp": payload["exp"],
            "fields": [name for name in self.served["fields"] if not name.endswith("_commitment")],
            "grant": self.grant.statement.jti,
            "grant_index": self.grant.index, "grantee": self.grantee, "host": self.alliance.host,
            "nbf": payload["nbf"], "origin": self.alliance.origin, "purpose": payload["purpose"],
            "heads": sum(1 for place in self.numbers if self.placed[place].statement.jti not in self.replaced),
            "unregistered": self.unregistered(),
            "records": len(self.numbers), "right": payload["right"], "size": self.beginning.checkpoint.size,
            "witnesses": sorted(self.beginning.witnesses)}
        if self.proves:
            facts["proven_at"] = payload["at"]["size"]
            facts["statements"] = self.terms["statements"]
            lists = [statement.links for statement in self.statements if statement.links]
            if lists:
                facts["links"] = [[[[f"{book}#{number}" for book, number in side] for side in group]
                                   for group in links.groups] for links in lists]
        return facts

    def unregistered(self):
        """Granted months up to that of the access in which there is no book."""
        scope = self.terms["scope"]
        if "records" in scope:
            return []
        last = min(scope["to"], month_of(self.access.statement.iat))
        year, month = map(int, scope["from"].split("-"))
        found = []
        while f"{year:04}-{month:02}" <= last:
            found.append(f"{scope['series']}/{year:04}-{month:02}")
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        return [book for book in found if book not in self.books]

    def completeness(self, stated):
        """What has become of each number of a book. Its count can be far larger than the package."""
        counts, missing, next_number = {"erased": 0, "replaced": 0, "served": 0}, [], 1
        for (book, number), item in sorted(self.placed.items()):
            jti = item.statement.jti
            if book != stated["book"]:
                continue
            if (book, number) in self.numbers:
                counts["served"] += 1
            elif jti in self.erased or jti in self.replaced:
                counts["replaced" if jti in self.replaced else "erased"] += 1
            else:
                continue
            if number > next_number:
                missing.append([next_number, number - 1])
            next_number = number + 1
        if stated["count"] >= next_number:
            missing.append([next_number, stated["count"]])
        return {"book": stated["book"], "closed": stated["closed"], "complete": not missing, "count": stated["count"],
                "missing": missing, **counts}

    def shown(self):
        """The fields and values of the served records."""
        places = sorted(self.numbers, key=lambda place: (book_order(place[0]), place[1]))
        return [{"book": book, "number": number, "index": self.placed[book, number].index,
                 "fields": self.placed[book, number].values} for book, number in places]


def month_of(seconds):
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m")


def size_of(ranges):
    return sum(item["to"] - item["from"] + 1 for item in ranges)


def with_commitments(fields):
    return set(fields) | {field + "_commitment" for field in fields}


def lies_in(item, ranges):
    return any(item["book"] == other["book"] and other["from"] <= item["from"] and item["to"] <= other["to"]
               for other in ranges)


def check_type(payload, types, origin, handle):
    """The type of a record, whose public claims have to be those of its place."""
    found = types.get(payload["vct"])
    require(found, "unknown record type")
    integrity = "sha256-" + base64.b64encode(found.digest).decode()
    require(payload["vct#integrity"] == integrity, "unknown record type", "another document")
    require(payload["book"].split("/")[0] == found.series, "wrong series")
    require(len(payload["_sd"]) == len(found.sealed_names), "wrong fields", "number of digests")
    status = {"idx": payload["record_number"], "uri": f"https://{origin}/status/{handle}/{payload['book']}"}
    require(payload["status"]["status_list"] == status, "wrong status")
    return found


def record_disclosures(item):
    """Of each name disclosed its value and salt, each in the place of its name."""
    found = {}
    for text in item.disclosures:
        name, value, salt, digest = disclosed(text)
        require(name in item.type.sealed_names and name not in found, "wrong fields", name)
        require(item.payload["_sd"][item.type.sealed_names.index(name)] == digest, "disclosures", "not in its place")
        found[name] = (value, salt)
    return found


def check_values(record_type, found):
    """Refuses values that aren't of the type, and those that contradict their commitments."""
    for name, (value, _) in found.items():
        if name in record_type.fields:
            record_types.require_value(record_type.fields[name], value)
        else:
            record_types.require_commitment(record_type.fields[name.removesuffix("_commitment")], value)
    for name, (value, salt) in found.items():
        field = record_type.fields.get(name)
        if field and field["commit"]:
            require(name + "_commitment" in found, "fields", "the commitment is missing")
            need = record_types.commitment(field, value, salt)
            require(found[name + "_commitment"][0] == need, "contradiction", name)


def contradiction(file, trust):
    """A record whose value and commitment disagree."""
    require(set(file) == contradiction_members, "form", "members")
    start = Beginning(file, trust)
    item = Entry(file["record"], start.checkpoint, ["record"])
    start.replay([item], {})
    item.type = check_type(item.payload, start.types, start.alliance.origin, item.statement.handle)
    found, field = record_disclosures(item), file["field"]
    require(isinstance(field, str) and set(found) == {field, f"{field}_commitment"}, "wrong fields")
    try:
        check_values(item.type, found)
    except Refusal as refusal:
        if refusal.reason == "contradiction":
            place = f"{item.payload['book']}#{item.payload['record_number']}"
            return {"enterprise": item.statement.handle, "field": field, "index": item.index, "record": place,
                    "shown": found[field][0]}
        raise
    raise Refusal("no contradiction")


def read(data, trust):
    """The verdict; refusals are raised."""
    file = canonical_json.read(data)
    require(isinstance(file, dict), "form", "object")
    if file.get("format") == "trine-contradiction/1":
        return {"contradiction": contradiction(file, trust)}
    require(file.get("format") == "trine-package/1", "form", "format")
    package = Package(file, trust)
    return {"verdict": package.verdict(), "shown": package.shown()}


def main(path, option, trust):
    if option != "--trust":
        raise SystemExit(__doc__)
    try:
        verdict = read(open(path, "rb").read(), Trust(open(trust, encoding="utf-8").read()))
    except Refusal as refusal:
        print(json.dumps({"accepted": False, "reason": str(refusal)}))
        return 1
    except RulesUnknown as unknown:
        print(json.dumps({"accepted": None, "reason": str(unknown)}))
        return 9
    print(json.dumps({"accepted": True, **verdict}, indent=2, sort_keys=True, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    raise SystemExit(main(*sys.argv[1:]))
