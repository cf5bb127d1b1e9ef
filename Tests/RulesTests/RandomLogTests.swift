import TestSupport
import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

/// Random statements, good and bad, against a simple model of what should become of them. Each is
/// also decided on the named state alone (``Chain/decide(_:)``), so that no rule reads more.
@Suite struct RandomLogTests {
    @Test func agreesWithTheModel() {
        var random = SeededGenerator.printed()
        var (accepted, refused): ([String: Int], [String: Int]) = ([:], [:])
        for _ in 0..<12 {
            var run = Run(random: random)
            for _ in 0..<220 { run.step() }
            run.chain.expectPublicFold()
            random = run.random
            accepted.merge(run.accepted, uniquingKeysWith: +)
            refused.merge(run.refused, uniquingKeysWith: +)
        }
        for kind in ["record", "close", "erase", "grant", "rekey", "revoke", "access", "suspend"] {
            #expect(accepted[kind, default: 0] > 0, "\(kind) never succeeded")
            #expect(refused[kind, default: 0] > 0, "\(kind) never failed")
        }
    }
}

/// One log and its model.
private struct Run {
    var chain = Chain()
    var random: SeededGenerator
    var accepted: [String: Int] = [:]
    var refused: [String: Int] = [:]

    struct ModelRecord {
        let jti: JTI
        let owner: Handle
        let book: String
        let number: Int64
        let source: Digest<Digested.Source>
        var erased = false
        var replaced = false
    }
    struct ModelGrant {
        let jti: JTI
        let owner: Handle
        let to: Handle
        let months: ClosedRange<Int>
        let series: Series
        let from: Int64
        let end: Int64
        let fetches: Int
        var epoch: Int64
        var used = 0
        var revoked = false
    }

    var records: [ModelRecord] = []
    var sources: [String: JTI] = [:]
    var closed: Set<String> = []
    var grants: [ModelGrant] = []
    var suspended: Set<Handle> = []
    var time = Chain.start.seconds
    var sent: [SignedStatement] = []

    let enterprises = [Person.enterprise, .other]
    let people: [Person] = [.enterprise, .other, .lender, .rival, .host, .authority, .outsider]
    let books = ["invoices/2026-01", "invoices/2026-02", "invoices/2026-03", "bills/2026-02"]

    init(random: SeededGenerator) { self.random = random }

    mutating func pick<Element>(_ some: [Element]) -> Element? {
        some.randomElement(using: &random)
    }
    mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    /// Signs at a time around now, and says whether that is acceptable.
    mutating func tick() -> Bool {
        let now = time + Int64.random(in: 0...4, using: &random)
        chain.now = Timestamp(
            clamping: chance(8) ? time - Int64.random(in: 280...320, using: &random) : now)
        return chain.now.seconds >= time - 300
    }

    /// Log time if what is signed now is admitted.
    var then: Int64 { max(time, chain.now.seconds) }

    mutating func expect(_ kind: String, _ signed: SignedStatement, _ isGood: Bool) -> Bool {
        let refusal = chain.submit(signed)
        #expect((refusal == nil) == isGood, "\(kind): \(String(describing: refusal))")
        sent.append(signed)
        if refusal == nil {
            accepted[kind, default: 0] += 1
            time = then
            #expect(chain.log?.time.seconds == time)
        } else {
            refused[kind, default: 0] += 1
        }
        return refusal == nil && isGood
    }

    mutating func step() {
        let isTimely = tick()
        switch Int.random(in: 0..<16, using: &random) {
        case 0...5: record(isTimely)
        case 6: close(isTimely)
        case 7: erase(isTimely)
        case 8, 9: grant(isTimely)
        case 10: rekey(isTimely)
        case 11: revoke(isTimely)
        case 12, 13: access(isTimely)
        case 14: suspend(isTimely)
        default: replay()
        }
    }

