import Wire

/// What a prepared key gains, by the length of what is signed.
struct SignatureBench: BenchGroup {
    let name = "signatures"
    let title = "Signatures are checked with a prepared key"

    private static let count = 256

    func run() async throws -> [Measurement] {
        var random = SystemRandomNumberGenerator()
        let signer = SigningKey(seed: .random(count: 32, using: &random))
        let key = signer.verificationKey
        var measurements: [Measurement] = []
        for length in [300, 1000, 3000] {
            let signed = (0..<Self.count).map { _ in
                let message = RandomBytes.make(length, using: &random)
                return (message: message, signature: signer.signature(of: message))
            }
            guard let prepared = key.prepared() else {
                preconditionFailure("a derived key can be prepared")
            }
            var valid = 0
            let byLibsodium = await shortest(of: 20) {
                valid = signed.count {
                    key.isValidByLibsodium(signature: $0.signature, of: $0.message)
                }
            }
            precondition(valid == Self.count, "libsodium finds every signature valid")
            let byUs = await shortest(of: 20) {
                valid = signed.count {
                    prepared.isValid(signature: $0.signature, of: $0.message)
                }
            }
            precondition(valid == Self.count, "the prepared key finds every signature valid")
            measurements.append(
                Measurement(
                    name: "a signature over \(length) bytes",
                    amount: byUs / Double(Self.count),
                    yardstick: ("by libsodium", byLibsodium / Double(Self.count)),
                    mostRatio: 0.5))
            guard length == 1000 else { continue }
            let preparing = await shortest(of: 20) { _ = key.prepared() }
            measurements.append(
                Measurement(
                    name: "preparing a key", amount: preparing,
                    yardstick: ("a check by libsodium", byLibsodium / Double(Self.count)),
                    mostRatio: 8))
        }
        return measurements
    }
}
