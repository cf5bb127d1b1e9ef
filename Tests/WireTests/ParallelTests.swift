import TestSupport
import Testing

@testable import Wire

@Suite struct ParallelTests {
    struct Odd: Error, Equatable {
        let place: Int
    }

    @Test(arguments: [0, 1, 15, 16, 17, 1000])
    func resultsAreInTheOrderOfTheElements(_ count: Int) {
        let numbers = Array(0..<count)
        let doubled = Parallel.map(numbers) { place, number in place + number }
        #expect(doubled == numbers.map { 2 * $0 })
    }

    /// Whichever core is faster: the error is that of the first element that has one.
    @Test func theFirstErrorCounts() {
        var random = SeededGenerator.printed()
        for _ in 0..<100 {
            let bad = Set((0..<5).map { _ in random.number(0...499) })
            #expect(throws: Odd(place: bad.min()!)) {
                _ = try Parallel.map(Array(0..<500)) { place, number throws(Odd) in
                    if bad.contains(number) { throw Odd(place: place) }
                    return number
                }
            }
        }
    }
}
