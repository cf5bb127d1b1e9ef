// Control characters: code points that aren't seen but act on what shows them. Which ones these are is
// a list of the specification (statements.md) and not a property of Unicode, whose tables grow: all
// must agree for ever on which names are admitted.

extension Unicode.Scalar {
    /// Whether it moves a terminal's cursor, changes its colours, turns the direction of writing, or
    /// can't be seen at all.
    public var isControl: Bool {
        switch value {
        case 0x00...0x1f, 0x7f...0x9f,  // C0, DEL and C1
            0x061c, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069,  // lines and directions
            0xfeff, 0xfff9...0xfffb, 0xe0000...0xe007f,  // byte order mark, annotations, tags
            0xfdd0...0xfdef:  // noncharacters
            true
        default: value & 0xfffe == 0xfffe  // the last two of each plane are noncharacters too
        }
    }
}

extension String {
    /// Whether no control character is in it, as in every name that others will read.
    public var hasNoControls: Bool { !unicodeScalars.contains(where: \.isControl) }

    /// The same with U+FFFD in the place of each control character, but for those that `stay`.
    public func replacingControls(except stay: Set<Unicode.Scalar> = []) -> String {
        var result = UnicodeScalarView()
        for scalar in unicodeScalars {
            result.append(scalar.isControl && !stay.contains(scalar) ? "\u{fffd}" : scalar)
        }
        return String(result)
    }
}
