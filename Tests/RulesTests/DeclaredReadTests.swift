import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

/// A rule reads what it declared, and nothing else.
@Suite struct DeclaredReadTests {
    private static let handle = Handle("northbank")!

    @Test func whatIsDeclaredCanBeRead() {
        var slice = Slice()
        slice[HoldsState.key(Self.handle)] = HoldsState(holds: [])
        slice.declared = [HoldsState.key(Self.handle).untyped]
        #expect(slice[HoldsState.key(Self.handle)]?.holds.isEmpty == true)
    }

    @Test func anythingElseEndsADebugBuild() async {
        await #expect(processExitsWith: .failure) {
            var slice = Slice()
            slice.declared = [HoldsState.key(DeclaredReadTests.handle).untyped]
            _ = slice[ParticipantState.key(DeclaredReadTests.handle)]
        }
    }

    /// Every kind's statements are decided on declared state alone: see ``Chain/decide(_:)``. Here the
    /// rules are given a state that lacks what they declare, and must not look further.
    @Test func whatIsNotThereDoesNotExist() {
        let chain = Chain()
        let candidate = chain.candidate(
            {
                var chain = chain; return chain.granting()
            }())
        #expect(throws: Refusal.place(.genesisExpected)) {
            try Rules.decide(candidate, in: Slice(), texts: chain.policies)
        }
    }
}