    mutating func record(_ isTimely: Bool) {
        guard let person = pick(enterprises + [.lender]), let book = pick(books) else { return }
        let own = records.filter { $0.owner == person.handle }
        let next = Int64(own.filter { $0.book == book }.count) + 1
        let number = chance(90) ? next : next + (chance(50) ? 1 : -1)
        guard number > 0 else { return }
        let epoch = Int64.random(in: 0...4, using: &random)
        let old = chance(30) ? pick(records) : nil
        let reused = chance(20) ? pick(own) : nil
        let source = reused?.source ?? Digest(bytes: chain.jti().bytes + chain.jti().bytes)!
        let signed = chain.record(
            book, number: number, epoch: epoch, source: source, replaces: old?.jti, by: person)

        let holder = sources["\(person.handle) \(source)"]
        let series = String(book.prefix { $0 != "/" })
        let isGood =
            isTimely && enterprises.contains { $0.handle == person.handle }
            && !suspended.contains(person.handle) && !closed.contains("\(person.handle) \(book)")
            && number == next && epoch >= required(person.handle, book)
            && (holder == nil || holder == old?.jti)
            && (old.map {
                $0.owner == person.handle && $0.book.hasPrefix(series + "/") && !$0.erased
                    && !$0.replaced
            } ?? true)
        guard expect("record", signed, isGood) else { return }
        if let old, let index = records.firstIndex(where: { $0.jti == old.jti }) {
            records[index].replaced = true
        }
        let jti = signed.statement.jti
        sources["\(person.handle) \(source)"] = jti
        records.append(
            .init(jti: jti, owner: person.handle, book: book, number: number, source: source))
        #expect(chain.book(book, of: person).count == number)
    }

    /// One more than the highest epoch of a dead grant over the book.
    func required(_ owner: Handle, _ book: String) -> Int64 {
        let name = BookName(book)!
        let dead = grants.filter {
            $0.owner == owner && $0.series == name.series && $0.months.contains(name.month.number)
                && ($0.revoked || $0.end <= then)
        }
        return (dead.map(\.epoch).max() ?? -1) + 1
    }

    mutating func close(_ isTimely: Bool) {
        guard let person = pick(enterprises), let book = pick(books), chance(40) else { return }
        let actual = chain.book(book, of: person).count
        let count = chance(70) ? actual : actual + 1
        let key = "\(person.handle) \(book)"
        let isGood =
            isTimely && !suspended.contains(person.handle) && !closed.contains(key)
            && count == actual
        if expect("close", chain.closing(book, count: count, by: person), isGood) {
            closed.insert(key)
        }
    }

