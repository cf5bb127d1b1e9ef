import Dispatch

/// Computations over the elements of a list that don't depend on each other, on all cores.
///
/// The result is that of a loop, and so is the error: that of the first element that has one.
package enum Parallel {
    /// Elements that are worth a core's while.
    package static let share = 16

    package static func map<Element: Sendable, Result: Sendable, Failure: Error>(
        _ elements: [Element], inSharesOf share: Int = share,
        _ transform: @Sendable (_ number: Int, Element) throws(Failure) -> Result
    ) throws(Failure) -> [Result] {
        var results = [Swift.Result<Result, Failure>?](repeating: nil, count: elements.count)
        let shares = (elements.count + share - 1) / share
        results.withUnsafeMutableBufferPointer { results in
            // Each share writes its own elements.
            nonisolated(unsafe) let results = results
            DispatchQueue.concurrentPerform(iterations: shares) { number in
                let places = (number * share)..<min(elements.count, (number + 1) * share)
                for place in places {
                    do throws(Failure) {
                        results[place] = .success(try transform(place, elements[place]))
                    } catch { results[place] = .failure(error) }
                }
            }
        }
        var values: [Result] = []
        values.reserveCapacity(elements.count)
        for result in results {
            guard let result else { preconditionFailure("every share was computed") }
            values.append(try result.get())
        }
        return values
    }
}
