import Custody
import Foundation
import Storage

// What can be wrong with a gateway's store and with its backups.

extension StoreError: Worded {
    var complaint: Complaint {
        switch self {
        case .superseded: .home("another gateway wrote there first").hint("run it again")
        case .failed(let fault): .home("\(fault)").hint(fault.hint)
        case .outcomeUnknown(let fault):
            .home("the store doesn't say whether it stored: \(fault)")
                .hint("start again: what is durable is recovered")
        case .corrupt(let place, let damage):
            .home("\(place) of the store isn't what was written: \(damage)")
                .hint(
                    "trine gateway check DIR names all places; bring the store back from a backup")
        case .unreadable(let mismatch) where mismatch.isLoss:
            .home("the store isn't opened, and nothing in it was changed: \(mismatch)")
                .hint(
                    "put the newest files back; to go on without what came later: trine gateway "
                        + "serve DIR --accept-loss")
        case .unreadable(.otherKeyring):
            .home("\(StoreMismatch.otherKeyring)")
                .hint("put the right keyring back; there is one in each backup of the ledger")
        case .unreadable(let mismatch)
        where mismatch == .ledgerMissing || mismatch == .keysMissing:
            .home("there is no usable store: \(mismatch)")
                .hint(
                    "is its disk mounted? else bring it back from a backup: trine gateway restore")
        case .unreadable(.logOfAnotherLedger):
            .home(
                "the store isn't opened, and nothing in it was changed: "
                    + "\(StoreMismatch.logOfAnotherLedger)"
            )
            .hint(
                "put the ledger.sqlite back that was there before; to go on with this one, remove "
                    + "ledger.sqlite-wal and ledger.sqlite-shm, then: trine gateway serve DIR "
                    + "--accept-loss")
        case .unreadable(let mismatch):
            .home("there is no usable store: \(mismatch)")
                .hint("bring it back from a backup, or begin a log: trine gateway init DIR")
        }
    }
}

extension StoreFault {
    /// What to do where an operation failed.
    fileprivate var hint: String? {
        switch self {
        case .backupUnderWay: "wait until it has finished, and run it again"
        case .backupPlace(_, let obstacle): obstacle.hint
        case .inUse: "stop the gateway that works there, or wait for the command that does"
        case .system(_, _, let code): Self.file(code)
        case .database(_, let code, _): Self.database(code)
        case .other: "trine gateway doctor DIR says what is wrong with a gateway"
        case .closed: "run it again"
        case .notSynced: "put the store on a file system that SQLite can keep a write-ahead log on"
        case .datedBefore: "set this machine's clock right"
        case .nothingToErase: nil
        case .notErased: "see what the system's log says of the disk; then send it again"
        }
    }

    private static func file(_ code: Int32) -> String {
        switch code {
        case ENOENT:
            "is it the right directory? what is lost comes back from a backup: trine gateway restore"
        case ENOSPC, EDQUOT, EFBIG: "make room on the disk and run it again"
        default: HomeError.hint(code) ?? "see what the system's log says of the disk"
        }
    }

    /// By SQLite's primary result codes (https://sqlite.org/rescode.html).
    private static func database(_ code: Int32) -> String {
        switch code & 0xff {
        case 13: "make room on the disk and run it again"
        case 10:
            "see what the system's log says of the disk; then: trine gateway check DIR"
        case 8, 14: "run it as the user to whom the directory belongs"
        case 5, 6: "another program has the file open: wait for it, or end it"
        default: "trine gateway check DIR names what is damaged"
        }
    }
}

extension BackupObstacle {
    fileprivate var hint: String {
        switch self {
        case .overlaps:
            "name two directories apart from the gateway and from each other: --ledger DIR --vault DIR"
        case .notADirectory, .holds, .ofAnotherStore:
            "name a directory that isn't there yet, an empty one, or an earlier backup of this gateway"
        case .newer:
            "name another directory; was an older store put back? see: trine gateway doctor DIR"
        case .nowhere(let above): "make \(above) first, or name another directory"
        case .mounted: "name a directory in it"
        case .besideIt(let name): "move \(name) away, or name another directory"
        }
    }
}
