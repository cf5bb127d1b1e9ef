import Rules
import Sharing
import Storage
import Testing
import Wire

@testable import Gateway

/// The host's statements are made before their turn, and are those of their turn all the same.
@Suite struct HostDraftTests {
    @Test func whatWasMadeAheadIsUsedAtItsTimeAlone() async throws {
        let alliance = try await Alliance(on: MemoryStore())
        let log = try #require(alliance.service.sequencer.point.log)
        let draft = HostDraft(
            claims: MoveTime(from: log.time, number: log.timesSet), selective: NoSelectiveClaims())
        let time = log.time.advanced(by: 5)
        let ahead = draft.ahead(by: alliance.keys.host, log: log, at: time)
        let made = try #require(ahead.madeAhead(log: log, at: time))
        #expect(made.statement.jti == draft.jti && made.statement.issuedAt == time)
        #expect(made.checked?.jws == made.statement.jws)
        #expect(draft.madeAhead(log: log, at: time) == nil)
        // After a second, or a commit of which nobody knows what became of it, it is another statement.
        #expect(ahead.madeAhead(log: log, at: time.advanced(by: 1)) == nil)
        #expect(ahead.anew.madeAhead(log: log, at: time) == nil)
        var other = log
        other.host = try #require(Handle("other"))
        #expect(ahead.madeAhead(log: other, at: time) == nil)
        other = log
        other.genesis = Digest(hashing: [1])
        #expect(ahead.madeAhead(log: other, at: time) == nil)
        other = log
        other.origin = try #require(Origin("trine.example/other"))
        #expect(ahead.madeAhead(log: other, at: time) == nil)
    }
}
