import Custody
import Foundation
import Interface
import Rules
import Sharing
import Storage
import Synchronization
import TestSupport
import Testing
import Transparency
import Wire

@testable import Client
@testable import Gateway
@testable import Verification

/// Answers that somebody between a program and its gateway changes, replays, exchanges, shortens or
/// withholds: whatever a command then says is true as of the entry that it names, or it says nothing.
///
/// Each world is a log of its own, with as many sessions under attack as ``attacks``. `TRINE_SWEEP`
/// is the number of worlds; `make sweep` has forty, which is ten thousand attacks.
@Suite(.serialized) struct SweepTests {
    private static let attacks = 250
    private static let worlds =
        ProcessInfo.processInfo.environment["TRINE_SWEEP"].flatMap { Int($0) } ?? 1

    @Test(.timeLimit(.minutes(60)), arguments: 0..<worlds)
    func nothingFalseIsBelieved(world number: Int) async throws {
        var random = SeededGenerator.printed()
        for _ in 0..<number { _ = random.next() }
        let world = try await World()
        var outcomes: [String: Int] = [:]
        for attack in 0..<Self.attacks {
            let outcome = try await world.attack(number: attack, using: &random)
            outcomes[outcome, default: 0] += 1
        }
        print("sweep, world \(number):", outcomes.sorted { $0.key < $1.key })
        // The attacks are worth their name: programs refuse many, and survive many.
        #expect(outcomes.keys.contains { $0.hasPrefix("refused") })
        #expect(outcomes.keys.contains { $0.hasPrefix("true") })
        await world.stop()
    }
}

/// A log with a bit of everything, and what is true in it.
private struct World {
    private let alliance: Alliance
    private let bank = AnswerBank()
    private let grant: JTI
    /// What the lender read without an attack.
    private let read: [String: [FieldName: FieldValue]]

    init() async throws {
        alliance = try await Alliance(on: MemoryStore())
        let enterprise = try await alliance.admit("enterprise", [.enterprise])
        let lender = try await alliance.admit("lender", [.lender])
        let regulator = try await alliance.admit("regulator", [.regulator])
        let books = try Enterprise(enterprise)
        _ = try await books.importDocuments(
            [try alliance.documents(Months.first...Months.second, "first")])
        let months = Scope.months(.invoices, Months.first...Months.second)
        func give(_ fetches: Int64) async throws -> JTI {
            try await books.grant(
                try await books.plan(
                    GrantWish(
                        to: lender.handle, scope: months, fields: ["due_date", "payable_amount"],
                        purpose: .creditMonitoring, lifetime: 30 * 86_400, fetches: fetches,
                        dataLife: 86_400))
            ).statement.jti
        }
        let ended = try await give(3)
        grant = try await give(1_000_000)
        _ = try await Lender(lender).fetch(ended)
        _ = try await books.revoke(ended, .consentWithdrawn)
        _ = try await books.close(BookName(series: .invoices, month: Months.first))
        read = Self.fields(try await Lender(lender).fetch(grant))
        for session in [enterprise, lender, regulator] {
            _ = try await session.sync()
            await session.close()
        }
    }

    func stop() async { await alliance.stop() }

    /// One session of somebody, all of whose answers may have been changed. Returns how it ended;
    /// records an issue where what it says is false.
    func attack(
        number: Int, using random: inout SeededGenerator
    ) async throws -> String {
        let name = ["enterprise", "lender", "lender", "regulator"].randomElement(using: &random)!
        let home = Home(alliance.directory + "/attacked-\(number)")
        try FileManager.default.copyItem(
            atPath: alliance.directory + "/" + name, toPath: home.directory)
        defer { try? FileManager.default.removeItem(atPath: home.directory) }
        // Half of the programs know the log until here, half have to read all of it.
        if Bool.random(using: &random) {
            try? FileManager.default.removeItem(atPath: home.path(.view))
        }
        let hostile = HostileTransport(
            to: alliance.transport(), bank: bank, seed: random.next())
        let session: Session
        do {
            session = try await Session(
                home, passphrase: Alliance.protection.passphrase, cost: Alliance.protection.cost,
                surroundings: alliance.clock.surroundings, transport: { _ in hostile })
        } catch { return "refused at start" }
        let act = Int.random(in: 0..<3, using: &random)
        let outcome: String
        do {
            switch (name, act) {
            case ("lender", 1...): outcome = try await fetches(session)
            case ("regulator", _): outcome = try await audits(session)
            default: outcome = try await reads(session)
            }
        } catch {
            await session.close()
            return "refused " + name
        }
        await session.close()
        return outcome + " " + name
    }