    mutating func erase(_ isTimely: Bool) {
        guard let person = pick(enterprises), let target = pick(records) else { return }
        let isGood = isTimely && target.owner == person.handle && !target.erased
        guard expect("erase", chain.erasure(.record(target.jti), by: person), isGood) else {
            return
        }
        for index in records.indices where records[index].jti == target.jti {
            records[index].erased = true
        }
        let key = "\(person.handle) \(target.source)"
        if sources[key] == target.jti { sources[key] = nil }
        let erased = records.filter {
            $0.owner == person.handle && $0.book == target.book && $0.erased
        }
        #expect(
            Set(chain.book(target.book, of: person).erased.flatMap { Array($0) })
                == Set(erased.map(\.number)))
    }

    mutating func grant(_ isTimely: Bool) {
        guard let person = pick(enterprises + [.rival]), let grantee = pick(people) else { return }
        let from = Int64.random(in: -5...10, using: &random)
        let end = from + Int64.random(in: -1...150, using: &random)
        let some = [1, 1].map { _ in Int.random(in: 1...3, using: &random) }.sorted()
        let epochs = Set([0, 1].map { _ in Int64.random(in: 0...3, using: &random) }).sorted()
        let fetches = Int64.random(in: 1...2, using: &random)
        let signed = chain.granting(
            to: grantee, by: person, scope: Chain.months("2026-0\(some[0])", "2026-0\(some[1])"),
            from: from, until: end, fetches: fetches, epochs: epochs)
        let isGood =
            isTimely && enterprises.contains { $0.handle == person.handle }
            && [Person.lender.handle, Person.rival.handle].contains(grantee.handle)
            && !suspended.contains(person.handle) && !suspended.contains(grantee.handle)
            && from < end && then < chain.now.seconds + end
        guard expect("grant", signed, isGood) else { return }
        let first = Month("2026-01")!.number - 1
        grants.append(
            .init(
                jti: signed.statement.jti, owner: person.handle, to: grantee.handle,
                months: (first + some[0])...(first + some[1]), series: .invoices,
                from: chain.now.seconds + from, end: chain.now.seconds + end,
                fetches: Int(fetches), epoch: epochs.last ?? 0))
    }

    mutating func rekey(_ isTimely: Bool) {
        guard let person = pick(enterprises), let grant = pick(grants) else { return }
        let epoch = Int64.random(in: 0...4, using: &random)
        let isGood =
            isTimely && grant.owner == person.handle && !suspended.contains(person.handle)
            && !grant.revoked && then < grant.end
        guard expect("rekey", chain.rekeying(grant.jti, epochs: [epoch], by: person), isGood) else {
            return
        }
        for index in grants.indices where grants[index].jti == grant.jti {
            grants[index].epoch = max(grants[index].epoch, epoch)
        }
    }

    mutating func revoke(_ isTimely: Bool) {
        guard let person = pick(people), let grant = pick(grants),
            person.handle != Person.outsider.handle
        else { return }
        let gives = chance(50)
        let isGood =
            isTimely && (gives ? grant.to : grant.owner) == person.handle && !grant.revoked
            && then < grant.end
        let signed =
            gives
            ? chain.giveBack(grant.jti, by: person) : chain.revocation(grant.jti, by: person)
        guard expect("revoke", signed, isGood) else { return }
        for index in grants.indices where grants[index].jti == grant.jti {
            grants[index].revoked = true
        }
    }

    mutating func access(_ isTimely: Bool) {
        let live = grants.filter { !$0.revoked && then < $0.end }
        guard let grant = pick(chance(80) ? live : grants), let book = pick(books),
            let owner = enterprises.first(where: { $0.handle == grant.owner }),
            let person = [Person.lender, .rival].first(where: {
                ($0.handle == grant.to) == (book != books[0] || chance(80))
            })
        else { return }
        let name = BookName(book)!
        let from = Int64.random(in: 1...2, using: &random)
        let to = from + Int64.random(in: 0...1, using: &random)
        let age = chance(90) ? 0 : Int64.random(in: 295...305, using: &random)
        let fetch = chain.fetch(grant.jti, by: person, at: chain.now.advanced(by: -age))
        let served = chain.served(ranges: [Chain.range(book, from, to)], of: owner)
        let signed = chain.access(grant.jti, fetch: fetch, served: served)
        let there = records.filter {
            $0.owner == grant.owner && $0.book == book && (from...to).contains($0.number)
                && !$0.erased
        }
        let isGood =
            isTimely && person.handle == grant.to && !grant.revoked && grant.from <= then
            && then < grant.end && !suspended.contains(grant.owner) && !suspended.contains(grant.to)
            && grant.used < grant.fetches && age <= 300 && name.series == .invoices
            && grant.months.contains(name.month.number) && there.count == Int(to - from + 1)
        guard expect("access", signed, isGood) else { return }
        for index in grants.indices where grants[index].jti == grant.jti { grants[index].used += 1 }
        #expect(chain.grant(grant.jti)?.used == Int64(grant.used + 1))
    }

    mutating func suspend(_ isTimely: Bool) {
        guard let target = pick([Person.enterprise, .lender, .rival, .outsider]),
            let person = pick([Person.authority, .second, .lender])
        else { return }
        let isSuspended = suspended.contains(target.handle)
        let reinstates = chance(60) == isSuspended
        let isGood =
            isTimely && person.handle != Person.lender.handle
            && target.handle != Person.outsider.handle && reinstates == isSuspended
        let claims: any KindForm =
            reinstates
            ? Reinstate(target.handle) : Suspend(target.handle)
        guard expect("suspend", chain.sign(claims, StatedReason(.resolved), by: person), isGood)
        else { return }
        if reinstates { suspended.remove(target.handle) } else { suspended.insert(target.handle) }
    }

    /// What was sent before is registered already, or is refused or admitted like anything else.
    mutating func replay() {
        guard let signed = sent.randomElement(using: &random),
            chain.state[StatementState.key(signed.statement.jti)] != nil
        else { return }
        let (before, size) = (chain.state.values, chain.size)
        guard case .place(.alreadyRegistered) = chain.submit(signed) else {
            Issue.record("\(signed.statement.kind) was entered twice")
            return
        }
        #expect(chain.state.values == before && chain.size == size)
    }
}
