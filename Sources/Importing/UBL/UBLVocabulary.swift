extension Markup.Vocabulary {
    /// UBL's components; all of 2.0 to 2.3 are in the same namespaces. Extensions and the signatures in
    /// them mean nothing to a record; an attached file is as long as it is.
    static let ubl = Markup.Vocabulary(
        namespaces: .these([
            "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
            "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
        ]), passedOver: ["UBLExtensions"], longTexts: ["EmbeddedDocumentBinaryObject"])
}
