import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

@Suite struct PlaceAndTimeTests {
    private let suspension = Suspend(Person.rival.handle)

    @Test func belongsToThisLog() {
        var chain = Chain()
        let elsewhere = Origin("trine.example/alliance2")!
        #expect(
            chain.submit(chain.sign(suspension, by: .authority, origin: elsewhere))
                == .place(.otherOrigin))
        let other = Digest<Digested.Genesis>(hashing: Array("recreated".utf8))
        #expect(
            chain.submit(chain.sign(suspension, by: .authority, log: other)) == .place(.otherLog))
        #expect(chain.submit(chain.sign(suspension, by: .authority)) == nil)
    }

    /// The same bytes are no fault, whatever has happened since; other bytes under one `jti` are.
    @Test func idempotent() throws {
        var chain = Chain()
        let signed = chain.sign(suspension, by: .authority)
        let index = chain.size
        #expect(chain.submit(signed) == nil)
        #expect(chain.submit(signed) == .place(.alreadyRegistered(index: index)))
        chain.now = chain.now.advanced(by: 3_000)
        #expect(
            chain.submit(
                chain.sign(Reinstate(Person.rival.handle), StatedReason(.resolved), by: .authority))
                == nil)
        #expect(chain.submit(signed) == .place(.alreadyRegistered(index: index)))
        let jti = signed.statement.jti
        #expect(chain.submit(chain.sign(suspension, by: .authority, jti: jti)) == .place(.jtiTaken))
        #expect(chain.submit(try forged(signed)) == .place(.jtiTaken))
        let grant = chain.granted()
        #expect(
            chain.submit(chain.sign(suspension, by: .authority, jti: grant)) == .place(.jtiTaken))
    }

    /// Log time is the largest `iat`, and nothing is older than that by more than 300 s.
    @Test func time() {
        var chain = Chain()
        let late = Chain.start.advanced(by: 1_000)
        func suspend(_ time: Timestamp, _ chain: inout Chain) -> Refusal? {
            let handle = Person.rival.handle
            let isSuspended = chain.participant(.rival)?.suspended ?? false
            return chain.submit(
                isSuspended
                    ? chain.sign(
                        Reinstate(handle), StatedReason(.resolved), by: .authority, at: time)
                    : chain.sign(
                        Suspend(handle), StatedReason(.unspecified), by: .authority, at: time))
        }
        #expect(suspend(late, &chain) == nil)
        #expect(chain.log?.time == late)
        #expect(suspend(late.advanced(by: -300), &chain) == nil)
        #expect(chain.log?.time == late, "time doesn't go back")
        #expect(
            suspend(late.advanced(by: -301), &chain)
                == .place(.tooOld(issuedAt: late.advanced(by: -301), logTime: late)))
        #expect(suspend(Timestamp(seconds: 0)!, &chain) != nil)
        #expect(suspend(late.advanced(by: 1), &chain) == nil)
        #expect(chain.log?.time == late.advanced(by: 1))
        let ahead = late.advanced(by: 3_602)
        #expect(
            suspend(ahead, &chain)
                == .place(.tooFarAhead(issuedAt: ahead, logTime: late.advanced(by: 1))))
        #expect(suspend(late.advanced(by: 3_601), &chain) == nil)
    }

    /// One entry that is dated far ahead doesn't end the log: nobody can make it but an authority,
    /// and an authority can set time back.
    @Test func timeIsMovedOnInSteps() {
        var chain = Chain()
        let start = chain.log!.time
        func move(_ seconds: Int64, by person: Person = .host) -> Refusal? {
            chain.submit(chain.sign(chain.moving, by: person, at: start.advanced(by: seconds)))
        }
        let month: Int64 = 31 * 86_400
        #expect(move(10, by: .lender) == .issuer(.notAuthority))
        for from in [-1, 1] as [Int64] {
            let other = MoveTime(from: start.advanced(by: from), number: 0)
            #expect(
                chain.submit(chain.sign(other, by: .host, at: start.advanced(by: 10)))
                    == .place(.logTimeMoved(to: start, timesSet: 0)))
        }
        #expect(move(0) == .place(.tooOld(issuedAt: start, logTime: start)))
        #expect(
            move(month + 1)
                == .place(
                    .tooFarAhead(issuedAt: start.advanced(by: month + 1), logTime: start)))
        #expect(move(month) == nil)
        #expect(move(2 * month) == nil)
        #expect(chain.log?.time == start.advanced(by: 2 * month))
        chain.now = start
        #expect(
            chain.submit(chain.sign(suspension, by: .authority))
                == .place(.tooOld(issuedAt: start, logTime: start.advanced(by: 2 * month))))
        // What a clock that was wrong has done, an authority mends.
        #expect(move(5, by: .authority) == nil)
        #expect(chain.log?.time == start.advanced(by: 5))
        #expect(chain.submit(chain.sign(suspension, by: .authority)) == nil)
        #expect(move(400 * month, by: .authority) == nil)
    }

    /// Dates are judged at log time, not at the statement's own.
    @Test func datesAreJudgedAtLogTime() {
        var chain = Chain()
        _ = chain.register(2, in: "invoices/2026-02")
        let grant = chain.granted(until: 1_000)
        let deep = chain.granted(until: 1_002)
        chain.now = Chain.start.advanced(by: 1_001)
        #expect(chain.submit(chain.sign(suspension, by: .authority)) == nil)
        chain.now = Chain.start.advanced(by: 900)
        #expect(chain.submit(chain.access(grant)) == .grant(.grantDead(grant)))
        #expect(chain.submit(chain.access(deep)) == nil)
    }

    @Test func entersItself() throws {
        var chain = Chain()
        let signed = chain.record("invoices/2026-02", epoch: 2)
        let index = chain.size
        #expect(chain.submit(signed) == nil)
        guard let state = chain.state[StatementState.key(signed.statement.jti)],
            let claims = signed.statement.claims as? RegisterRecord
        else {
            Issue.record("not in the state")
            return
        }
        #expect(state.index == index && state.digest == signed.statement.digest)
        #expect(state.kind == .record && state.issuer == Person.enterprise.handle && !state.erased)
        #expect(state.record?.book == claims.book && state.record?.number == 1)
        #expect(state.record?.epoch == 2 && state.record?.source == claims.source)
        #expect(state.record?.replacedBy == nil)
    }

    @Test func stateKeysHaveOneSpelling() throws {
        var chain = Chain()
        let grant = chain.granted()
        let handle = Person.enterprise.handle
        let keys: [StateKey] = [
            LogState.key.untyped, ParticipantState.key(handle).untyped,
            KeyState.key(Person.lender.key.verificationKey.thumbprint).untyped,
            StatementState.key(grant).untyped,
            BookState.key(handle, BookName("invoices/2026-02")!).untyped,
            SourceState.key(handle, Digest(hashing: [])).untyped, GrantState.key(grant).untyped,
            CallState.key(grant).untyped, EpochState.key(handle, .bills).untyped,
            HoldsState.key(handle).untyped, InvolvementState.key(handle, with: handle).untyped,
            RequestState.key(grant).untyped,
        ]
        #expect(Set(keys.map(\.text)).count == keys.count)
        for key in keys {
            #expect(StateKey(text: key.text) == key)
            #expect(StateKey(text: key.text + "/x") == nil)
            #expect(StateKey(text: "/" + key.text) != key)
        }
        for text in ["", "log/", "log/x", "nothing/x", "book/e-workshop", "grant/x", "holds//a"] {
            #expect(StateKey(text: text) == nil, "\(text)")
        }
    }
}
