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
        case .closed, .inUse, .system, .database, .other, .notSynced, .datedBefore, .nothingToErase,
            .notErased:
            nil
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
        case .mounted: "name a directory in it"
        case .besideIt(let name): "move \(name) away, or name another directory"
        }
    }
}
