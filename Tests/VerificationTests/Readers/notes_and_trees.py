"""Signed notes, checkpoints, trust policies and proofs of the tree (chain.md)."""

import base64
import re
import struct

import signatures
from refusals import Refusal, require
from standards import node, sha256

maximum_note_bytes = 512 * 1024
maximum_size = 2**63 - 1


def base64_decoded(text):
    """The bytes of the one spelling in the standard alphabet with padding."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refusal("base64")
    require(base64.b64encode(data).decode() == text, "base64")
    return data


def decimal(text):
    require(re.fullmatch("0|[1-9][0-9]{0,18}", text) and int(text) <= maximum_size, "decimal")
    return int(text)


def require_name(name):
    require(1 <= len(name.encode()) <= 255 and "+" not in name, "name")
    require(not any(c.isspace() or ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in name), "name")


class Key:
    """A vkey."""

    def __init__(self, text):
        parts = text.split("+", 2)
        require(len(parts) == 3, "vkey")
        self.text, self.name = text, parts[0]
        require_name(self.name)
        material = base64_decoded(parts[2])
        require(len(material) > 1 and material[0] in (1, 4, 6), "vkey", "kind")
        self.kind, self.public = material[0], material[1:]
        self.id = sha256(self.name.encode() + b"\n" + material)[:4]
        require(parts[1] == self.id.hex(), "vkey", "id")
        require(len(self.public) == (1312 if self.kind == 6 else 32), "vkey", "length")


class Note:
    """A text and its signatures, which nobody has verified yet."""

    def __init__(self, note):
        require(len(note.encode()) <= maximum_note_bytes, "note", "too long")
        require(not any(ord(c) < 32 and c != "\n" for c in note), "note", "control character")
        text, gap, lines = note.rpartition("\n\n")
        require(gap and lines.endswith("\n"), "note")
        self.text, self.lines = text + "\n", []
        for line in lines[:-1].split("\n"):
            match = re.fullmatch("\u2014 ([^ ]+) ([^ ]+)", line)
            require(match, "note", "signature line")
            require_name(match[1])
            data = base64_decoded(match[2])
            require(len(data) > 4, "note", "signature line")
            self.lines.append((match[1], data[:4], data[4:]))
        require(1 <= len(self.lines) <= 64, "note", "signatures")

    def by(self, key):
        """The signatures of this key, all of which hold: for each its time, 0 where the kind has none."""
        times = []
        for name, key_id, data in self.lines:
            if name != key.name or key_id != key.id or key.kind == 6:
                continue
            message, time = self.text, 0
            if key.kind == 4:
                require(len(data) == 72, "checkpoint", "cosignature")
                time, data = struct.unpack(">Q", data[:8])[0], data[8:]
                require(time <= maximum_size, "checkpoint", "time")
                message = f"cosignature/v1\ntime {time}\n{self.text}"
            require(signatures.holds(key.public, message.encode(), data), "checkpoint", "signature")
            times.append(time)
        return times


class Checkpoint:
    """A note's text, parsed."""

    def __init__(self, text):
        lines = text[:-1].split("\n")
        require(len(lines) >= 3 and all(lines[:3]) and all(lines[3:]), "checkpoint", "lines")
        self.origin, self.size, self.root = lines[0], decimal(lines[1]), base64_decoded(lines[2])
        require(len(self.root) == 32 and len(self.origin.encode()) <= 255, "checkpoint")
        require(self.size or self.root == sha256(b""), "checkpoint", "root of no leaves")


