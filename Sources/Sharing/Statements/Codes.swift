/// A code from a closed list: a number for ever, and the word that statements carry.
public protocol Code: RawRepresentable, CaseIterable, Hashable, Sendable where RawValue == String {
    /// The number of the list's first code.
    static var firstNumber: Int { get }
}

extension Code {
    public static var firstNumber: Int { 1 }

    /// The code's permanent number, for registers and tables: its place in the list. A new code is
    /// added at the end.
    public var number: Int {
        guard let place = Array(Self.allCases).firstIndex(of: self) else {
            preconditionFailure("a code is one of its list")
        }
        return Self.firstNumber + place
    }

    /// In the order of the list.
    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// What granted data may be used for.
public enum Purpose: String, Code {
    case creditAssessment = "credit-assessment"
    case creditMonitoring = "credit-monitoring"
    case receivablesFinancing = "receivables-financing"
    case supplyChainFinancing = "supply-chain-financing"
    case guarantee = "guarantee"
    case inspection = "inspection"
    case audit = "audit"
    case statistics = "statistics"
}

/// Why something was revoked, erased, suspended or reinstated.
public enum Reason: String, Code {
    case unspecified = "unspecified"
    case purposeFulfilled = "purpose-fulfilled"
    case consentWithdrawn = "consent-withdrawn"
    case keyCompromised = "key-compromised"
    case enteredInError = "entered-in-error"
    case retentionEnded = "retention-ended"
    case dataSubjectRequest = "data-subject-request"
    case breachOfTerms = "breach-of-terms"
    case supervisoryOrder = "supervisory-order"
    case resolved = "resolved"
    case givenBack = "given-back"

    public static let firstNumber = 0
}

/// What a participant is admitted as; it may be several.
public enum Role: String, Code, Comparable {
    case enterprise, lender, regulator, `operator`, attestor, guarantor, witness
}

/// How large an enterprise is, by the thresholds of Recommendation 2003/361/EC, Annex, Article 2: what an
/// authority found when it admitted it.
public enum SizeClass: String, Code, Comparable {
    case micro, small, medium, large
}

/// What a signing key may sign; `all` includes every other scope and the keys themselves.
public enum KeyScope: String, Code, Comparable {
    case seal, close, grant, revoke, erase, request, fetch, open, query, present, approve, serve,
        all
}

/// What a grant lets its grantee do: read values, or receive proofs about them.
public enum Right: String, Code {
    case read, prove
}

/// How a legal entity is identified; the words follow ISO 6523 and EN 16931 usage.
public enum IdentifierScheme: String, Code {
    case lei, vat, register, tax, gln, duns
}
