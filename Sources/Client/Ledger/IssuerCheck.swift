import Custody
import Sharing
import Transparency
import Verification
import Wire

/// Checks entries that come with a query: form, place, disclosures, and the issuer's signature.
struct IssuerCheck {
    private let session: Session
    private let ownKeys: [Digest<Digested.Key>: VerificationKey]
    private var issuers: [Handle: KnownParticipant] = [:]

    init(_ session: Session) {
        self.session = session
        let keys = session.keyring.signing.map {
            session.keyring.signingKey(generation: $0.generation).verificationKey
        }
        ownKeys = Dictionary(keys.map { ($0.thumbprint, $0) }) { first, _ in first }
    }

    /// Throws ``LogFault``, and ``ConnectionError`` where an issuer has to be asked for.
    mutating func entry(
        _ logged: LoggedStatement, under checkpoint: VerifiedCheckpoint
    ) async throws -> ViewEntry {
        let located = try LocatedStatement(logged, under: checkpoint, of: session.genesis)
        if logged.index == 0 {
            guard logged.jws == session.genesis.jws.bytes else {
                throw LogFault.otherLog(index: 0)
            }
        } else {
            try await checkSignature(of: located)
        }
        return try Self.opened(located.statement, logged)
    }

    private mutating func checkSignature(of located: LocatedStatement) async throws {
        let statement = located.statement
        if statement.issuer == session.handle, let key = ownKeys[statement.jws.kid],
            (try? statement.jws.verified(byKeyNamed: key)) != nil
        {
            return
        }
        if let issuer = issuers[statement.issuer],
            (try? issuer.checkSignature(of: located)) != nil
        {
            return
        }
        // Perhaps its key came after the issuer was looked up.
        let issuer = try await session.participants.participant(statement.issuer)
        issuers[statement.issuer] = issuer
        try issuer.checkSignature(of: located)
    }

    /// The entry with its selective claims. A record's fields don't come with a query.
    private static func opened(
        _ statement: Statement, _ logged: LoggedStatement
    ) throws(LogFault) -> ViewEntry {
        var selective: (any SelectiveClaims)?
        if !statement.hasFields && !logged.erased {
            guard let disclosures = Disclosure.split(logged.disclosures) else {
                throw .disclosures(index: logged.index)
            }
            if !disclosures.isEmpty || statement.selectiveCount == 0 {
                do { selective = try statement.opened(with: disclosures) } catch {
                    throw .disclosures(index: logged.index)
                }
            }
        }
        return ViewEntry(
            index: logged.index, statement: statement,
            disclosures: selective == nil ? [] : logged.disclosures, selective: selective)
    }
}
