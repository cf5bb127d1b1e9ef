import Interface
import Rules
import Sharing
import TestWorld
import Testing
import Transparency
import Verification
import Wire

/// What gateway and client say to each other reads back as what was written, and nothing else does.
@Suite struct InterfaceTests {
    let story: Story

    init() throws { story = try Self.shared.get() }

    private static let shared = Result { try Story() }

    @Test func fetchAnswers() throws {
        for answer in [try story.answer(), try story.ownAnswer()] {
            let bytes = answer.bytes
            #expect(try FetchAnswer(parsing: bytes) == answer)
            #expect(try JSON(canonical: bytes).canonicalBytes == bytes)
        }
    }

    @Test func packages() throws {
        let package = try story.opened().package
        #expect(try Package(parsing: package.bytes) == package)
        #expect(try JSON(canonical: package.bytes).canonicalBytes == package.bytes)
    }

    /// What proves is two things, of a size that proofs have.
    @Test func proofs() throws {
        let package = try ProofStory().opened().package
        let text = String(decoding: package.bytes, as: UTF8.self)
        let old = try #require(text.firstRange(of: #"{"consistency":["#))
        func read(presentation bytes: Int) -> MessageError? {
            let proof = PackageProof(
                consistency: [], presentation: [UInt8](repeating: 7, count: bytes))
            let large = Package(
                checkpoint: package.checkpoint, genesis: package.genesis,
                participants: package.participants, types: package.types,
                grant: package.grant,
                rekey: package.rekey, access: package.access, records: package.records,
                erasures: package.erasures, proof: proof)
            do throws(MessageError) {
                _ = try Package(parsing: large.bytes)
                return nil
            } catch { return error }
        }
        // The limit is one of the text, in whole groups of four characters.
        let most = PackageProof.maximumBytes / 3 * 3
        #expect(read(presentation: most) == nil)
        #expect(
            read(presentation: most + 1)
                == MessageError(place: "proof", reason: .claims(.malformed("presentation"))))
        let edited = text.replacingCharacters(in: old, with: #"{"a":1,"consistency":["#)
        let refusal = #expect(throws: MessageError.self) {
            try Package(parsing: Array(edited.utf8))
        }
        #expect(refusal == MessageError(place: "proof", reason: .claims(.unexpected("a"))))
    }

    @Test func queriesAndEntries() throws {
        let log = story.log
        let query = QueryAnswer(
            entries: [
                .init(index: 3, disclosures: try log.logged(3, disclosing: true).disclosures),
                .init(index: 4, disclosures: [], erased: true),
            ], next: 5)
        #expect(try QueryAnswer(parsing: query.bytes) == query)
        let entries = EntriesAnswer(
            entries: [.init(index: 0, statement: log.entries[0].statement.jws.bytes)],
            next: nil, size: 1)
        #expect(try EntriesAnswer(parsing: entries.bytes) == entries)
        let one = StatementAnswer(checkpoint: try log.checkpoint(), entry: try log.logged(2))
        #expect(try StatementAnswer(parsing: one.bytes) == one)
        for bytes in [query.bytes, entries.bytes, one.bytes] {
            #expect(try JSON(canonical: bytes).canonicalBytes == bytes)
        }
    }

    @Test func participantsAndBooks() throws {
        let participants = ParticipantsAnswer(
            participants: [
                .init(
                    handle: story.acme.handle, roles: [.lender, .enterprise], suspended: false,
                    admittedAt: 1)
            ], next: story.northbank.handle)
        #expect(try ParticipantsAnswer(parsing: participants.bytes) == participants)
        let one = ParticipantAnswer(
            checkpoint: try story.log.checkpoint(), handle: story.acme.handle,
            roles: [.enterprise], suspended: true, statements: [try story.log.logged(1)])
        #expect(try ParticipantAnswer(parsing: one.bytes) == one)
        let books = BooksAnswer(books: [
            .init(
                book: Story.september, count: 7, epoch: 1, closed: true,
                root: Digest(hashing: []), erased: [1...2, 5...5])
        ])
        #expect(try BooksAnswer(parsing: books.bytes) == books)
    }

    @Test func bulkAndProblems() throws {
        let problem = Problem(
            type: "https://trine.example/problems/wrong-number", title: "Wrong number",
            status: 409, detail: "The next number is 8.", facts: ["next": 8])
        #expect(problem.name == "wrong-number")
        #expect(try Problem(parsing: problem.bytes) == problem)
        let bulk = BulkAnswer(
            checkpoint: try story.log.checkpoint(),
            results: [
                .registered(index: 2, proof: try story.log.logged(2).proof), .refused(problem),
                .skipped,
            ])
        #expect(try BulkAnswer(parsing: bulk.bytes) == bulk)
        #expect(try JSON(canonical: bulk.bytes).canonicalBytes == bulk.bytes)
        // What a proxy in between may say.
        let plain = try Problem(parsing: Array(#"{ "status": 502, "x": [1.5] }"#.utf8))
        #expect(plain.type == "about:blank")
        #expect(plain.status == 502)
        #expect(
            plain.bytes == Array(#"{"status":502,"title":"","type":"about:blank","x":[1.5]}"#.utf8))
        for hostile in [#"{"x":1e999}"#, "[]", "", #"{"a":1,"a":2}"#] {
            #expect(throws: MessageError.self) { try Problem(parsing: Array(hostile.utf8)) }
        }
    }

    @Test func serviceDescription() throws {
        let description = ServiceDescription(
            origin: story.log.origin, genesis: story.log.log,
            logKey: story.log.signer.verifierKey.text, clockKey: "c", rules: 1, size: 12)
        #expect(try ServiceDescription(parsing: description.bytes) == description)
    }

    @Test func applications() throws {
        var log = try TestLog(seed: 30)
        let (claims, disclosures) = story.acme.admission(
            as: [.enterprise],
            identity: LegalIdentity(
                ApplicantIdentity(
                    name: "Straße & Söhne",
                    identifiers: [LegalIdentifier(scheme: .lei, id: "5493001KJTIIGC8Y1R12")!],
                    country: "DE")), to: log.log, using: &log.random)
        let own = disclosures.filter { ["country", "legal_ids", "legal_name"].contains($0.name) }
        func application(_ disclosures: [Disclosure]) -> Application? {
            Application(
                handle: claims.handle, roles: claims.roles, keys: claims.keys,
                encryptionKey: claims.envelopeKey, disclosures: disclosures,
                token: [UInt8](repeating: 1, count: 32), mac: [UInt8](repeating: 2, count: 32))
        }
        #expect(application(own.reversed()) == nil && application(disclosures) == nil)
        let whole = try #require(application(own))
        #expect(try Application(parsing: whole.bytes) == whole)
        #expect(whole.identity.name == "Straße & Söhne" && whole.isProven(in: log.log))
        #expect(!whole.isProven(in: story.log.log))
        let answer = ApplicationsAnswer(applications: [
            .init(application: whole, received: TestLog.start)
        ])
        #expect(try ApplicationsAnswer(parsing: answer.bytes) == answer)
        // It can be admitted as it is, and everybody computes the same fingerprint from the entry.
        let admitted = try log.add(whole.claims, selective: disclosures, by: log.authority)
        #expect(admitted.fingerprint == whole.fingerprint(in: log.log))
    }

    @Test func frames() throws {
        let frame = Frame(jws: [1, 2], disclosures: [3], blob: Array(repeating: 4, count: 300))
        #expect(frame.bytes.count == 315)
        #expect(Array(frame.bytes.prefix(6)) == [0, 0, 0, 2, 1, 2])
        #expect(try Frame(parsing: frame.bytes) == frame)
        #expect(try Frame.list(parsing: frame.bytes + frame.bytes) == [frame, frame])
        #expect(try Frame.list(parsing: []) == [])
        for count in 0..<frame.bytes.count {
            #expect(throws: MessageError.self) {
                try Frame(parsing: Array(frame.bytes.prefix(count)))
            }
        }
        #expect(throws: MessageError(place: "", reason: .trailingBytes)) {
            try Frame(parsing: frame.bytes + [0])
        }
        #expect(
            throws: MessageError(place: "jws", reason: .tooLarge(bytes: 65_536, limit: 65_535))
        ) { try Frame(parsing: [0, 1, 0, 0] + Array(repeating: 0, count: 70_000)) }
        #expect(throws: MessageError(place: "1/blob", reason: .truncated)) {
            try Frame.list(parsing: frame.bytes + frame.bytes.dropLast())
        }
        let many = Array(repeating: Frame(jws: []).bytes, count: 257).flatMap { $0 }
        #expect(throws: MessageError(place: "", reason: .tooMany(limit: 256))) {
            try Frame.list(parsing: many)
        }
    }

    /// Errors say where.
    @Test func places() throws {
        let answer = try story.answer()
        let text = String(decoding: answer.bytes, as: UTF8.self)
        func error(_ old: String, _ new: String) -> MessageError? {
            let range = text.firstRange(of: old)!
            let edited = text.replacingCharacters(in: range, with: new)
            do {
                _ = try FetchAnswer(parsing: Array(edited.utf8))
                return nil
            } catch { return error }
        }
        #expect(
            error(#"{"access":{"index":"#, #"{"access":{"Index":"#)
                == MessageError(place: "access", reason: .claims(.missing("index"))))
        #expect(
            error(#"{"access":{"index":"#, #"{"access":{"index":-"#)
                == MessageError(place: "access", reason: .claims(.malformed("index"))))
        #expect(
            error(#""records":[{"fields":{"#, #""records":[{"fields":{"a":1,"#)?.place
                == "records/0")
        #expect(error(#""carrier":{"#, #""carrier":{"a":1,"#)?.place == "carrier")
        #expect(error(#""genesis":"#, #""genesiz":"#)?.place == "")
        #expect(error(#","erasures":"#, #" ,"erasures":"#)?.reason != nil)
    }

    /// Any single bit flipped, in any byte of a package, makes it unreadable or refused. (A package
    /// has one encoding, and everything in it counts.)
    @Test func everyByteCounts() throws {
        let small = try Story(perBook: 1, changes: false)
        let bytes = try small.opened().package.bytes
        let trust = small.log.trust
        // Every byte would take minutes; the step is coprime to all lengths in it.
        var survivors: [Int] = []
        for position in stride(from: 0, to: bytes.count, by: 97) {
            var edited = bytes
            edited[position] ^= 1 << UInt8(position % 7)
            guard let package = try? Package(parsing: edited) else { continue }
            if (try? package.verify(under: trust)) != nil { survivors.append(position) }
        }
        #expect(survivors.isEmpty)
    }

    /// Truncated anywhere, it is refused.
    @Test func truncations() throws {
        let bytes = try story.opened().package.bytes
        for count in stride(from: 0, to: bytes.count, by: 211) {
            #expect(throws: MessageError.self) {
                try Package(parsing: Array(bytes.prefix(count)))
            }
        }
    }
}

extension String {
    func replacingCharacters(in range: Range<Index>, with text: String) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}
