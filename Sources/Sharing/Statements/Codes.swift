/// A code from a closed list: a number for ever, and the word that statements carry.
public protocol Code: RawRepresentable, CaseIterable, Hashable, Sendable where RawValue == String {
    /// The code's permanent number, for registers and tables.
    var number: Int { get }
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

    public var number: Int {
        switch self {
        case .creditAssessment: 1
        case .creditMonitoring: 2
        case .receivablesFinancing: 3
        case .supplyChainFinancing: 4
        case .guarantee: 5
        case .inspection: 6
        case .audit: 7
        case .statistics: 8
        }
    }
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

    public var number: Int {
        switch self {
        case .unspecified: 0
        case .purposeFulfilled: 1
        case .consentWithdrawn: 2
        case .keyCompromised: 3
        case .enteredInError: 4
        case .retentionEnded: 5
        case .dataSubjectRequest: 6
        case .breachOfTerms: 7
        case .supervisoryOrder: 8
        case .resolved: 9
        case .givenBack: 10
        }
    }
}

/// What a participant is admitted as; it may be several.
public enum Role: String, Code, Comparable {
    case enterprise, lender, regulator, `operator`, attestor, guarantor, witness

    public var number: Int {
        switch self {
        case .enterprise: 1
        case .lender: 2
        case .regulator: 3
        case .operator: 4
        case .attestor: 5
        case .guarantor: 6
        case .witness: 7
        }
    }

    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// How large an enterprise is, by the thresholds of Recommendation 2003/361/EC, Annex, Article 2: what an
/// authority found when it admitted it.
public enum SizeClass: String, Code, Comparable {
    case micro, small, medium, large

    public var number: Int {
        switch self {
        case .micro: 1
        case .small: 2
        case .medium: 3
        case .large: 4
        }
    }

    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// What a signing key may sign; `all` includes every other scope and the keys themselves.
public enum KeyScope: String, Code, Comparable {
    case seal, grant, close, all

    public var number: Int {
        switch self {
        case .seal: 1
        case .grant: 2
        case .close: 3
        case .all: 4
        }
    }

    public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// What a grant lets its grantee do: read values, or receive proofs about them.
public enum Right: String, Code {
    case read, prove

    public var number: Int {
        switch self {
        case .read: 1
        case .prove: 2
        }
    }
}

/// How a legal entity is identified; the words follow ISO 6523 and EN 16931 usage.
public enum IdentifierScheme: String, Code {
    case lei, vat, register, tax, gln, duns

    public var number: Int {
        switch self {
        case .lei: 1
        case .vat: 2
        case .register: 3
        case .tax: 4
        case .gln: 5
        case .duns: 6
        }
    }
}
