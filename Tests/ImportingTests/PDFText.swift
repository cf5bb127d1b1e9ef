/// PDFs with files attached, made up: no page of them can be looked at.
enum PDFText {
    struct Attachment {
        let name: String
        let content: [UInt8]
        var isAssociated = true
        var isNamed = true
        /// What stands in the stream's dictionary besides its length.
        var filter = ""
    }

    /// A PDF of these attachments, or of another tree of names, with a table of where its objects are.
    static func pdf(_ attachments: [Attachment], trailer: String = "", tree: String? = nil)
        -> [UInt8]
    {
        var objects: [[UInt8]] = []
        func text(_ text: String) -> [UInt8] { Array(text.utf8) }
        let first = 4
        let specifications = attachments.indices.map { first + 2 * $0 }
        let named = zip(attachments, specifications).filter(\.0.isNamed)
            .map { "(\($0.name)) \($1) 0 R" }.joined(separator: " ")
        let associated = zip(attachments, specifications).filter(\.0.isAssociated)
            .map { "\($1) 0 R" }.joined(separator: " ")
        objects.append(
            text(
                "<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles 3 0 R >> "
                    + "/AF [\(associated)] >>"))
        objects.append(text("<< /Type /Pages /Kids [] /Count 0 >>"))
        objects.append(text(tree ?? "<< /Names [\(named)] >>"))
        for (attachment, number) in zip(attachments, specifications) {
            objects.append(
                text(
                    "<< /Type /Filespec /F (\(attachment.name)) /UF (\(attachment.name)) "
                        + "/EF << /F \(number + 1) 0 R >> >>"))
            objects.append(
                text(
                    "<< /Type /EmbeddedFile /Length \(attachment.content.count) "
                        + "\(attachment.filter) >>\nstream\n") + attachment.content
                    + text("\nendstream"))
        }
        var bytes = text("%PDF-1.7\n")
        var offsets: [Int] = []
        for (number, object) in objects.enumerated() {
            offsets.append(bytes.count)
            bytes += text("\(number + 1) 0 obj\n") + object + text("\nendobj\n")
        }
        let start = bytes.count
        bytes += text("xref\n0 \(objects.count + 1)\n0000000000 65535 f \n")
        for offset in offsets {
            let digits = "\(offset)"
            bytes += text(
                String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n")
        }
        bytes += text(
            "trailer\n<< /Size \(objects.count + 1) /Root 1 0 R \(trailer) >>\n"
                + "startxref\n\(start)\n%%EOF\n")
        return bytes
    }
}
