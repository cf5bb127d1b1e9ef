import Sharing
import Testing
import Wire

@testable import Importing
@testable import PDF

/// Invoices inside PDFs.
struct PDFTests {
    private static let cii = Array(CIIText.plain.utf8)

    private func outcome(
        _ pdf: [UInt8], for identifiers: RegisteredIdentifiers = InvoiceText.seller
    ) -> ImportOutcome {
        Importer.records(
            from: pdf, named: "a.pdf", for: identifiers,
            through: { bytes in
                do throws(PDFFault) { return .success(try EmbeddedInvoice.xml(in: bytes)) } catch {
                    return .failure(error == .several ? .ambiguousAttachment : .damaged)
                }
            })
    }

    private func fault(_ pdf: [UInt8]) -> PDFFault? {
        do throws(PDFFault) {
            _ = try EmbeddedInvoice.xml(in: pdf)
            return nil
        } catch { return error }
    }

    @Test("the XML is read and the PDF kept, and it is the same record as the XML alone")
    func sameRecord() throws {
        for name in ["factur-x.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml"] {
            let pdf = PDFText.pdf([.init(name: name, content: Self.cii)])
            let record = try #require(try outcome(pdf).get().first)
            #expect(record["document"] == .document(mediaType: "application/pdf", bytes: pdf))
            let alone = try InvoiceText.record(CIIText.plain)
            #expect(record.businessKey == alone.businessKey)
            for field in record.type.fields where field.kind != .document {
                #expect(record[field.name] == alone[field.name], "\(field.name)")
            }
        }
        let ubl = PDFText.pdf([.init(name: "xrechnung.xml", content: Array(InvoiceText.plain.utf8))]
        )
        #expect(try outcome(ubl).get().first?.type == .invoice)
        #expect(
            outcome(ubl, for: InvoiceText.identifiers("vat:DE000400009")).refusal?.reason != nil)
    }

    @Test("an attachment is found wherever it is named, and once")
    func places() {
        for (isAssociated, isNamed) in [(true, true), (true, false), (false, true)] {
            let pdf = PDFText.pdf([
                .init(
                    name: "factur-x.xml", content: Self.cii, isAssociated: isAssociated,
                    isNamed: isNamed), .init(name: "letter.xml", content: [0x3c]),
            ])
            #expect(fault(pdf) == nil)
        }
        #expect(
            fault(PDFText.pdf([.init(name: "letter.xml", content: Self.cii)])) == .nothingInside)
        #expect(fault(PDFText.pdf([])) == .nothingInside)
    }

    @Test("two invoices in one PDF are refused, also where they are named in two places")
    func several() {
        let other = Array(CIIText.plain.replacing("R-1041", with: "R-1042").utf8)
        for (first, second) in [
            ("factur-x.xml", "factur-x.xml"), ("factur-x.xml", "Factur-X.xml"),
            ("factur-x.xml", "xrechnung.xml"),
        ] {
            let pdf = PDFText.pdf([
                .init(name: first, content: Self.cii, isNamed: false),
                .init(name: second, content: other, isAssociated: false),
            ])
            #expect(fault(pdf) == .several)
            #expect(outcome(pdf).refusal?.reason == .ambiguousAttachment)
        }
    }

    @Test("what is damaged, encrypted or too large is refused, and nothing ends the program")
    func refusals() {
        let pdf = PDFText.pdf([.init(name: "factur-x.xml", content: Self.cii)])
        #expect(fault(Array("%PDF-1.7".utf8)) == .malformed)
        #expect(fault([]) == .malformed)
        #expect(fault(Array(pdf.dropLast(200))) == .malformed)
        let large = PDFText.pdf([
            .init(
                name: "factur-x.xml",
                content: [UInt8](repeating: 0x20, count: EmbeddedInvoice.maximumBytes + 1))
        ])
        #expect(fault(large) == .tooLarge)
        let unknown = PDFText.pdf([
            .init(name: "factur-x.xml", content: Self.cii, filter: "/Filter /Unknown")
        ])
        #expect(fault(unknown) == .malformed)
        let encrypted = PDFText.pdf(
            [.init(name: "factur-x.xml", content: Self.cii)],
            trailer: "/Encrypt << /Filter /Standard /V 9 >>")
        #expect([.malformed, .encrypted].contains(fault(encrypted)))
        // Flipped bytes give the same XML, another one or a fault.
        for place in stride(from: 0, to: pdf.count, by: 7) {
            var changed = pdf
            changed[place] ^= 0x15
            _ = fault(changed)
        }
    }

    @Test("trees of names that lead back to themselves end")
    func cycles() {
        for tree in [
            "<< /Kids [3 0 R 3 0 R] >>", "<< /Kids [[3 0 R] 3 0 R] /Names [(a) 3 0 R] >>",
            "<< /Names [(factur-x.xml) << /F (factur-x.xml) /EF << /F 3 0 R >> >>] >>", "17",
        ] {
            #expect(fault(PDFText.pdf([], tree: tree)) == .nothingInside, "\(tree)")
        }
    }
}
