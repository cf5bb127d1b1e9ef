import ArgumentParser
import Client
import Foundation
import Rules
import Sharing
import Verification
import Wire

struct ShowCommand: CommonCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show anything by its name.",
        discussion: """
            A record (invoices/2026-11#17: fetched and decrypted), a book (invoices/2026-11), an entry \
            of the log (its number), a grant, request or record by the first characters of its \
            identifier, a participant by its handle or name, or the file of a package. With --original the \
            file that a record was made of is written out again, byte for byte as it was.

            Example: trine show 'invoices/2026-11#17' --fields number,payable_amount

            Example: trine show 'invoices/2026-11#17' --original invoice.xml

            Example: trine show northbank
            """)

    @Argument(help: "What to show.") var name: String
    @Option(help: "Of a record only these fields, with commas between.")
    var fields: NameList<FieldName>?
    @Option(help: "Write the file that the record was made of to this one.", completion: .file())
    var original: String?
    @OptionGroup var listing: ListingOptions
    @OptionGroup var common: CommonOptions

    func outcome() async throws -> Outcome {
        if InputFile.isFile(name) {
            let home = common.home.map { ["--home", $0] } ?? []
            return try await VerifyCommand.parse([name, "--offline"] + home).outcome()
        }
        return try await common.session(offline: listing.offline) { session in
            try await outcome(in: session)
        }
    }

    private func outcome(in session: Session) async throws -> Outcome {
        if let record = RecordNumber(name), let original {
            return try await session.writeOriginal(of: record, to: original)
        }
        if let record = RecordNumber(name) { return try await session.shown(record, fields?.names) }
        guard fields == nil, original == nil else {
            throw ValidationError("--fields and --original go with a record")
        }
        let view = try await session.sync()
        if let book = BookName(name) { return try await session.shown(book) }
        if let index = Int64(name) { return try await session.shown(entry: index) }
        if let handle = try session.contacts().handle(name), view.participant(handle) != nil {
            return try await session.shown(handle)
        }
        let candidates =
            try Array(view.grants.keys) + Array(view.requests.keys)
            + view.ownRecords(beginning: name)
        guard let jti = try JTI.named(name, among: candidates) else {
            throw try await unknown(session, candidates)
        }
        if let grant = try view.grant(jti) { return try await session.shown(grant) }
        if let request = try view.request(jti) { return try await session.shown(request) }
        if let record = try view.record(jti), let place = RecordNumber(record.name) {
            return try await session.shown(place, nil)
        }
        throw try await unknown(session, candidates)
    }

    private func unknown(_ session: Session, _ known: [JTI]) async throws -> Complaint {
        let view = await session.view
        let contacts = try session.contacts()
        let names =
            try view.participants.map(\.handle.text) + contacts.names.values
            + view.books.keys.map(\.description) + known.map(\.text)
        return Complaint.usage("nothing here is called \(name)").named("unknown-name")
            .hint(
                Likeness.hint(name, among: names)
                    ?? "name a record, a book, an entry, a grant, a request, a participant or a file"
            )
    }
}

extension Session {
    /// Writes the file that an own record was made of.
    fileprivate nonisolated func writeOriginal(
        of place: RecordNumber, to path: String
    ) async throws -> Outcome {
        try OutputFile.check(path)
        guard
            let field = await view.types.fields(of: place.book.series)?.newest.fields
                .first(where: { $0.kind == .document })
        else {
            throw Complaint.refused("records of \(place.book.series.rawValue) keep no file")
                .named("no-original")
        }
        let shown = try await Enterprise(self).show(place, fields: [field.name])
        guard case .document(let mediaType, let bytes)? = shown.fields?.values[field.name] else {
            throw Complaint.refused("\(shown.name) was registered without its file")
                .named("no-original")
        }
        try OutputFile.write(bytes, to: path)
        return Outcome([
            "bytes": bytes.count, "file": path, "media_type": mediaType, "record": shown.name,
        ]) { "The file of \(shown.name) is in \(path): \(mediaType), \(bytes.count) bytes." }
    }

    fileprivate nonisolated func shown(
        _ place: RecordNumber, _ names: [FieldName]?
    ) async throws -> Outcome {
        let shown = try await Enterprise(self).show(place, fields: names)
        let view = await view
        let own = try view.record(place.book, Int64(place.number))
        let values = shown.fields?.values ?? [:]
        let there = (shown.fields?.type.fields ?? []).filter {
            values[$0.name].map { $0 != .null } ?? false
        }
        let later = try own?.replacedBy.flatMap { try view.record($0)?.name }
        return Outcome([
            "fields": values.members, "index": shown.index, "jti": shown.statement.jti,
            "record": shown.name, "registered": shown.statement.issuedAt, "replaced_by": later,
        ]) {
            let table = Table<FieldDefinition>([
                .init("FIELD") { $0.name }, .init("TERM") { $0.businessTerm },
                .init("VALUE") { values[$0.name] },
            ])
            let replaced = later.map { ["Replaced by \($0)."] } ?? []
            return (replaced + [table.text(there) ?? "None of these fields is there."])
                .joined(separator: "\n")
        }
    }