    /// What the program knows of the log is what somebody knows who was shown all of these entries.
    private func reads(_ session: Session) async throws -> String {
        let view = try await session.sync()
        let truth = try await truth(for: session, entries: view.next)
        let place = "\(session.handle) at \(view.next)"
        #expect(view.edge.root == truth.edge.root && view.time == truth.time, "\(place)")
        #expect(view.refused.isEmpty, "\(place)")
        #expect(try view.books == truth.books && view.records == truth.records, "\(place)")
        // Whom a grant is for, and what was served, can be withheld. What is known of it is true.
        let (grants, accesses) = (try view.grants, try view.accesses)
        let told = try truth.accesses
        for (jti, grant) in grants {
            let other = try #require(try truth.grant(jti), "\(place)")
            #expect(grant.terms == other.terms && grant.state == other.state, "\(place)")
            #expect(grant.revocation == other.revocation, "\(place)")
        }
        for access in accesses {
            let other = told.first { $0.index == access.index }
            #expect(access.grant == other?.grant && access.at == other?.at, "\(place)")
            #expect(access.served == nil || access.served == other?.served, "\(place)")
        }
        // That something was served under a grant that it knows can't be withheld.
        let known = told.filter { grants[$0.grant] != nil }.map(\.index)
        #expect(accesses.map(\.index) == known, "\(place)")
        return "true"
    }

    private func fetches(_ session: Session) async throws -> String {
        let package = try await Lender(session).fetch(grant)
        #expect(Self.fields(package) == read)
        // It is charged, durable, and on the log: no byte without a trace.
        let index = package.verdict.access
        let leaf = try #require(try await alliance.store.leaves(index..<index + 1).first)
        #expect(try Statement(parsing: leaf).kind == .access)
        return "true"
    }

    private func audits(_ session: Session) async throws -> String {
        let report = try await Regulator(session).audit()
        guard report.isClean else { return "refused, named" }
        var edge = RightEdge()
        for leaf in try await alliance.store.leaves(0..<Int64(report.size)) {
            edge.append(Hash.leaf(leaf))
        }
        #expect(edge.root == report.root)
        return "true"
    }

    private static func fields(_ package: VerifiedPackage) -> [String: [FieldName: FieldValue]] {
        var all: [String: [FieldName: FieldValue]] = [:]
        for record in package.records {
            all["\(record.claims.book)#\(record.claims.number)"] = record.fields?.values
        }
        return all
    }

    /// The view of the participant after so many entries, all of whose selective claims it was shown
    /// that concern it.
    private func truth(for session: Session, entries: Int64) async throws -> View {
        let leaves = try await alliance.store.leaves(0..<entries)
        let keys = OfferedKeys()
        var view = View(of: session.handle)
        view.add(TextShelf.standard(of: session.configuration.origin))
        let concerning = Set(
            try await alliance.store.indices(
                concerning: session.handle, kinds: nil, from: 0, limit: Int(entries)))
        for (offset, leaf) in leaves.enumerated() {
            let index = Int64(offset)
            var shown: ShownDisclosures = .withheld
            if concerning.contains(index),
                let attachments = try await alliance.store.attachments(of: index, sections: nil)
            {
                shown = .shown(attachments.disclosures)
            }
            try view.take(ReadEntry(leaf, shown, keys: keys))
        }
        return view
    }
}

