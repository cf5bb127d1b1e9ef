import Testing

@testable import trine

/// How a watcher bears a gateway that doesn't answer.
@Suite struct WatchTests {
    @Test func silenceIsSaidOnceAndAskedEverMoreSeldom() {
        var silence = WatchCommand.Silence()
        var said: [Bool] = []
        var waits = [silence.seconds(or: 60)]
        for _ in 0..<7 {
            said.append(silence.begins())
            waits.append(silence.seconds(or: 60))
        }
        #expect(said == [true] + Array(repeating: false, count: 6))
        #expect(waits == [60, 60, 120, 240, 480, 900, 900, 900])
        // Who looks every hour anyway waits no shorter.
        #expect(silence.seconds(or: 3600) == 3600)
        let ends = [silence.ends(), silence.ends()]
        #expect(ends == [true, false])
        #expect(silence.seconds(or: 60) == 60)
    }
}