class Policy:
    """A trust policy (C2SP tlog-policy)."""

    def __init__(self, text):
        self.logs, self.witnesses, self.groups, self.quorum = [], {}, {}, None
        used = set()
        require(text.endswith("\n"), "policy", "last line")
        for line in text[:-1].split("\n"):
            words = re.split("[ \t]+", line.strip(" \t"))
            if words == [""] or line.startswith("#"):
                continue
            kind = words[0]
            if kind == "log" and len(words) in (2, 3):
                self.logs.append(Key(words[1]))
                require(self.logs[-1].kind in (1, 6), "policy", "kind of key")
            elif kind == "witness" and len(words) in (3, 4):
                self.require_new(words[1])
                self.witnesses[words[1]] = Key(words[2])
                require(self.witnesses[words[1]].kind in (4, 6), "policy", "kind of key")
            elif kind == "group" and len(words) > 3:
                self.require_new(words[1])
                members = words[3:]
                for member in members:
                    require(member in self.witnesses or member in self.groups, "policy", "member")
                    require(member not in used, "policy", "member twice")
                    used.add(member)
                least = {"any": 1, "all": len(members)}.get(words[2]) or decimal(words[2])
                require(1 <= least <= len(members), "policy", "threshold")
                self.groups[words[1]] = (least, members)
            elif kind == "quorum" and len(words) == 2:
                require(self.quorum is None, "policy", "quorum twice")
                known = words[1] == "none" or words[1] in self.witnesses or words[1] in self.groups
                require(known, "policy", "quorum")
                self.quorum = words[1]
            else:
                raise Refusal("policy", "line")
        keys = [key.public for key in self.logs]
        voices = [key.public for key in self.witnesses.values()]
        require(len(set(keys)) == len(keys) and len(set(voices)) == len(voices), "policy", "key twice")
        require(max(len(keys), len(voices), len(self.groups)) <= 64, "policy", "too many")
        require(self.quorum is not None, "policy", "no quorum")
        reachable = {name for name, key in self.witnesses.items() if key.kind == 4}
        require(self.agrees(self.quorum, reachable), "policy", "quorum can't be reached")

    def require_new(self, name):
        known = name in self.witnesses or name in self.groups or name == "none"
        require(not known, "policy", "name twice")

    def agrees(self, name, present):
        if name == "none":
            return True
        if name in self.witnesses:
            return name in present
        least, members = self.groups[name]
        return sum(self.agrees(member, present) for member in members) >= least

    def accepted(self, note):
        """The checkpoint, and the times of the witnesses that cosigned it."""
        checkpoint = Checkpoint(note.text)
        signed = [key for key in self.logs if note.by(key)]
        require(any(key.name == checkpoint.origin for key in signed), "checkpoint", "no log signed it")
        times = {name: note.by(key) for name, key in self.witnesses.items()}
        present = {name: max(found) for name, found in times.items() if found}
        require(self.agrees(self.quorum, present), "checkpoint", "quorum")
        return checkpoint, present


def inclusion_root(leaf_hash, index, size, proof):
    """The root that an inclusion proof leads to (RFC 9162 section 2.1.3.2, over the tree of RFC 6962)."""
    require(index < size, "inclusion", "index")
    fn, sn, r = index, size - 1, leaf_hash
    for sibling in proof:
        require(sn != 0, "inclusion", "too many hashes")
        if fn & 1 or fn == sn:
            r = node(sibling, r)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, sibling)
        fn, sn = fn >> 1, sn >> 1
    require(sn == 0, "inclusion", "too few hashes")
    return r


def consistency_roots(old, new, proof, old_root):
    """The roots of both trees that a consistency proof leads to."""
    require(1 <= old <= new, "consistency", "sizes")
    if old == new:
        require(not proof, "consistency", "too many hashes")
        return old_root, old_root
    if old & (old - 1) == 0:
        proof = [old_root] + proof
    require(proof, "consistency", "too few hashes")
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = proof[0]
    for hash in proof[1:]:
        require(sn != 0, "consistency", "too many hashes")
        if fn & 1 or fn == sn:
            fr, sr = node(hash, fr), node(hash, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, hash)
        fn, sn = fn >> 1, sn >> 1
    require(sn == 0, "consistency", "too few hashes")
    return fr, sr
