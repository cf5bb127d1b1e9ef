import Sharing

/// What a participant wants to do, as a policy sees it: an action of the schema, and what a question
/// about it says. The rules declare theirs beside them.
public struct PolicyAction: RawRepresentable, CaseIterable, Hashable, Sendable {
    /// What it is about, and so who and whose books a question names.
    public enum Subject: Sendable {
        /// Somebody who isn't a participant yet.
        case newcomer
        case log
        /// Books of who acts.
        case ownBooks
        /// Books of somebody else.
        case othersBooks
        /// A grant of the own books to somebody.
        case grant
        /// A grant that who acts gave or got.
        case givenGrant
    }

    /// What the policies are told besides who, what and whose, and what was found about who acts: a
    /// part of the schema's context. Whoever brings about the decision may see all of it: whether
    /// something is refused is an output too.
    public enum Fact: Sendable {
        case time
        /// What was found about who isn't a participant yet.
        case newcomer
        /// Whether books are under a legal hold.
        case held
        /// Right and purpose of a grant.
        case right
        /// What is asked for, with time: nothing that who asks may not see.
        case wish
        /// What is granted, with time, holds and what was done before.
        case terms
        case grantee
        /// The request that a grant answers.
        case answered
        /// Kind and age of a statement that is to be forgotten.
        case forgotten
    }

    /// As in the schema.
    public let rawValue: String
    /// What follows "wants to"; `BOOKS` stands for whose books, `OTHER` for the other side.
    public let words: String
    public let subject: Subject
    public let facts: [Fact]

    init(_ name: String, _ words: String, about subject: Subject, with facts: [Fact]) {
        rawValue = name
        self.words = words
        self.subject = subject
        self.facts = facts
    }

    /// The action with this name; `nil` where there is none.
    public init?(rawValue: String) {
        guard let action = Self.allCases.first(where: { $0.rawValue == rawValue }) else {
            return nil
        }
        self = action
    }

    /// A regulator's query, which makes no entry.
    public static let audit = PolicyAction("audit", "audit the log", about: .log, with: [.time])

    public static let allCases: [PolicyAction] =
        Kind.allCases.flatMap { $0.rule.actions } + [.audit]

    public static func == (left: Self, right: Self) -> Bool { left.rawValue == right.rawValue }

    public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}