    fileprivate nonisolated func shown(_ book: BookName) async throws -> Outcome {
        let view = await view
        guard let state = try view.book(book) else {
            let complaint = ClientError.noSuchBook(book).complaint
            let hint = try Likeness.hint(
                book.description, among: view.books.keys.map(\.description))
            throw complaint.named("no-such-book").hint(hint ?? complaint.hint)
        }
        let names = try await names()
        let grants = try view.grants.values.filter {
            $0.issuer == handle && $0.isLive(at: now) && $0.terms.scope.covers(book)
        }.sorted { $0.index < $1.index }
        let erased = state.erased.reduce(0) { $0 + $1.count }
        let replaced = state.replaced.reduce(0) { $0 + $1.count }
        return Outcome([
            "book": book, "closed": state.closed, "count": state.count, "epoch": state.epoch,
            "erased": erased, "grants": grants.map(\.jti), "replaced": replaced,
            "root": state.root,
        ]) {
            Facts(
                [
                    ("book", "\(book), \(state.closed ? "closed" : "open")"),
                    (
                        "records",
                        "\(state.count), of them \(erased) erased and \(replaced) replaced"
                    ),
                ]
                    + grants.map { grant in
                        (
                            "granted to",
                            "\(names.shown(grant.terms.to)): \(grant.terms.subject.words), until "
                                + LocalTime.minute(grant.claims.expires)
                        )
                    }
            ).text
        }
    }

    fileprivate nonisolated func shown(_ grant: KnownGrant) async throws -> Outcome {
        let view = await view
        let names = try await names()
        let accesses = try view.accesses(under: grant.jti)
        let state = grant.state(at: now, in: view)
        let members: Members = [
            "accesses": JSON.array(
                accesses.map { (["at": $0.at, "index": $0.index] as Members).json }),
            "data_life": grant.terms.dataLife, "enterprise": grant.issuer,
            "exp": grant.claims.expires, "fetches": grant.terms.fetches, "grant": grant.jti,
            "grantee": grant.terms.to, "index": grant.index, "nbf": grant.claims.notBefore,
            "purpose": grant.claims.purpose, "request": grant.terms.request,
            "scope": grant.terms.scope, "state": state,
        ]
        return Outcome(grant.terms.subject.members.merging(members) { $1 }) {
            Facts(
                [
                    ("grant", "\(grant.jti), entry \(grant.index)"), ("state", state),
                    ("from", names.shown(grant.issuer)), ("to", names.shown(grant.terms.to)),
                    ("purpose", grant.claims.purpose.rawValue),
                    (grant.terms.subject.right.rawValue, grant.terms.subject.words),
                    ("of", grant.terms.scope.words),
                    (
                        "time",
                        "\(LocalTime.minute(grant.claims.notBefore)) to "
                            + LocalTime.minute(grant.claims.expires)
                    ),
                    ("uses", "\(grant.accesses) of \(grant.terms.fetches)"),
                    ("kept for", grant.terms.daysKept),
                ] + (grant.terms.request.map { [("answers", "request \($0)")] } ?? [])
                    + accesses.map {
                        ("read", "\(LocalTime.minute($0.at)), entry \($0.index)")
                    }
            ).text
        }
    }

    fileprivate nonisolated func shown(_ request: KnownRequest) async throws -> Outcome {
        let asked = AskedFor(request, try await standing(of: request))
        let names = try await names()
        let json = Outcome.requests([asked], names, as: handle).json()
        let terms = request.terms
        return Outcome(json: json["requests"]?.elements?.first ?? .null) {
            Facts([
                ("request", "\(request.jti), entry \(request.index)"),
                ("state", asked.standing.words), ("by", names.shown(request.by)),
                ("to", names.shown(terms.to)), ("purpose", terms.purpose.rawValue),
                (terms.right.rawValue, terms.subject.words), ("of", terms.scope.words),
                (
                    "time",
                    "\(LocalTime.minute(terms.notBefore)) to \(LocalTime.minute(terms.expires))"
                ),
                ("uses", "\(terms.fetches)"),
            ]).text
        }
    }

