import Client
import Custody
import Interface
import Rules
import Sharing
import Storage
import Synchronization
import Testing
import Wire

@testable import Client
@testable import Gateway

/// A host that puts keys of its own in the place of somebody's, and what each party sees of it.
@Suite struct SubstitutionTests {
    /// A way to the gateway on which applications are exchanged for what the host makes of them.
    private struct ExchangingTransport: Transport {
        let transport: any Transport
        let exchange: @Sendable (Application) -> [UInt8]?

        func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
            guard request.path == "/applications", let content = request.content,
                let application = try? Application(parsing: content.bytes)
            else { return try await transport.send(request) }
            guard let other = exchange(application) else {
                return TransportAnswer(status: 202, mediaType: nil, bytes: [])
            }
            return try await transport.send(
                TransportRequest(
                    request.path, content: .init(other, mediaType: content.mediaType),
                    maximumAnswerBytes: request.maximumAnswerBytes,
                    timeoutSeconds: request.timeoutSeconds))
        }

        func shutDown() async { await transport.shutDown() }
    }

    /// Applies as a lender with `invitation` over a way on which `exchange` is at work.
    private func join(
        _ alliance: Alliance, _ invitation: Invitation,
        keeping keep: @Sendable (RecoveryKit) -> Void = { _ in },
        _ exchange: @escaping @Sendable (Application) -> [UInt8]?
    ) async throws -> Application {
        try await Home(alliance.directory + "/victim").join(
            invitation,
            as: Applicant(
                roles: [.lender], legalName: "Meridian Bank", country: "DE", identifiers: []),
            under: Alliance.protection, keeping: keep,
            surroundings: alliance.clock.surroundings,
            transport: { _ in
                ExchangingTransport(transport: alliance.transport(), exchange: exchange)
            })
    }

    /// What a host can make of an application: all that it was sent, and keys of its own with good
    /// proofs.
    private static func forged(
        from original: Application, in alliance: Alliance, keepingIdentity: Bool,
        with key: SigningKey? = nil, sealedTo encryptionKey: EncryptionKey? = nil
    ) throws -> Application {
        var random = SystemRandomNumberGenerator()
        let key = key ?? SigningKey(seed: .random(count: 32, using: &random))
        let encryptionKey =
            try encryptionKey
            ?? DecryptionKey(seed: .random(count: 32, using: &random)).encryptionKey
        let disclosures =
            keepingIdentity
            ? original.disclosures : original.identity.disclosures(using: &random)
        let claims = Admit.proven(
            original.handle, as: original.roles,
            [(KeyTerms(key: key.verificationKey, scopes: [.all]), key)], encryptionKey,
            disclosures, to: alliance.log.genesis)
        return Application(
            handle: original.handle, roles: original.roles, keys: claims.keys,
            encryptionKey: encryptionKey, disclosures: disclosures, token: original.token,
            mac: original.mac)!
    }

    /// Whatever the host puts in the place of an application, who invited sees that it isn't from who
    /// was invited: by the invitation, and by the fingerprint.
    @Test(arguments: [true, false]) func anExchangedApplicationIsntAdmitted(
        keepingIdentity: Bool
    ) async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let invitation = try await alliance.invite("meridian")
        let own = try await join(alliance, invitation) { original in
            try? Self.forged(
                from: original, in: alliance, keepingIdentity: keepingIdentity
            ).bytes
        }
        let authority = try await alliance.session("authority")
        let pending = try #require(try await Authority(authority).pending().first?.application)
        #expect(pending != own && pending.isProven(in: authority.log))
        #expect(try await Authority(authority).isFromInvited(pending) == false)
        let substituted = ClientError.substituted(own.handle)
        await #expect(throws: substituted) { try await Authority(authority).admit(own.handle) }
        let told = Fingerprint(own.fingerprint(in: authority.log))
        await #expect(throws: substituted) {
            try await Authority(authority).admit(own.handle, fingerprint: told)
        }
        #expect(try await alliance.store.head()?.size == 1)
        await authority.close()
        await alliance.stop()
    }

    /// A host that changes one thing in an application breaks the proofs of possession.
    @Test func nothingInAnApplicationCanBeChanged() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let invitation = try await alliance.invite("meridian")
        var random = SystemRandomNumberGenerator()
        let encryptionKey = try DecryptionKey(seed: .random(count: 32, using: &random))
            .encryptionKey
        let edits: [@Sendable (Application) -> Application?] = [
            {
                Application(
                    handle: $0.handle, roles: $0.roles, keys: $0.keys,
                    encryptionKey: encryptionKey, disclosures: $0.disclosures, token: $0.token,
                    mac: $0.mac)
            },
            {
                Application(
                    handle: $0.handle, roles: [.lender, .regulator], keys: $0.keys,
                    encryptionKey: $0.encryptionKey, disclosures: $0.disclosures, token: $0.token,
                    mac: $0.mac)
            },
            {
                let other = ApplicantIdentity(name: "Mallory", identifiers: [], country: "DE")
                var random = SystemRandomNumberGenerator()
                return Application(
                    handle: $0.handle, roles: $0.roles, keys: $0.keys,
                    encryptionKey: $0.encryptionKey,
                    disclosures: other.disclosures(using: &random), token: $0.token, mac: $0.mac)
            },
        ]
        for edit in edits {
            await #expect(throws: ConnectionError.self) {
                _ = try await join(alliance, invitation) { edit($0)?.bytes }
            }
        }
        // A gateway that keeps it all the same only gets as far as the authority.
        let store = alliance.store
        let kept = Mutex<Application?>(nil)
        _ = try await join(alliance, invitation) { original in
            kept.withLock { $0 = edits[0](original) }
            return original.bytes
        }
        let authority = try await alliance.session("authority")
        let genuine = try #require(try await store.applications().first)
        let text = String(decoding: genuine.bytes, as: UTF8.self)
        let edited = try #require(kept.withLock { $0 })
        let original = try #require(try await Authority(authority).pending().first?.application)
        let exchanged = text.replacing(
            String(decoding: original.bytes, as: UTF8.self),
            with: String(decoding: edited.bytes, as: UTF8.self))
        #expect(exchanged != text)
        try await store.keep(
            StoredApplication(
                handle: genuine.handle, received: genuine.received, bytes: Array(exchanged.utf8)))
        await #expect(throws: ClientError.badApplication(original.handle)) {
            try await Authority(authority).admit(original.handle)
        }
        await authority.close()
        await alliance.stop()
    }

    /// Without an invitation of its own an authority needs the fingerprint; the gateway's word is
    /// nothing.
    @Test func whoDidntInviteAsksForTheFingerprint() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let invitation = try await alliance.invite("meridian")
        let own = try await join(alliance, invitation) { $0.bytes }
        let authority = try await alliance.session("authority")
        try authority.home.replace(Invited())
        await #expect(throws: ClientError.fingerprintNeeded(own.handle)) {
            try await Authority(authority).admit(own.handle)
        }
        let other = Fingerprint(Digest(hashing: [1]))
        await #expect(throws: ClientError.substituted(own.handle)) {
            try await Authority(authority).admit(own.handle, fingerprint: other)
        }
        let told = Fingerprint(own.fingerprint(in: authority.log))
        let admitted = try await Authority(authority).admit(own.handle, fingerprint: told)
        #expect(admitted.statement.fingerprint == own.fingerprint(in: authority.log))
        await authority.close()
        await alliance.stop()
    }

    /// An authority that was fooled, or is false: the one whose name it is sees it at once, and an
    /// enterprise that compares grants nothing.
    @Test func aFalseAdmissionIsSeenByWhoIsMeantAndByWhoCompares() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let invitation = try await alliance.invite("meridian")
        let own = try await join(alliance, invitation) { original in
            try? Self.forged(from: original, in: alliance, keepingIdentity: true).bytes
        }
        let enterprise = try await alliance.admit("workshop", [.enterprise])
        let authority = try await alliance.session("authority")
        let pending = try #require(
            try await Authority(authority).pending().map(\.application)
                .first { $0.handle == own.handle })
        _ = try await Authority(authority).admit(
            own.handle, fingerprint: Fingerprint(pending.fingerprint(in: authority.log)))
        let victim = try await alliance.session("victim")
        let substituted = ClientError.substituted(own.handle)
        await #expect(throws: substituted) { try await victim.sync() }
        let told = try #require(victim.fingerprint)
        await #expect(throws: substituted) { try await enterprise.compare(told, with: own.handle) }
        // Nor does it help to have compared before there was anything to compare with.
        var compared = ComparedFingerprints()
        compared[own.handle] = told
        try enterprise.home.replace(compared)
        _ = try await Enterprise(enterprise).importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        await #expect(throws: substituted) {
            _ = try await Enterprise(enterprise).plan(
                GrantWish(
                    to: own.handle, scope: .months(.invoices, Months.first...Months.first),
                    fields: ["due_date"], purpose: .creditMonitoring, lifetime: 86_400,
                    fetches: 1, dataLife: 86_400))
        }
        for session in [victim, enterprise, authority] { await session.close() }
        await alliance.stop()
    }

    /// Who comes back with the kit, where the host had keys of its own admitted meanwhile, is told so
    /// and signs nothing. A share that the host made opens nothing either.
    @Test(arguments: [true, false]) func aKitRestoresNothingUnderOthersKeys(
        keepingEncryptionKey: Bool
    ) async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let invitation = try await alliance.invite("meridian")
        let page = Mutex("")
        var random = SystemRandomNumberGenerator()
        let key = SigningKey(seed: .random(count: 32, using: &random))
        let own = try await join(
            alliance, invitation, keeping: { kit in page.withLock { $0 = kit.text } }
        ) { original in
            try? Self.forged(
                from: original, in: alliance, keepingIdentity: true, with: key,
                sealedTo: keepingEncryptionKey ? original.encryptionKey : nil
            ).bytes
        }
        let authority = try await alliance.session("authority")
        let pending = try #require(
            try await Authority(authority).pending().map(\.application)
                .first { $0.handle == own.handle })
        _ = try await Authority(authority).admit(
            own.handle, fingerprint: Fingerprint(pending.fingerprint(in: authority.log)))
        let size = try await alliance.store.head()?.size
        let kit = try RecoveryKit(parsing: page.withLock { $0 })
        #expect(kit.configuration.fingerprint == Fingerprint(own.fingerprint(in: authority.log)))
        let home = Home(alliance.directory + "/again")
        for _ in 0..<2 {
            await #expect(throws: ClientError.substituted(own.handle)) {
                try await home.restore(
                    from: kit, retiring: .keyCompromised, under: Alliance.protection,
                    surroundings: alliance.clock.surroundings,
                    transport: { _ in alliance.transport() })
            }
        }
        let device = try await alliance.session("again")
        let deviceKey = try device.keyring.deviceKey()
        let share = try SealedShare(
            SharedKeys(nodes: [], sources: []), ofEra: 1,
            to: device.keyring.signingKey(generation: 1).verificationKey.thumbprint,
            deviceKey.encryptionKey,
            by: Signer(
                origin: authority.configuration.origin, handle: own.handle, log: authority.log,
                key: key),
            at: device.now, jti: device.newJTI())
        await #expect(throws: ClientError.substituted(own.handle)) { try await device.open(share) }
        #expect(try await alliance.store.head()?.size == size)
        for session in [authority, device] { await session.close() }
        await alliance.stop()
    }

    /// What was compared stays, and says since when another key counts.
    @Test func whoComparedSeesWhereLaterKeysComeFrom() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("workshop", [.enterprise])
        let lender = try await alliance.admit("northbank", [.lender])
        _ = try await Enterprise(enterprise).importDocuments(
            [try alliance.documents(Months.first...Months.first, "first")])
        let wish = GrantWish(
            to: lender.handle, scope: .months(.invoices, Months.first...Months.first),
            fields: ["due_date"], purpose: .creditMonitoring, lifetime: 86_400, fetches: 1,
            dataLife: 86_400)
        var recipient = try await Enterprise(enterprise).plan(wish).recipient
        #expect(!recipient.isCompared && recipient.signedBy == nil && recipient.since == 2)
        try await enterprise.compare(try #require(lender.fingerprint), with: lender.handle)
        var random = SystemRandomNumberGenerator()
        let new = try DecryptionKey(seed: .random(count: 32, using: &random)).encryptionKey
        let changed = try await lender.register(ChangeEncryptionKey(new, .unspecified))
        recipient = try await Enterprise(enterprise).plan(wish).recipient
        #expect(recipient.isCompared && recipient.key == new && recipient.since == changed.index)
        #expect(recipient.signedBy == changed.statement.jws.kid)
        for handle in ["authority", "host"] {
            await #expect(throws: ClientError.founder(Handle(handle)!)) {
                try await enterprise.compare(
                    Fingerprint(Digest(hashing: [])), with: Handle(handle)!)
            }
        }
        for session in [lender, enterprise] { await session.close() }
        await alliance.stop()
    }
}
