import Foundation
import Wire

extension StoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .superseded: "another gateway wrote there first"
        case .failed(let fault): "\(fault)"
        case .outcomeUnknown(let fault): "whether it was stored isn't known: \(fault)"
        case .corrupt(let place, let damage): "\(place): \(damage)"
        case .unreadable(let mismatch): "\(mismatch)"
        }
    }
}

extension StoreFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .closed: "the store is closed"
        case .inUse(let directory): "\(directory) is in use by another process"
        case .system(let call, let path, let code):
            "\(call) failed on \(path): \(String(cString: strerror(code)))"
        case .database(let file, let code, let message): "\(file): \(message) (SQLite \(code))"
        case .other(let file, let type): "\(file) can't be used: \(type)"
        case .notSynced(let file): "\(file): commits are not synced"
        case .nothingToErase(let jti): "there is no statement \(jti) to erase"
        case .datedBefore(let published):
            "the last checkpoint was dated \(Timestamp(clamping: Int64(clamping: published))), which is "
                + "still to come: is this machine's clock right?"
        case .notErased(let error): "stored, but not erased: \(error)"
        case .backupUnderWay(let directory): "another backup of \(directory) is being made"
        case .backupPlace(let directory, let obstacle):
            "\(directory) isn't used for the backup, and nothing was changed: \(obstacle)"
        }
    }
}

extension BackupObstacle: CustomStringConvertible {
    public var description: String {
        switch self {
        case .overlaps(let other): "it is \(other), holds it or lies in it"
        case .notADirectory: "it isn't a directory"
        case .nowhere(let above): "there is no \(above) to make it in"
        case .holds(let name): "it holds \(name), which isn't from a backup of this gateway"
        case .ofAnotherStore: "it holds a backup of another gateway"
        case .newer: "it holds a newer backup than this one would be"
        case .mounted: "another file system begins there, so nothing can take its place"
        case .besideIt(let name):
            "\(name) is in the way, and is no unfinished backup of this gateway"
        }
    }
}

extension StoreMismatch: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noGenesis: "the log has no genesis"
        case .notDatabase(let file, let message): "\(file): \(message)"
        case .foreign(let file): "\(file) belongs to something else"
        case .version(let file, let have, let want):
            "\(file) has version \(have), this program reads \(want)"
        case .keysOfAnotherStore: "the keys are another store's than the ledger"
        case .keysMissing: "vault.sqlite or vault.key, which have the ledger's keys, is missing"
        case .rootKeyMissing(let generation):
            "vault.key hasn't the key of generation \(generation) of vault.sqlite: the two are to be "
                + "put back together"
        case .ledgerMissing: "ledger.sqlite is missing"
        case .ledgerOlderThanKeys(let have, let known):
            "the ledger has \(have) entries, and its keys know of \(known): it is an older one"
        case .logOfAnotherLedger:
            "ledger.sqlite-wal isn't the log of this ledger.sqlite, but of an older or newer one that was "
                + "there"
        case .otherKeyring: "the gateway's keyring has other keys than this log and its host"
        case .behindPublished(let have, let published):
            "the log has \(have) entries, and this gateway published one of \(published)"
        case .otherThanPublished(let size):
            "the log isn't the one of \(size) entries that this gateway published"
        case .publishedUnknown: "what this gateway published isn't known any more"
        }
    }
}

extension StorePlace: CustomStringConvertible {
    public var description: String {
        switch self {
        case .file(let name): name
        case .head: "head"
        case .checkpoint: "checkpoint"
        case .tree: "tree"
        case .entry(let index): "entry \(index)"
        case .entries(let range): "entries \(range.lowerBound)–\(range.upperBound - 1)"
        case .statement(let jti): "statement \(jti)"
        case .tile(let level, let index): "tile \(level)/\(index)"
        case .state(let key): "state \(key)"
        case .attachments(let entry): "attachments of entry \(entry)"
        case .section(let name, let entry): "\(name) of entry \(entry)"
        case .fields(let book, let number, let entry):
            "fields of \(book)#\(number) (entry \(entry))"
        case .field(let name, let book, let number, let entry):
            "field \(name) of \(book)#\(number) (entry \(entry))"
        case .application(let handle): "application \(handle)"
        }
    }
}

extension StoreDamage: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing: "missing"
        case .changed: "isn't what was stored"
        case .malformed, .state: "can't be read"
        case .keyMissing:
            "its key is missing: it was erased after this ledger was copied, and its owner has to erase "
                + "it again, or the vault is another one"
        case .incomplete: "parts of it are missing"
        case .beyondTree: "beyond the tree"
        case .otherRoot: "the tree over the entries has another root"
        case .notCommitted: "not what its statement commits to"
        case .database(let message): message
        }
    }
}
