import Testing
import Wire

/// The code points of the specification's list, and their neighbours.
@Suite struct ControlCharacterTests {
    @Test func theListIsTheSpecifications() {
        let listed: [ClosedRange<UInt32>] = [
            0x00...0x1f, 0x7f...0x9f, 0x061c...0x061c, 0x200e...0x200f, 0x2028...0x202e,
            0x2066...0x2069, 0xfdd0...0xfdef, 0xfeff...0xfeff, 0xfff9...0xfffb, 0xe0000...0xe007f,
        ]
        let planes = (0...0x10).map { UInt32($0) << 16 }
        let expected = Set(
            listed.flatMap { Array($0) } + planes.flatMap { [$0 | 0xfffe, $0 | 0xffff] })
        let found = Set(
            (0...0x10ffff).compactMap { Unicode.Scalar($0) }.filter(\.isControl).map(\.value))
        #expect(found == expected)
    }

    /// A combining mark behind a control character doesn't hide it.
    @Test func scalarsAreReplacedOneByOne() {
        #expect(
            "a\u{1b}\u{301}[2J\u{9b}\u{202e}".replacingControls()
                == "a\u{fffd}\u{301}[2J\u{fffd}\u{fffd}")
        #expect("a\r\nb\n".replacingControls(except: ["\n"]) == "a\u{fffd}\nb\n")
        #expect("Müller & Söhne 中文 👩‍👩‍👧".hasNoControls && !"Bank\n".hasNoControls)
        #expect(
            !"B\u{e0041}".hasNoControls && !"B\r\n".hasNoControls && !"B\u{10ffff}".hasNoControls)
    }
}
