import TestSupport
import TestWorld
import Testing

@testable import Rules
@testable import Sharing
@testable import Wire

/// The compact forms of the state against what they stand for, spelled out.
@Suite struct StateModelTests {
    /// Epochs, kept month by month: the model of ``EpochState``.
    private struct SlowEpochs {
        struct Live {
            let grant: JTI
            let months: ClosedRange<Int>
            var epoch: Int64
            let expires: Int64
        }
        var live: [Live] = []
        /// The highest epoch that a dead grant has, of every month.
        var dead: [Int: Int64] = [:]

        mutating func retireEnded(at time: Int64, revoked: JTI? = nil) {
            for grant in live where grant.expires <= time || grant.grant == revoked {
                for month in grant.months { dead[month] = max(dead[month] ?? -1, grant.epoch) }
            }
            live.removeAll { $0.expires <= time || $0.grant == revoked }
        }

        func required(_ month: Int, at time: Int64) -> Int64 {
            var copy = self
            copy.retireEnded(at: time)
            return (copy.dead[month] ?? -1) + 1
        }
    }

    @Test(arguments: [4, 12, 60]) func epochs(span: Int) throws {
        var random = SeededGenerator.printed()
        for _ in 0..<40 {
            var (fast, slow, now) = (EpochState(), SlowEpochs(), Int64(0))
            for _ in 0..<60 {
                now += Int64.random(in: 0...3, using: &random)
                let time = Timestamp(clamping: now)
                switch Int.random(in: 0..<6, using: &random) {
                case 0, 1, 2:
                    let some = [0, 0].map { _ in Int.random(in: 0..<span, using: &random) }.sorted()
                    let months = some[0]...some[1]
                    let epoch = Int64.random(in: 0...5, using: &random)
                    let expires = now + Int64.random(in: 1...30, using: &random)
                    let grant = JTI(using: &random)
                    fast.live.append(
                        .init(
                            grant: grant,
                            months: Month(number: some[0])!...Month(number: some[1])!,
                            epoch: epoch, expires: Timestamp(clamping: expires)))
                    slow.live.append(
                        .init(grant: grant, months: months, epoch: epoch, expires: expires))
                case 3:
                    let revoked = slow.live.randomElement(using: &random)?.grant
                    fast.retireEnded(at: time, revoked: revoked)
                    slow.retireEnded(at: now, revoked: revoked)
                case 4:
                    fast.retireEnded(at: time)
                    slow.retireEnded(at: now)
                default: break
                }
                for month in 0..<span {
                    #expect(
                        fast.required(for: Month(number: month)!, at: time)
                            == slow.required(month, at: now))
                }
                #expect(Set(fast.live.map(\.grant)) == Set(slow.live.map(\.grant)))
                let ends = fast.ended.flatMap {
                    [$0.months.lowerBound.number, $0.months.upperBound.number]
                }
                #expect(ends == ends.sorted())
                for (left, right) in zip(fast.ended, fast.ended.dropFirst()) {
                    #expect(left.months.upperBound < right.months.lowerBound)
                    let touches =
                        left.months.upperBound.number + 1 == right.months.lowerBound.number
                    #expect(!(touches && left.epoch == right.epoch), "one range has one spelling")
                }
            }
        }
    }

    @Test func epochsAtTheEdges() throws {
        var epochs = EpochState()
        let all = Month(number: 0)!...Month(number: Month.count - 1)!
        let expires = Timestamp(seconds: 10)!
        for months in [all, all.lowerBound...all.lowerBound, all.upperBound...all.upperBound] {
            epochs.live.append(
                .init(
                    grant: JTI(bytes: [UInt8](repeating: 0, count: 16))!, months: months, epoch: 1,
                    expires: expires))
        }
        epochs.retireEnded(at: expires)
        #expect(epochs.live.isEmpty && epochs.ended == [.init(months: all, epoch: 1)])
        #expect(epochs.required(for: all.upperBound, at: expires) == 2)
    }

    /// Erased numbers as ranges against a set.
    @Test func erasedNumbers() {
        var random = SeededGenerator.printed()
        for _ in 0..<100 {
            var (book, slow) = (BookState(), Set<Int64>())
            for _ in 0..<40 {
                let number = Int64.random(in: 1...30, using: &random)
                book.erase(number)
                slow.insert(number)
                #expect(Set(book.erased.flatMap { Array($0) }) == slow)
                for (left, right) in zip(book.erased, book.erased.dropFirst()) {
                    #expect(left.upperBound + 1 < right.lowerBound)
                }
            }
        }
    }

    @Test func laying() {
        let key = SourceState.key(Person.lender.handle, Digest(hashing: []))
        let holds = HoldsState.key(Person.lender.handle)
        var slice = Slice()
        slice[key] = SourceState(record: JTI(bytes: [UInt8](repeating: 1, count: 16))!)
        slice[HoldsState.key(Person.rival.handle)] = HoldsState(holds: [])
        var changes = Changes()
        changes.set(key, nil)
        changes.set(holds, HoldsState(holds: []))
        slice.apply(changes)
        #expect(slice[key] == nil && slice.values.count == 2)
        #expect(changes[key] == nil && changes.values.count == 2)
    }
}
