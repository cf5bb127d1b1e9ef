public import Importing
public import Interface
public import Sharing
public import Wire

/// What became of the documents of one import.
public struct ImportReport: Sendable {
    /// One document, or one file that gave none.
    public struct Line: Sendable {
        public let file: String
        public let outcome: Outcome
    }

    public enum Outcome: Sendable {
        /// It is in the log now.
        case imported(Place)
        /// The same business document was registered before, and said the same.
        case duplicate(of: String)
        /// The same business document was registered before, and says otherwise.
        case differs(from: String, [FieldDifference])
        /// The file is read and says nothing that becomes a record.
        case nothing
        /// The file isn't one that makes a record.
        case refused(ImportRefusal)
        /// The file can't be read.
        case unreadable
        /// The gateway doesn't register it, and wouldn't another either.
        case rejected(Problem)
        /// It came after one that was rejected.
        case notTried
        /// Every month from the document's on is closed.
        case noOpenBook
        /// The record is too large to be sealed.
        case tooLarge
        /// This device wasn't given the keys of the document's month.
        case notShared
    }

    /// Where a record is now.
    public struct Place: Sendable {
        public let book: BookName
        public let number: Int64
        public let index: Int64
        /// The record that it corrects.
        public let replaces: String?
        /// `nil` where the book is that of its month.
        public let late: Lateness?
    }

    /// A record came after the book of its month was closed.
    public struct Lateness: Sendable {
        /// The book where it would have gone.
        public let meant: BookName
        /// Standing grants that cover that book, and not the one where it is.
        public let unseenUnder: [JTI]
    }

    /// In the order of the files.
    public let lines: [Line]
    /// Grants that got a new envelope, because an older one ended and new records have new keys.
    public let rekeyed: [Rekeying]
    /// Statements of accounts between which something is missing.
    public let gaps: [BalanceGap]
    /// What lay in the folders and wasn't looked at.
    public let leftOut: [LeftOutFile]

    public var imported: Int { count { if case .imported = $0 { true } else { false } } }
    public var duplicates: Int { count { if case .duplicate = $0 { true } else { false } } }
    public var differing: Int { count { if case .differs = $0 { true } else { false } } }
    public var refused: Int { lines.count - imported - duplicates - differing - empty }

    private var empty: Int { count { if case .nothing = $0 { true } else { false } } }

    private func count(_ matches: (Outcome) -> Bool) -> Int {
        lines.count { matches($0.outcome) }
    }
}

/// How far an import has got, for somebody who watches.
public struct ImportProgress: Sendable {
    public let files: Int
    public let read: Int
    public let registered: Int
}
