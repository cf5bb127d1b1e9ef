public import Importing
public import Interface
public import Sharing

/// What became of the documents of one import.
public struct ImportReport: Sendable {
    /// One document, or one file that gave none.
    public struct Line: Sendable {
        public let file: String
        public let outcome: Outcome
    }

    public enum Outcome: Sendable {
        /// It is in the log now.
        case imported(book: BookName, number: Int64, index: Int64)
        /// The same business document was registered before.
        case duplicate(of: String)
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

    /// In the order of the files.
    public let lines: [Line]
    /// Grants that got a new envelope, because an older one ended and new records have new keys.
    public let rekeyed: [Rekeying]
    /// What lay in the folders and wasn't looked at.
    public let leftOut: [LeftOutFile]

    public var imported: Int { count { if case .imported = $0 { true } else { false } } }
    public var duplicates: Int { count { if case .duplicate = $0 { true } else { false } } }
    public var refused: Int { lines.count - imported - duplicates }

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
