import Rules
import Sharing
import TestWorld
import Testing
import Transparency
import Verification
import Wire

/// The record types in a package: those that the log published, and no others.
@Suite struct TypePackageTests {
    private static let origin = Origin("trine.example/alliance")!

    private static func second() throws -> RecordType {
        try RecordType.invoice.made(version: 2, of: origin)
    }

    private func refusal(_ package: Package, _ story: Story) -> String? {
        let refusal = #expect(throws: PackageRefusal.self) {
            try package.verify(under: story.log.trust)
        }
        return refusal?.label
    }

    @Test func theyAreThoseOfTheSeries() throws {
        let story = try Story(types: (Self.second(), nil))
        let verified = try story.opened()
        #expect(verified.types.all.map(\.version) == [1, 2])
        let names = PackageExport(verified).files.map(\.name)
        #expect(names.contains("type-invoice-2.json") && !names.contains("type-bill-1.json"))
    }

    /// A document that was changed, one that nobody published, one left out.
    @Test func othersAreRefused() throws {
        let story = try Story(types: (Self.second(), nil))
        let package = try story.opened().package
        let types = package.types
        func with(_ number: Int, _ edit: (LoggedType) throws -> LoggedType) rethrows -> Package {
            var changed = types
            changed[number] = try edit(changed[number])
            return package.with(types: changed)
        }
        let harmless = { (type: LoggedType) in
            LoggedType(
                statement: type.statement,
                document: type.document.replacing(
                    "\"label\":\"Due date\"", with: "\"label\":\"Order date\""))
        }
        #expect(refusal(with(0, harmless), story) == "types/0 strayType")
        #expect(refusal(with(1, harmless), story) == "types/1 strayType")
        let malformed = with(0) { LoggedType(statement: $0.statement, document: "{}") }
        #expect(refusal(malformed, story) == "types/0 typeDocument")
        let unnamed = with(1) { LoggedType(statement: nil, document: $0.document) }
        #expect(refusal(unnamed, story) == "types/1 strayType")
        let alien = with(1) { LoggedType(statement: package.grant, document: $0.document) }
        #expect(refusal(alien, story) == "types/1 strayType")
        // The second version follows the first.
        #expect(refusal(package.with(types: [types[1]]), story) == "types/0 notAdmitted")
        #expect(refusal(package.with(types: []), story) == "access notGranted")
        // Who leaves out the newest has a package of what came before it.
        #expect(throws: Never.self) {
            try package.with(types: [types[0]]).verify(under: story.log.trust)
        }
    }

    /// What came after the access says nothing of what was served.
    @Test func laterOnesAreRefused() throws {
        let story = try Story(types: (nil, Self.second()))
        let refusal = #expect(throws: PackageRefusal.self) { try story.opened() }
        #expect(refusal?.label == "access outOfOrder")
    }

    /// A type that an enterprise made up has no authority's word.
    @Test func itTakesAnAuthority() throws {
        let story = try Story()
        var log = story.log
        let type = try Self.second()
        let signed = Statement.sign(
            PublishType(type.published(origin: Self.origin)),
            by: story.acme.signer(log.origin, log.log), at: log.now,
            jti: JTI(using: &log.random))
        log.append(signed.statement, [])
        let logged = try log.logged(log.entries.count - 1)
        let package = try story.opened().package
        let moved = package.with(
            checkpoint: try log.checkpoint(), genesis: package.genesis.moved(in: log),
            participants: package.participants.map { $0.moved(in: log) },
            grant: package.grant.moved(in: log), rekey: package.rekey?.moved(in: log),
            access: package.access.moved(in: log),
            records: package.records.map { $0.moved(in: log) },
            erasures: package.erasures.map { $0.moved(in: log) },
            types: package.types + [
                LoggedType(
                    statement: logged,
                    document: String(
                        decoding: type.document(origin: Self.origin), as: UTF8.self))
            ])
        #expect(refusal(moved, story) == "types/1 notAdmitted")
    }
}
