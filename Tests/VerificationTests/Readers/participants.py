"""Who stands at each index, and what log time it is at least, by what a package shows (package.md, step 4)."""

import functools

import canonical_json
import notes_and_trees
import signatures
from refusals import Refusal, RulesUnknown, require
from standards import base64url, from_base64url, parts, q, sha256, unpacked, x25519
from statement_forms import Signed, thumbprint

known_rules = 1
backward, forward = 300, 3600
approval_life, announcement, host_step = 14 * 86400, 7 * 86400, 31 * 86400
maximum_keys, maximum_keys_ever = 16, 1024


@functools.lru_cache(maxsize=256)
def is_usable(encryption_key):
    """Whether something can be encapsulated to an X-Wing key: FIPS 203 checks the modulus, X25519 for zero."""
    data = from_base64url(encryption_key)
    return max(unpacked(data[:1152], 12)) < q and any(x25519(b"\1" * 32, data[1184:]))


class Key:
    def __init__(self, handle, jwk, scopes, until=None):
        self.handle, self.public = handle, from_base64url(jwk["x"])
        self.scopes, self.until, self.retired = scopes, until, False


class Alliance:
    """The log's participants after the entries so far. `enter` takes entries in the order of their indices."""

    def __init__(self, genesis, entry_digest):
        payload = genesis.payload
        require(genesis.kind == "genesis", "genesis")
        self.origin, self.log = payload["origin"], base64url(entry_digest)
        require(genesis.origin == self.origin, "genesis", "origin")
        if payload["rules"] != known_rules:
            raise RulesUnknown(f"rules {payload['rules']} from entry 0")
        self.log_key = notes_and_trees.Key(payload["log_key"])
        self.clock_key = notes_and_trees.Key(payload["clock_key"])
        for key, kind in ((self.log_key, 1), (self.clock_key, 4)):
            require(key.kind == kind and key.name == self.origin, "genesis", "keys")
        require(self.log_key.public != self.clock_key.public, "genesis", "keys")
        self.keys, self.roles, self.suspended = {}, {}, set()
        self.jtis = {genesis.jti}
        self.host = payload["host"]["handle"]
        authorities = payload["charter"]["authorities"]
        for founder in [*authorities, payload["host"]]:
            kid = thumbprint(founder["jwk"])
            require(founder["handle"] not in self.roles and kid not in self.keys, "genesis", "founders")
            self.roles[founder["handle"]] = []
            self.keys[kid] = Key(founder["handle"], founder["jwk"], ["all"])
        self.roles[self.host] = ["operator"]
        first = authorities[0]
        require(genesis.handle == first["handle"] and genesis.kid == thumbprint(first["jwk"]), "genesis", "issuer")
        self.check_charter({**payload["charter"], "authorities": [item["handle"] for item in authorities]})
        self.time, self.times_set, self.announced = genesis.iat, 0, None
        self.require_signature(genesis)

    def check_charter(self, charter):
        require(charter["threshold"] <= len(charter["authorities"]), "charter", "threshold")
        require(self.host not in charter["authorities"], "charter", "host")
        lines = charter["witnesses"]
        if lines:
            first = [line.split()[:1] for line in lines]
            require(all(words and words[0] in ("witness", "group", "quorum") for words in first), "charter", "witnesses")
            policy = notes_and_trees.Policy("\n".join([f"log {self.log_key.text}", *lines, ""]))
            voices = [key.public for key in policy.witnesses.values()]
            require(self.log_key.public not in voices and self.clock_key.public not in voices, "charter", "host")
        for handle in charter["authorities"]:
            require(handle in self.roles, "charter", "unknown participant")
        standing = set(charter["authorities"]) - self.suspended
        require(len(standing) >= charter["threshold"], "charter", "too few authorities")
        self.authorities, self.threshold = charter["authorities"], charter["threshold"]

    # Every entry.

    def require_known_rules(self, index, statement):
        """Stops where rules that aren't known may decide the entry."""
        if self.announced:
            rules, start, moment = self.announced
            before = max(self.time, statement.payload["from"]) if statement.kind == "time" else self.time
            if index >= start and max(before, statement.iat + backward) >= moment and rules > known_rules:
                raise RulesUnknown(f"rules {rules} from entry {start}")

    def move_time(self, statement):
        """Refuses what is too old; then log time is at least that of the statement."""
        require(statement.iat >= self.time - backward, "time", "too old")
        self.time = max(self.time, statement.iat)

    def enter(self, index, statement, scope):
        """Refuses what its issuer couldn't state at this index; then the entry has its effect."""
        if statement.kind not in ("record", "erase", "grant", "access", "rekey"):
            # What is judged by the rules, that no two statements have one jti among them.
            require(statement.jti not in self.jtis, "jti taken", statement.kind)
            self.jtis.add(statement.jti)
        if statement.kind == "time":
            self.time_set(statement)
            return
        self.move_time(statement)
        self.require_standing(statement, scope, self.time)
        if statement.kind in ("admit", "encryption-key"):
            require(is_usable(statement.payload["encryption_key"]), "unusable encryption key")
        if statement.kind == "encryption-key":
            require(statement.handle not in self.suspended, "suspended", statement.handle)
        effect = {"admit": self.admit, "key": self.key, "retire-key": self.retire, "suspend": self.suspend,
                  "reinstate": self.reinstate, "charter": self.charter, "upgrade": self.upgrade,
                  "type": self.decided}.get(statement.kind)
        if effect == self.upgrade:
            self.upgrade(statement, index)
        elif effect:
            effect(statement)

    def require_standing(self, signed, scope, time):
        key = self.keys.get(signed.kid)
        require(key, "unknown key", signed.kid)
        require(key.handle == signed.handle, "key of another")
        require(not key.retired and (key.until is None or time < key.until), "key not standing")
        require(scope in key.scopes or "all" in key.scopes, "scope missing", scope)
        self.require_signature(signed)

    def require_signature(self, signed):
        key = self.keys[signed.kid].public
        require(signatures.holds(key, signed.signed, signed.signature), "bad signature", signed.type)

    # What the authorities decide together.

    def decided(self, statement, time=None):
        time = self.time if time is None else time
        require(statement.handle in self.authorities, "not an authority", statement.handle)
        require(statement.handle not in self.suspended, "suspended", statement.handle)
        key = self.keys[statement.kid]
        require("approve" in key.scopes or "all" in key.scopes, "scope missing", "approve")
        motion = statement.motion()
        for text in statement.payload["approvals"]:
            approval = Signed(text)
            payload = approval.payload
            require(approval.origin == self.origin and payload["log"] == self.log, "approval", "other log")
            require(payload["motion"] == motion, "approval", "other motion")
            require(approval.handle in self.authorities and approval.handle != statement.handle, "approval", "by")
            require(payload["exp"] <= approval.iat + approval_life, "approval", "too long")
            latest = time if statement.kind == "time" else statement.iat + backward
            require(approval.iat <= latest + forward, "approval", "not yet")
            require(time < payload["exp"], "approval", "ended")
            require(approval.handle not in self.suspended, "approval", "suspended")
            self.require_standing(approval, "approve", time)
        require(1 + len(statement.payload["approvals"]) >= self.threshold, "approvals missing")

    def admit(self, statement):
        payload = statement.payload
        self.decided(statement)
        handle, keys = payload["handle"], payload["keys"]
        require(handle not in self.roles, "not admitted", "handle taken")
        kids = [thumbprint(key["jwk"]) for key in keys]
        require(len(set(kids)) == len(kids) and not set(kids) & set(self.keys), "not admitted", "key used")
        forever = any("all" in key["scopes"] and "until" not in key for key in keys)
        require(forever, "not admitted", "no key with scope all")
        offered = {
            "encryption_key": payload["encryption_key"], "identity": [payload["_sd"][i] for i in (0, 2, 3)],
            "keys": [{name: item for name, item in key.items() if name != "pop"} for key in keys],
            "roles": payload["roles"]}
        log = from_base64url(self.log)
        fingerprint = sha256(parts("trine/v1 fingerprint", log, handle, canonical_json.written(offered)))
        for kid, key in zip(kids, keys):
            require("until" not in key or self.time < key["until"], "not admitted", "key expired")
            self.require_possession(key["pop"], kid, key["jwk"], {
                "fingerprint": base64url(fingerprint), "handle": handle, "jwk": key["jwk"], "log": self.log})
        self.roles[handle] = payload["roles"]
        for kid, key in zip(kids, keys):
            self.keys[kid] = Key(handle, key["jwk"], key["scopes"], key.get("until"))

    def require_possession(self, text, kid, jwk, says):
        pop = Signed(text)
        require(pop.type == "trine-pop+jwt" and pop.kid == kid and pop.payload == says, "proof of possession")
        require(signatures.holds(from_base64url(jwk["x"]), pop.signed, pop.signature), "proof of possession")

    def key(self, statement):
        payload, handle = statement.payload, statement.handle
        require(handle not in self.suspended, "suspended", handle)
        kid = thumbprint(payload["jwk"])
        require(kid not in self.keys, "key already used")
        own = [key for key in self.keys.values() if key.handle == handle]
        standing = [key for key in own if not key.retired]
        require(len(standing) < maximum_keys and len(own) < maximum_keys_ever, "too many keys")
        until = payload.get("until")
        require(until is None or self.time < until, "key expired")
        says = {"handle": handle, "jwk": payload["jwk"], "kid": statement.kid, "log": self.log,
                "scopes": payload["scopes"]}
        if until is not None:
            says["until"] = until
        self.require_possession(payload["pop"], kid, payload["jwk"], says)
        self.keys[kid] = Key(handle, payload["jwk"], payload["scopes"], until)

    def retire(self, statement):
        key = self.keys.get(statement.payload["kid"])
        require(key and key.handle == statement.handle and not key.retired, "retire", "unknown key")
        last = statement.kid == statement.payload["kid"] or self.keys[statement.kid].until is not None
        require(not last, "retire", "last key")
        key.retired = True

    def suspend(self, statement):
        self.decided(statement)
        handle = statement.payload["handle"]
        require(handle in self.roles and handle not in self.suspended, "suspend", handle)
        if handle in self.authorities:
            left = set(self.authorities) - self.suspended - {handle}
            require(len(left) >= self.threshold, "suspend", "too few authorities")
        self.suspended.add(handle)

    def reinstate(self, statement):
        self.decided(statement)
        require(statement.payload["handle"] in self.suspended, "reinstate", statement.payload["handle"])
        self.suspended.remove(statement.payload["handle"])

    def charter(self, statement):
        self.decided(statement)
        self.check_charter(statement.payload)

    def upgrade(self, statement, index):
        self.decided(statement)
        require(statement.payload["rules"] == known_rules + 1, "upgrade", "rules")
        require(statement.payload["from"] > index, "upgrade", "too soon")
        self.announced = (statement.payload["rules"], statement.payload["from"], statement.iat + announcement)

    def time_set(self, statement):
        payload, number, start = statement.payload, statement.payload["number"], statement.payload["from"]
        require(number == self.times_set, "time", "one was left out")
        self.require_standing(statement, "serve", statement.iat)
        if statement.handle == self.host:
            require(self.host not in self.suspended, "suspended", self.host)
            require(not payload["approvals"], "time", "approvals")
            require(self.time <= start < statement.iat <= start + host_step, "time", "by the host")
        else:
            require(self.time <= start + approval_life, "time", "from")
            self.decided(statement, statement.iat)
            self.times_set += 1
        self.time = statement.iat
