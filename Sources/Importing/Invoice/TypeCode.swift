/// Document type codes of UNTDID 1001, as EN 16931 uses them in BT-3.
enum TypeCode {
    /// Codes of credit notes; everything else is an invoice or a debit note.
    static let creditNotes: Set<String> = [
        "81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532",
    ]
}
