public import Sharing
public import Transparency
import Wire

/// What the gateway answers to a fetch: the access it entered in the log, the grant and its
/// envelope, and of each record the ciphertexts that were served.
///
/// Parsing checks the form only. ``open(with:under:)`` verifies everything and makes the package.
public struct FetchAnswer: Sendable, Hashable {
    /// What a fetch under a grant brings along; an enterprise reading its own records has none.
    public struct Granted: Sendable, Hashable {
        /// The host's statement that this was served, with its disclosures.
        public let access: LoggedStatement
        /// The grant, with its disclosures.
        public let grant: LoggedStatement
        /// The rekey that brought the envelope, with its disclosures; `nil` for the grant's own.
        public let carrier: LoggedStatement?
        public let envelope: Envelope

        public init(
            access: LoggedStatement, grant: LoggedStatement, carrier: LoggedStatement?,
            envelope: Envelope
        ) {
            (self.access, self.grant) = (access, grant)
            (self.carrier, self.envelope) = (carrier, envelope)
        }
    }

    public struct Record: Sendable, Hashable {
        public let logged: LoggedStatement
        /// The ciphertexts served, ascending by name; none of a record that was replaced or erased.
        public let fields: [FieldCiphertext]

        public init(logged: LoggedStatement, fields: [FieldCiphertext]) {
            (self.logged, self.fields) = (logged, fields.sorted { $0.name < $1.name })
        }
    }

    public let checkpoint: Note
    public let genesis: LoggedStatement
    public let granted: Granted?
    /// The statements that define the keys of enterprise, grantee and host, ascending by index.
    public let participants: [LoggedStatement]
    /// Ascending by book and number.
    public let records: [Record]
    /// The erasures of those that were erased.
    public let erasures: [LoggedStatement]

    /// Room for 65 536 records of 8 kB. A receiver asks for less at a time where records are
    /// larger.
    public static let maximumBytes = 512 << 20
    public static let maximumRecords = 65_536
    /// 16 keys, their retirement and some changes of the encryption key, for three participants.
    public static let maximumParticipantStatements = 1024

    public init(
        checkpoint: Note, genesis: LoggedStatement, granted: Granted?,
        participants: [LoggedStatement], records: [Record], erasures: [LoggedStatement]
    ) {
        (self.checkpoint, self.genesis, self.granted) = (checkpoint, genesis, granted)
        (self.participants, self.records, self.erasures) = (participants, records, erasures)
    }

    /// Parses an answer. Throws ``InterfaceError``.
    public init(parsing bytes: [UInt8]) throws(InterfaceError) {
        var members = try Members(parsing: bytes, limit: Self.maximumBytes)
        let access = try members.nullableNested("access", LoggedStatement.init(json:at:))
        let carrier = try members.nullableNested("carrier", LoggedStatement.init(json:at:))
        checkpoint = try members.required("checkpoint", Value.note)
        let envelope = try members.nullable("envelope", Self.envelope)
        erasures = try members.list(
            "erasures", limit: Self.maximumRecords, LoggedStatement.init(json:at:))
        genesis = try members.nested("genesis", LoggedStatement.init(json:at:))
        let grant = try members.nullableNested("grant", LoggedStatement.init(json:at:))
        participants = try members.list(
            "participants", limit: Self.maximumParticipantStatements,
            LoggedStatement.init(json:at:))
        records = try members.list("records", limit: Self.maximumRecords, Record.init(json:at:))
        try members.finish()
        switch (access, grant, envelope, carrier) {
        case (.some(let access), .some(let grant), .some(let envelope), let carrier):
            granted = Granted(access: access, grant: grant, carrier: carrier, envelope: envelope)
        case (nil, nil, nil, nil): granted = nil
        case (nil, _, _, _): throw members.malformed("access")
        case (_, nil, _, _): throw members.malformed("grant")
        default: throw members.malformed("envelope")
        }
    }

    /// The answer as canonical JSON.
    public var bytes: [UInt8] {
        var writer = CanonicalWriter(reserving: records.reduce(8192) { $0 + $1.jsonBytes })
        writer.object {
            $0.key("access")
            $0.optional(granted?.access) { $1.write(to: &$0) }
            $0.key("carrier")
            $0.optional(granted?.carrier) { $1.write(to: &$0) }
            $0.key("checkpoint")
            $0.note(checkpoint)
            $0.key("envelope")
            $0.optional(granted?.envelope) { $0.plain(Base64URL.encodedBytes($1.bytes)) }
            $0.key("erasures")
            $0.array(erasures) { $1.write(to: &$0) }
            $0.key("genesis")
            genesis.write(to: &$0)
            $0.key("grant")
            $0.optional(granted?.grant) { $1.write(to: &$0) }
            $0.key("participants")
            $0.array(participants) { $1.write(to: &$0) }
            $0.key("records")
            $0.array(records) { $1.write(to: &$0) }
        }
        return writer.bytes
    }

    private static func envelope(_ value: JSONValue) -> Envelope? {
        guard let text = value.plainBytes, text.count <= Limits.envelopeBytes / 3 * 4 + 4,
            let bytes = Base64URL.decode(text), bytes.count <= Limits.envelopeBytes
        else { return nil }
        return Envelope(bytes: bytes)
    }
}

extension FetchAnswer.Record {
    init(json value: JSONValue, at place: Place) throws(InterfaceError) {
        var members = try Members(value, at: place)
        fields = try members.required("fields", Self.fields)
        logged = try members.nested("logged", LoggedStatement.init(json:at:))
        try members.finish()
    }

    private static func fields(_ value: JSONValue) -> [FieldCiphertext]? {
        guard let members = value.members, members.count <= 2 * Limits.fieldsPerType else {
            return nil
        }
        var fields: [FieldCiphertext] = []
        fields.reserveCapacity(members.count)
        for (name, value) in members {
            guard let bytes = value.plainBytes.flatMap({ Base64URL.decode($0) }) else { return nil }
            fields.append(FieldCiphertext(name: name, bytes: bytes))
        }
        return fields
    }

    func write(to writer: inout CanonicalWriter) {
        writer.object {
            $0.key("fields")
            $0.object {
                for field in fields {
                    $0.key(field.name)
                    $0.plain(Base64URL.encodedBytes(field.bytes))
                }
            }
            $0.key("logged")
            logged.write(to: &$0)
        }
    }

    var jsonBytes: Int {
        logged.jsonBytes + fields.reduce(32) { $0 + $1.bytes.count / 3 * 4 + 64 }
    }
}
