import Gateway
import Storage

// What is said of each thing that a gateway needs.

extension ExaminedThing {
    var words: String { finding.words.onOneLine }

    /// What to do; `nil` where all is well.
    var hint: String? { verdict == .ok ? nil : finding.hint?.onOneLine }
}

extension ExaminedThing.Finding {
    /// What other commands say of it.
    private var complaint: Complaint? {
        switch self {
        case .unusable(let error): error.complaint
        case .keyringUnusable(let error): error.complaint
        case .storeUnusable(let error): error.complaint
        case .unknownRules(let error): error.complaint
        case .settings, .keyring, .storeIsPrivate, .storeIsExposed, .served, .free, .published,
            .store, .vault, .due, .history, .dated:
            nil
        }
    }

    var words: String {
        switch self {
        case .settings(let origin): "the log is \(origin)"
        case .keyring: "the keyring is there, and has the form of one"
        case .storeIsPrivate: "nobody else may read the store"
        case .storeIsExposed(let path): "\(path) can be read or written by others"
        case .served(let isServed):
            isServed ? "a gateway works on the store" : "no gateway is running"
        case .free(let megabytes): "\(megabytes) MB are free for the store"
        case .published(let size):
            size.map { "a checkpoint of \($0) entries was published" }
                ?? "nothing was published yet"
        case .store(let condition, let allPages):
            "the store opens: \(condition.entries) entries, term \(condition.term), generation "
                + "\(condition.generation) of its vault"
                + (allPages ? "" : "; it is too large to read all of it here")
        case .vault(let isOlder):
            isOlder
                ? "the vault is an older one: what was erased since is destroyed again when the "
                    + "gateway starts"
                : "the vault is the ledger's"
        case .due(let count):
            count == 0
                ? "no key is due"
                : "\(counted(count, "key")) still to be destroyed: the gateway does that when it "
                    + "starts"
        case .history(let isKnown):
            isKnown
                ? "the store has what was published"
                : "whether the store has what was published can't be told"
        case .dated(let seconds):
            seconds > 86_400
                ? "the last checkpoint was dated \(seconds / 3600) hours ago"
                : "the last checkpoint was dated \(counted(seconds, "second")) ago"
        case .unusable, .keyringUnusable, .storeUnusable, .unknownRules:
            complaint?.message ?? ""
        }
    }

    var hint: String? {
        switch self {
        case .storeIsExposed(let path): "make it yours alone: chmod go= '\(path)'"
        case .free: "make room: a gateway without it enters nothing"
        case .vault: "put the newest vault back, or serve it as it is: trine gateway serve DIR"
        case .due: "serve it: trine gateway serve DIR"
        case .history: "see what is said of published"
        case .dated:
            "if this machine's clock is right, serve with it: trine gateway serve DIR --trust-clock"
        case .unusable, .keyringUnusable, .storeUnusable, .unknownRules:
            complaint?.hint ?? "bring it back from a backup: trine gateway restore"
        case .settings, .keyring, .storeIsPrivate, .served, .published, .store: nil
        }
    }
}
