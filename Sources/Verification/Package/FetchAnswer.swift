public import Sharing
public import Transparency
public import Wire

/// What the gateway answers to a fetch: the access it entered in the log, the grant and its
/// envelope, and of each record the ciphertexts that were served.
///
/// Parsing checks the form only. ``open(with:under:)`` verifies everything and makes the package.
public struct FetchAnswer: Message, Hashable {
    /// What a fetch under a grant brings along; an enterprise reading its own records has none.
    public struct Granted: Sendable, Hashable {
        /// The host's statement that this was served, with its disclosures.
        public let access: LoggedStatement
        /// The grant, with its disclosures.
        public let grant: LoggedStatement
        /// The rekey that brought the envelope, with its disclosures; `nil` for the grant's own.
        public let rekey: LoggedStatement?
        public let envelope: Envelope

        public init(
            access: LoggedStatement, grant: LoggedStatement, rekey: LoggedStatement?,
            envelope: Envelope
        ) {
            (self.access, self.grant) = (access, grant)
            (self.rekey, self.envelope) = (rekey, envelope)
        }
    }

    public struct Record: Shaped, Hashable {
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
    /// All record types of the series that it is about.
    public let types: [LoggedType]
    /// Ascending by book and number.
    public let records: [Record]
    /// The erasures of those that were erased.
    public let erasures: [LoggedStatement]

    /// Room for 65 536 records of 8 kB. A receiver asks for less at a time where records are
    /// larger.
    public static let maximumBytes = 512 << 20
    public static let maximumRecords = 65_536
    /// All keys that a participant ever has, their retirement and its eras; in an answer, the keys
    /// that signed something in it, whoever's they are.
    public static let maximumParticipantStatements = 4096

    public init(
        checkpoint: Note, genesis: LoggedStatement, granted: Granted?,
        participants: [LoggedStatement], types: [LoggedType], records: [Record],
        erasures: [LoggedStatement]
    ) {
        self.types = types
        (self.checkpoint, self.genesis, self.granted) = (checkpoint, genesis, granted)
        (self.participants, self.records, self.erasures) = (participants, records, erasures)
    }

    public static let shape = Shape<FetchAnswer>(
        FetchAnswer.init(
            access:rekey:checkpoint:envelope:erasures:genesis:grant:participants:records:types:),
        .nullable("access", \.access, .logged),
        .nullable("carrier", \.rekey, .logged),
        .required("checkpoint", \.checkpoint, .note),
        .nullable("envelope", \.envelope, .envelope),
        .required("erasures", \.erasures, .list(of: .logged, 0...maximumRecords)),
        .required("genesis", \.genesis, .logged),
        .nullable("grant", \.grant, .logged),
        .required("participants", \.participants, .participantStatements),
        .required("records", \.records, .records(of: .object)),
        .required("types", \.types, .loggedTypes))

    private init(
        access: LoggedStatement?, rekey: LoggedStatement?, checkpoint: Note,
        envelope: Envelope?, erasures: [LoggedStatement], genesis: LoggedStatement,
        grant: LoggedStatement?, participants: [LoggedStatement], records: [Record],
        types: [LoggedType]
    ) throws(ClaimError) {
        let granted: Granted?
        switch (access, grant, envelope, rekey) {
        case (.some(let access), .some(let grant), .some(let envelope), let rekey):
            granted = Granted(access: access, grant: grant, rekey: rekey, envelope: envelope)
        case (nil, nil, nil, nil): granted = nil
        case (nil, _, _, _): throw .malformed("access")
        case (_, nil, _, _): throw .malformed("grant")
        case (_, _, nil, _): throw .malformed("envelope")
        }
        self.init(
            checkpoint: checkpoint, genesis: genesis, granted: granted,
            participants: participants, types: types, records: records, erasures: erasures)
    }

    private var access: LoggedStatement? { granted?.access }
    private var envelope: Envelope? { granted?.envelope }
    private var grant: LoggedStatement? { granted?.grant }
    private var rekey: LoggedStatement? { granted?.rekey }

    public var estimatedBytes: Int {
        records.reduce(types.reduce(8192) { $0 + $1.estimatedBytes }) { $0 + $1.estimatedBytes }
    }
}

extension Codec where Value == [LoggedStatement] {
    /// The statements that define participants' keys, ascending by index.
    public static let participantStatements = Codec.list(
        of: .logged, 0...FetchAnswer.maximumParticipantStatements)
}

extension Codec {
    /// A list of the records of an answer or a package, read on all cores.
    static func records<Element: Sendable>(
        of element: Codec<Element>
    ) -> Codec where Value == [Element] {
        let list = Codec.list(of: element, 0...FetchAnswer.maximumRecords)
        return Codec(
            list.words,
            read: { (value) throws(ClaimError) in
                guard let values = value.elements, values.count <= FetchAnswer.maximumRecords
                else { return try list.read(value) }
                let read = Parallel.map(values) { _, value in try? element.read(value) }
                let elements = read.compactMap(\.self)
                // What is wrong is found in the order of the list.
                return elements.count == values.count ? elements : try list.read(value)
            },
            write: list.write)
    }
}

extension Codec where Value == Envelope {
    fileprivate static let envelope = Codec.mapped(
        .base64URL(0...Limits.envelopeBytes, "envelope"), from: Envelope.init(bytes:),
        to: \.bytes)
}

extension FetchAnswer.Record {
    public static let shape = Shape<FetchAnswer.Record>(
        FetchAnswer.Record.init(logged:fields:),
        .required("logged", \.logged, .logged),
        .required("fields", \.fields, .ciphertexts))

    var estimatedBytes: Int {
        logged.estimatedBytes + fields.reduce(32) { $0 + $1.bytes.count / 3 * 4 + 64 }
    }
}

extension Codec where Value == [FieldCiphertext] {
    /// An object of ciphertexts by the names of their fields.
    fileprivate static let ciphertexts = Codec(
        "object of ciphertexts",
        read: { (value) throws(ClaimError) in
            guard let members = value.members, members.count <= 2 * Limits.fieldsPerType else {
                return nil
            }
            var fields: [FieldCiphertext] = []
            fields.reserveCapacity(members.count)
            for (name, value) in members {
                // The name is the sender's text: no error repeats it.
                guard let name = FieldName(name),
                    let bytes = value.plainBytes.flatMap({ Base64URL.decode($0) })
                else { return nil }
                fields.append(FieldCiphertext(name: name, bytes: bytes))
            }
            return fields
        },
        write: { fields, writer in
            writer.object { writer in
                for field in fields {
                    writer.member(field.name.text) {
                        $0.plain { Base64URL.append(field.bytes, to: &$0) }
                        return true
                    }
                }
            }
        })
}
