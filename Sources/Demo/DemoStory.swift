import Client
package import Custody
import Foundation
import Importing
import Interface
import Rules
import Sharing
import Verification
public import Wire

/// What the demo found. Every number and truth in it comes from the check it names.
public struct DemoResult: Sendable {
    public var documents = 0
    public var records = 0
    public var booksClosed = 0
    public var fetchedRecords = 0
    public var fetchedFields: [String] = []
    public var verified = false
    public var complete = false
    public var ungrantedAbsent = false
    public var revokedRefused = false
    public var laterOutOfReach = false
    /// Keys that a host put into an application weren't admitted.
    public var exchangedKeysRefused = false
    /// An access that a host left out of the log was missed.
    public var hiddenAccessSeen = false
    public var auditEntries: UInt64 = 0
    public var auditFindings = 0
    public var tamperDetectedAt: [String] = []
    public var tamperUndetected: [String] = []

    /// Whether everything came out as promised.
    public var isAsPromised: Bool {
        verified && ungrantedAbsent && revokedRefused && laterOutOfReach && auditFindings == 0
            && exchangedKeysRefused && hiddenAccessSeen && tamperUndetected.isEmpty
            && !tamperDetectedAt.isEmpty && records == documents
    }

    public var json: JSON {
        [
            "audit_entries": .integer(Int64(auditEntries)),
            "audit_findings": .integer(Int64(auditFindings)),
            "books_closed": .integer(Int64(booksClosed)), "complete": .bool(complete),
            "documents": .integer(Int64(documents)),
            "exchanged_keys_refused": .bool(exchangedKeysRefused),
            "fetched_fields": .array(fetchedFields.map { .string($0) }),
            "fetched_records": .integer(Int64(fetchedRecords)),
            "hidden_access_seen": .bool(hiddenAccessSeen),
            "later_out_of_reach": .bool(laterOutOfReach), "records": .integer(Int64(records)),
            "revoked_refused": .bool(revokedRefused),
            "tamper_detected_at": .array(tamperDetectedAt.map { .string($0) }),
            "ungranted_absent": .bool(ungrantedAbsent), "verified": .bool(verified),
        ]
    }
}

/// The whole story on sample documents: a gateway, an enterprise, a lender, a regulator, and somebody
/// who changes a byte.
public struct DemoStory: Sendable {
    private let directory: String
    private let gateway: LocalGateway
    private let protection: Protection
    private let tell: @Sendable (String) -> Void

    /// Everything is made below `directory`; `tell` gets the story in words.
    package init(
        in directory: String, under protection: Protection,
        tell: @escaping @Sendable (String) -> Void
    ) {
        self.directory = directory
        self.protection = protection
        self.tell = tell
        gateway = LocalGateway(directory: directory + "/gateway", under: protection)
    }

    public func run() async throws -> DemoResult {
        tell("A gateway begins a log and serves it.")
        let log = try await gateway.begin(authority: home("authority"))
        tell("  \(log)")
        let exchangedKeysRefused = try await admitAll()
        let host = FalseHost(before: HTTPTransport(log.gateway))
        var scene = DemoScene(
            directory: directory, tell: tell, host: host,
            enterprise: try await open("enterprise", through: host),
            lender: try await open("lender"), regulator: try await open("regulator"))
        scene.result.exchangedKeysRefused = exchangedKeysRefused
        defer { Task { [scene] in await scene.close() } }
        try await scene.play()
        await scene.close()
        try await gateway.stop()
        try await tamper(&scene.result)
        return scene.result
    }

    private func home(_ name: String) -> Home { Home(directory + "/" + name) }

    private func open(
        _ name: String, through host: FalseHost? = nil
    ) async throws -> Session {
        try await Session(
            home(name), passphrase: protection.passphrase, cost: protection.cost,
            transport: { address in
                if let host { host } else { HTTPTransport(address) }
            })
    }

    /// Admits everybody; first, a host puts other keys into the lender's application. Returns whether
    /// these were refused.
    private func admitAll() async throws -> Bool {
        tell("The authority invites an enterprise, a lender and a regulator, and admits them.")
        let identifiers = SampleEnterprise.identifiers.identifiers.sorted().compactMap { known in
            IdentifierScheme(rawValue: known.scheme).flatMap {
                LegalIdentifier(scheme: $0, id: known.id)
            }
        }
        let session = try await open("authority")
        defer { Task { await session.close() } }
        let authority = try await Authority(session)
        func apply(
            _ role: Role, _ handle: String?, _ name: String, _ identifiers: [LegalIdentifier] = [],
            _ lie: FalseHost.Lie = .none
        ) async throws -> Handle {
            let invitation = try await authority.invite(handle.flatMap { Handle($0) })
            _ = try await home(role.rawValue).join(
                invitation,
                as: Applicant(
                    roles: [role], legalName: name, country: "DE", identifiers: identifiers),
                under: protection, keeping: { _ in },
                transport: { FalseHost(before: HTTPTransport($0), lie) })
            return invitation.handle
        }
        func admit(_ handle: Handle, _ role: Role) async throws {
            _ = try await authority.admit(handle)
            tell("  \(handle), \(role.rawValue)")
        }
        try await admit(
            try await apply(.enterprise, nil, SampleEnterprise.name, identifiers), .enterprise)
        let refused = try await isRefused(
            try await apply(.lender, "northbank", "Northbank", [], .exchangesKeys), by: authority)
        try await admit(try await apply(.lender, "northbank", "Northbank"), .lender)
        try await admit(try await apply(.regulator, "supervisor", "Supervisor"), .regulator)
        return refused
    }

    /// Whether the authority's program sees that the application isn't from who was invited.
    private func isRefused(_ handle: Handle, by authority: Authority) async throws -> Bool {
        tell("  A host puts keys of its own into the application of \(handle):")
        do {
            _ = try await authority.admit(handle)
            tell("    ATTENTION: they are admitted")
            return false
        } catch ClientError.substituted {
            tell("    the authority's program refuses: it isn't from who was invited")
            _ = try await authority.reject(handle)
            return true
        }
    }

    private func tamper(_ result: inout DemoResult) async throws {
        tell("Somebody changes one byte in a copy of the gateway's data, and the check is run:")
        for (changed, found) in try await gateway.tamper() {
            if let found {
                result.tamperDetectedAt.append(found)
            } else {
                result.tamperUndetected.append(changed)
            }
            tell("  in \(changed): " + (found.map { "found at \($0)" } ?? "ATTENTION: not found"))
        }
    }
}