    fileprivate nonisolated func shown(_ other: Handle) async throws -> Outcome {
        let now = now
        let view = await view
        guard let known = view.participant(other) else { throw ClientError.noParticipant(other) }
        let names = try await names()
        let fingerprint = view.fingerprint(of: other)
        let isCompared = try home.comparedFingerprints()[other] != nil
        let between = try view.grants.values.filter {
            [$0.issuer, $0.terms.to].contains(other)
                && ($0.issuer == handle || $0.terms.to == handle
                    || view.participant(handle)?.roles
                        .contains(.regulator) == true)
        }
        let standing = between.filter { $0.isLive(at: now) }.sorted { $0.index < $1.index }
        return Outcome([
            "at": known.at, "compared": isCompared, "country": known.country,
            "fingerprint": fingerprint, "grants_standing": standing.map(\.jti),
            "grants_ever": between.count, "handle": other, "index": known.index,
            "legal_ids": known.identifiers, "legal_name": known.legalName,
            "name": names.contacts.names[other], "roles": known.roles,
            "suspended": known.isSuspended(at: now),
        ]) { [view, handle, now] in
            var facts = Facts([
                ("participant", names.shown(other)),
                ("roles", view.words(forRolesOf: known)),
                ("since", "\(LocalTime.minute(known.at)), entry \(known.index)"),
            ])
            if known.isSuspended(at: now) { facts.add("state", known.state(at: now)) }
            if let name = known.legalName { facts.add("legal name", name) }
            if !known.identifiers.isEmpty { facts.add("identifiers", known.identifiers.words) }
            if let fingerprint {
                facts.add("fingerprint", "\(fingerprint), by the log")
                if other != handle {
                    facts.add("", isCompared ? "compared" : "not compared: trine compare \(other)")
                }
            }
            facts.add("grants", "\(standing.count) standing, \(between.count) ever")
            for grant in standing {
                facts.add(
                    "",
                    "\(grant.jti): \(grant.terms.subject.words) of "
                        + grant.terms.scope.words)
            }
            return facts.text
        }
    }

    fileprivate nonisolated func shown(entry index: Int64) async throws -> Outcome {
        let (logged, shown) = try await entry(index)
        let statement = try Statement(parsing: logged.jws)
        let names = try await names()
        let payload = try? JSON(canonical: statement.jws.payload)
        let claims = payload
        let disclosures: [String: JSON]
        let hidden: String?
        switch shown {
        case .shown(let bytes):
            disclosures = try statement.matched(Disclosure.split(bytes) ?? [])
            hidden = nil
        case .withheld:
            disclosures = [:]
            hidden = type(of: statement.claims).hasSelectiveClaims ? "not yours to see" : nil
        case .erased:
            disclosures = [:]
            hidden = "erased"
        }
        return Outcome([
            "claims": claims ?? .null, "disclosed": JSON.object(disclosures),
            "erased": hidden == "erased", "index": index, "kind": statement.kind.rawValue,
        ]) {
            var facts = Facts([
                ("entry", "\(index), \(statement.kind.rawValue)"),
                ("by", names.shown(statement.issuer)),
                ("at", LocalTime.minute(statement.issuedAt)), ("jti", statement.jti.text),
                ("signed by", "key \(statement.jws.kid)"),
            ])
            for (name, value) in (claims?.named ?? [:]).sorted(by: { $0.key < $1.key })
            where !Self.commonClaims.contains(name) {
                facts.add("public", "\(name): \(value.text ?? value.canonicalText)")
            }
            for (name, value) in disclosures.sorted(by: { $0.key < $1.key }) {
                facts.add("shown to you", "\(name): \(value.text ?? value.canonicalText)")
            }
            if let hidden { facts.add("confidential", hidden) }
            facts.add("proof", "it stands in the log under the newest checkpoint")
            return facts.text
        }
    }

    private static var commonClaims: Set<String> { ["iss", "iat", "jti", "log", "_sd", "_sd_alg"] }
}

/// Names and what stands behind them, a line each.
struct Facts {
    private var rows: [(name: String, words: String)]

    init(_ rows: [(String, String)]) { self.rows = rows.map { (name: $0, words: $1) } }

    mutating func add(_ name: String, _ words: String) { rows.append((name, words)) }

    var text: String {
        let width = rows.map(\.name.terminalWidth).max() ?? 0
        return rows.map { row in
            let space = String(repeating: " ", count: width - row.name.terminalWidth + 2)
            return row.name + space + row.words.onOneLine
        }.joined(separator: "\n")
    }
}

extension JSON {
    /// The members of an object; `nil` for anything else.
    fileprivate var named: [String: JSON]? {
        if case .object(let members) = self { members } else { nil }
    }
}
