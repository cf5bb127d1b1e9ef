public import Wire

/// A participant's signed call, verbatim, that the host carries into the log: the selective claims of
/// `request` and `return`.
///
/// So a user of data is never the issuer of an entry about somebody's data, and the public claims of
/// the entry name nobody.
public struct CarriedCall<Claims: CarriedClaims>: SelectiveClaims {
    public let jws: JWS
    /// The same, parsed.
    public let parsed: Result<SignedCall<Claims>, StatementError>

    public init(_ jws: JWS) {
        self.jws = jws
        parsed = Result { () throws(StatementError) in
            try SignedCall<Claims>(parsing: jws.bytes)
        }
    }

    public static var shape: Shape<CarriedCall> {
        Shape<CarriedCall>(CarriedCall.init(_:), .required("call", \.jws, .jws))
    }

    public static func == (left: Self, right: Self) -> Bool { left.jws == right.jws }

    public func hash(into hasher: inout Hasher) { hasher.combine(jws) }
}
