import Custody
import Sharing
import Wire

/// The view as it lies on disk: an encrypted list of entries, folded again when it is read. It is a
/// cache; without it, or with one that can't be read, the log is asked from the beginning.
///
/// Records are kept as what the fold needs of them, all other entries whole.
struct ViewFile {
    let home: Home
    let key: Secret

    init(home: Home, keyring: Keyring) {
        (self.home, key) = (home, keyring.fileKey("view"))
    }

    func read(of handle: Handle, host: Handle) throws(HomeError) -> View {
        guard let sealed = try home.read(.view), let plain = SecretBox.open(sealed, under: key),
            let view = Self.view(of: handle, host, plain)
        else { return View(of: handle, host: host) }
        return view
    }

    func write(_ view: View, using random: inout some RandomNumberGenerator) throws(HomeError) {
        let json: JSON = [
            "entries": .array(view.entries.map(Self.json)), "format": .string(Self.format),
            "handle": .string(view.handle.text), "next": .integer(view.next),
            "records": .array(
                view.records.values.sorted { $0.index < $1.index }.map(Self.json)),
        ]
        try home.replace(
            .view, with: SecretBox.seal(json.canonicalBytes, under: key, using: &random))
    }

    private static let format = "trine-view/2"

    private static func view(of handle: Handle, _ host: Handle, _ bytes: [UInt8]) -> View? {
        guard let root = try? JSONDocument(.canonical, bytes).root,
            var claims = try? ClaimReader(root),
            let entries = claims.optional("entries")?.elements,
            claims.optional("format")?.text == format,
            claims.optional("handle")?.text == handle.text,
            let next = claims.optional("next")?.integer,
            let records = claims.optional("records")?.elements
        else { return nil }
        var view = View(of: handle, host: host)
        // Records first: erasures refer to them, nothing in a record to another entry.
        do {
            for json in records {
                guard let record = record(json) else { return nil }
                try view.register(record)
            }
            for json in entries {
                guard let entry = entry(json) else { return nil }
                try view.apply(entry)
            }
        } catch { return nil }
        view.next = next
        return view
    }

    private static func json(_ entry: ViewEntry) -> JSON {
        [
            .integer(entry.index), .string(entry.statement.jws.text),
            .string(String(decoding: entry.disclosures, as: UTF8.self)),
        ]
    }

    private static func entry(_ json: JSONValue) -> ViewEntry? {
        guard let parts = json.elements, parts.count == 3, let index = parts[0].integer,
            let jws = parts[1].plainBytes, let disclosures = parts[2].plainBytes,
            let statement = try? Statement(parsing: Array(jws))
        else { return nil }
        var selective: (any SelectiveClaims)?
        if !disclosures.isEmpty || statement.selectiveCount == 0 {
            guard let split = Disclosure.split(disclosures),
                let opened = try? statement.opened(with: split)
            else { return nil }
            selective = opened
        }
        return ViewEntry(
            index: index, statement: statement, disclosures: Array(disclosures),
            selective: selective)
    }

    private static func json(_ record: OwnRecord) -> JSON {
        [
            .integer(record.index), .string(record.jti.text), .string(record.book.description),
            .integer(record.number), .integer(record.epoch), .digest(record.source),
            record.replaces.map { .string($0.text) } ?? .null, .digest(record.digest),
            .integer(record.issuedAt.seconds),
        ]
    }

    private static func record(_ json: JSONValue) -> OwnRecord? {
        guard let parts = json.elements, parts.count == 9, let index = parts[0].integer,
            let jti = parts[1].plainBytes.flatMap({ JTI(text: $0) }),
            let book = parts[2].text.flatMap({ BookName($0) }), let number = parts[3].integer,
            let epoch = parts[4].integer, let source = parts[5].digest(Digested.Source.self),
            let digest = parts[7].digest(Digested.Statement.self),
            let issuedAt = parts[8].integer.flatMap({ Timestamp(seconds: $0) })
        else { return nil }
        let replaces = parts[6].plainBytes.flatMap { JTI(text: $0) }
        guard replaces != nil || parts[6].isNull else { return nil }
        return OwnRecord(
            index: index, jti: jti, book: book, number: number, epoch: epoch, source: source,
            replaces: replaces, digest: digest, issuedAt: issuedAt)
    }
}
