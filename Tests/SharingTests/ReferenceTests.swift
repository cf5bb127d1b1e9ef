import Foundation
import Testing

@testable import Sharing
@testable import Wire

/// What a statement names publicly is all among its references: a statement can't concern somebody in
/// its public claims and be left out of an index of them.
@Suite struct ReferenceTests {
    /// The handles, keys and statements that the payload of a statement has in clear, but for its own
    /// common claims. A string is taken for what the samples use as one.
    private static func named(in statement: Statement) throws -> Set<Reference> {
        let payload = try #require(try? JSON(canonical: statement.jws.payload))
        guard case .object(var members) = payload else { return [] }
        for name in ["iss", "jti", "log", "_sd", "origin"] { members[name] = nil }
        var found: Set<Reference> = [.participant(statement.issuer)]
        visit(.object(members), named: "", &found)
        return found
    }

    private static func visit(_ json: JSON, named name: String, _ found: inout Set<Reference>) {
        switch json {
        case .object(let members):
            if name == "jwk", case .string(let x)? = members["x"], let bytes = Base64URL.decode(x),
                let key = NamedKey(bytes: bytes)
            {
                found.insert(.key(key.thumbprint))
                return
            }
            for (name, value) in members { visit(value, named: name, &found) }
        case .array(let elements): for value in elements { visit(value, named: name, &found) }
        case .string(let text):
            if let handle = Handle(text), [World.enterprise, World.lender].contains(handle) {
                found.insert(.participant(handle))
            }
            if let jti = JTI(text: text) {
                found.insert(["record", "replaces"].contains(name) ? .record(jti) : .grant(jti))
            }
            if name == "kid", let key = Digest<Digested.Key>(text: text) { found.insert(.key(key)) }
        default: break
        }
    }

    @Test(arguments: StatementSample.all)
    func everythingThatIsNamedIsAReference(_ sample: StatementSample) throws {
        let statement = sample.sign().statement
        let named = try Self.named(in: statement)
        #expect(statement.references.subtracting([.log]) == named)
    }

    @Test func whatAStatementErases() {
        let erase = Erase(.grant(World.jti(6), epoch: 1))
        #expect(
            erase.references(issuer: World.lender) == [
                .grant(World.jti(6)), .participant(World.lender),
            ])
    }

    /// The page has a row for each kind, with the forms of its references.
    @Test func thePageHasTheReferences() throws {
        let page = try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("Sources/Specification/statements.md"), encoding: .utf8)
        let section = try #require(page.components(separatedBy: "| kind | references |").last)
        var rows: [String: Set<String>] = [:]
        for line in section.components(separatedBy: "\n").prefix(while: { !$0.hasPrefix("## ") }) {
            let cells = line.components(separatedBy: "|")
            guard line.hasPrefix("| `"), cells.count == 4 else { continue }
            let forms = Self.quoted(cells[2]).map { String($0.prefix { $0 != "/" }) }
            for kind in Self.quoted(cells[1]) { rows[kind] = Set(forms) }
        }
        #expect(Set(rows.keys) == Set(Kind.allCases.map(\.rawValue)))
        for sample in StatementSample.all {
            let pointers = sample.claims.pointers.map(\.text)
            var forms = Set(pointers.map { String($0.prefix { $0 != "/" }) })
            if sample.kind == .erase { forms.formUnion(["g", "h"]) }
            #expect(rows[sample.kind.rawValue] == forms, "\(sample.kind)")
        }
    }

    private static func quoted(_ text: String) -> [String] {
        text.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }
}
