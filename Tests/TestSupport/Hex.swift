/// Bytes from hexadecimal digits.
public func bytes(hex: some StringProtocol) -> [UInt8] {
    let digits = hex.utf8.map { UInt8(Character(UnicodeScalar($0)).hexDigitValue ?? 255) }
    precondition(digits.count.isMultiple(of: 2) && !digits.contains(255))
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

public func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
