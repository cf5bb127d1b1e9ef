/// What a document says that it follows (BT-24).
enum Profile {
    /// Whether a document is held to EN 16931. An extension (“conformant” to the standard, not
    /// “compliant” with it) may change its rules.
    static func followsEN16931(_ specification: String?) -> Bool {
        guard let specification else { return false }
        return specification.hasPrefix("urn:cen.eu:en16931:")
            && !specification.contains("#conformant#")
    }
}
