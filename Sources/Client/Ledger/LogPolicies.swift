import Interface
public import Rules
import Sharing
import Verification
public import Wire

extension Session {
    /// The texts of a set, compiled: the gateway is asked, and its answer compared with the digest.
    public nonisolated func policies(
        _ digest: Digest<Digested.Policies>
    ) async throws -> CedarPolicies {
        if digest == CedarPolicies.standard.digest { return .standard }
        let blob = try await connection.policies(digest)
        guard let set = try? CedarPolicies(parsing: blob), set.digest == digest else {
            throw ClientError.policiesWrong(digest)
        }
        return set
    }

    /// Every set that the log was ever under and all its types, as far as the gateway gives the texts.
    /// One that is missing, or isn't what it should be by the rules, decides nothing: an audit finds
    /// that at every entry under it.
    nonisolated func publishedTexts() async throws -> TextShelf {
        var shelf = TextShelf()
        for type in try await founding.types + listed({ (form: PublishType) in form.type }) {
            do {
                let found = try await recordType(type)
                if let found { shelf.add(found, of: configuration.origin) }
            } catch LogFault.typeMissing { continue }
        }
        for digest in try await listed({ (form: PublishPolicies) in form.set })
            + [founding.policies]
        {
            guard shelf.policies(digest) == nil else { continue }
            let blob: [UInt8]
            do { blob = try await connection.policies(digest) } catch ConnectionError.refused {
                continue
            }
            guard let texts = try? PolicyTexts(parsing: blob), texts.digest == digest else {
                continue
            }
            do { shelf.add(try CedarPolicies(texts)) } catch { shelf.refuse(digest) }
        }
        return shelf
    }

    /// The type that the log names, read from its document; the gateway is asked for one that doesn't
    /// come with the program. `nil` for a document that has the right digest and says nothing sensible:
    /// what names it, the rules refuse. Throws ``LogFault/typeMissing(_:)``.
    nonisolated func recordType(_ type: TypeVersion) async throws -> RecordType? {
        let origin = configuration.origin
        let standard = RecordTypes.standard.all.first { $0.digest(origin: origin) == type.digest }
        if let standard { return standard }
        let document = try await document(of: type)
        guard Digest<Digested.RecordType>(hashing: document) == type.digest else {
            throw LogFault.typeMissing(type)
        }
        return try? RecordType(document: document, origin: origin)
    }

    private nonisolated func document(of type: TypeVersion) async throws -> [UInt8] {
        do { return try await connection.type(type) } catch ConnectionError.refused {
            throw LogFault.typeMissing(type)
        }
    }

    /// What the statements of one kind name, as the gateway lists them; nothing of them is verified
    /// here.
    private nonisolated func listed<Form: KindForm, What>(
        _ what: (Form) -> What
    ) async throws -> [What] {
        var found: [What] = []
        var next: Int64? = 0
        while let from = next {
            let answer = try await connection.entries(from: from, kind: Form.kind)
            for entry in answer.entries {
                guard let statement = try? Statement(parsing: entry.statement),
                    let claims = statement.claims as? Form
                else { throw LogFault.entry(index: entry.index, nil) }
                found.append(what(claims))
            }
            if let further = answer.next, further <= from {
                throw LogFault.outOfOrder(index: further)
            }
            next = answer.next
        }
        return found
    }

    /// The digest of the policy set in force as of the latest checkpoint. Throws what ``sync()``
    /// does.
    public func policiesInForce() async throws -> Digest<Digested.Policies> {
        try await sync().state[LogState.key]?.policies ?? founding.policies
    }
}