/// Honest answers of earlier sessions, for who wants to play them again.
private final class AnswerBank: Sendable {
    private let answers = Mutex<[(path: String, answer: TransportAnswer)]>([])

    func keep(_ path: String, _ answer: TransportAnswer) {
        answers.withLock { answers in
            answers.append((path, answer))
            if answers.count > 400 { answers.removeFirst(100) }
        }
    }

    /// One for the same path, or for any other.
    func any(
        for path: String, same: Bool, using random: inout SeededGenerator
    ) -> TransportAnswer? {
        answers.withLock { answers in
            let base = path.prefix { $0 != "?" }
            return answers.filter { (($0.path.prefix { $0 != "?" }) == base) == same }
                .randomElement(using: &random)?.answer
        }
    }
}

/// A way to the gateway on which answers are changed, some or all of them.
private final class HostileTransport: Transport {
    private let gateway: any Transport
    private let bank: AnswerBank
    private let state: Mutex<(random: SeededGenerator, calm: Int)>

    /// The first answers are honest, up to a few; then one in three is not.
    init(to gateway: any Transport, bank: AnswerBank, seed: UInt64) {
        self.gateway = gateway
        self.bank = bank
        var random = SeededGenerator(seed: seed)
        let calm = Int.random(in: 0..<6, using: &random)
        state = Mutex((random, calm))
    }

    func shutDown() async { await gateway.shutDown() }

    func send(_ request: TransportRequest) async throws(TransportError) -> TransportAnswer {
        let honest = try await gateway.send(request)
        let changed = state.withLock { state -> TransportAnswer? in
            guard state.calm <= 0 else {
                state.calm -= 1
                return nil
            }
            guard Int.random(in: 0..<3, using: &state.random) == 0 else { return nil }
            return change(honest, to: request, using: &state.random)
        }
        bank.keep(request.path, honest)
        return changed ?? honest
    }

    private func change(
        _ honest: TransportAnswer, to request: TransportRequest,
        using random: inout SeededGenerator
    ) -> TransportAnswer? {
        var bytes = honest.bytes
        switch Int.random(in: 0..<10, using: &random) {
        case 0:
            guard !bytes.isEmpty else { return nil }
            bytes[Int.random(in: bytes.indices, using: &random)] ^=
                1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
        case 2...4: return bank.any(for: request.path, same: true, using: &random)
        case 5: return bank.any(for: request.path, same: false, using: &random)
        case 6: return TransportAnswer(status: 404, mediaType: nil, bytes: [])
        default:
            guard let json = try? JSON(canonical: bytes) else { return nil }
            bytes = Self.edited(json, using: &random).canonicalBytes
        }
        return TransportAnswer(status: honest.status, mediaType: honest.mediaType, bytes: bytes)
    }

    /// The document with one list shortened, doubled or turned round, or one value changed.
    private static func edited(_ json: JSON, using random: inout SeededGenerator) -> JSON {
        switch json {
        case .array(var items):
            guard !items.isEmpty else { return .array([.null]) }
            let index = Int.random(in: items.indices, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: items.remove(at: index)
            case 1: items.insert(items[index], at: index)
            case 2: items.swapAt(index, Int.random(in: items.indices, using: &random))
            case 3: items = []
            default: items[index] = edited(items[index], using: &random)
            }
            return .array(items)
        case .object(var members):
            guard let key = members.keys.sorted().randomElement(using: &random),
                let value = members[key]
            else { return json }
            members[key] = edited(value, using: &random)
            return .object(members)
        case .integer(let value):
            return .integer(value + (Bool.random(using: &random) ? 1 : -1))
        case .bool(let value): return .bool(!value)
        case .string(let text):
            return Bool.random(using: &random) ? .string(String(text.dropLast())) : .string("")
        case .null, .real: return .integer(0)
        }
    }
}
