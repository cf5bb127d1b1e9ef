/// A company that doesn't exist: VAT numbers and accounts begin with zeros, addresses end in `.example`.
struct SampleParty {
    let name: String
    let tradingName: String?
    let street: String
    let city: String
    let postalCode: String
    let country: String
    let vatID: String
    let registrationID: String
    let mail: String
    /// The start of its document numbers, where it is a seller.
    let prefix: String

    init(
        _ name: String, _ prefix: String, _ address: (String, String, String, String), vat: String,
        register: String, tradingName: String? = nil
    ) {
        self.name = name
        self.prefix = prefix
        self.tradingName = tradingName
        (street, postalCode, city, country) = address
        vatID = vat
        registrationID = register
        mail = "billing@\(prefix.lowercased()).example"
    }

    /// An account number of the right length with check digits that no IBAN has.
    var account: String { country + "00" + registrationID.filter(\.isNumber) + "0000000000" }

    static let enterprise = SampleParty(
        "Example Bearings GmbH", "EXB", ("Musterweg 17", "00017", "Beispielstadt", "DE"),
        vat: "DE000100017", register: "HRB 000017", tradingName: "Example Bearings")

    static let customers = [
        SampleParty(
            "Specimen Pumps GmbH", "SPP", ("Probestraße 4", "00204", "Fiktivhausen", "DE"),
            vat: "DE000200101", register: "HRB 000101"),
        SampleParty(
            "Placeholder Conveyors AG", "PHC", ("Am Platzhalter 88", "00311", "Mustertal", "DE"),
            vat: "DE000200202", register: "HRB 000202"),
        SampleParty(
            "Imaginary Gearworks KG", "IGW", ("Zahnradgasse 12", "00405", "Erdachtdorf", "DE"),
            vat: "DE000200303", register: "HRA 000303"),
        SampleParty(
            "Sample Tractors GmbH & Co. KG", "STR", ("Feldweg 3–5", "00519", "Übungsheim", "DE"),
            vat: "DE000200404", register: "HRA 000404", tradingName: "Sample Tractors"),
        SampleParty(
            "Fictional Turbines B.V.", "FTB", ("Voorbeeldkade 9", "0000 AA", "Nergenshuizen", "NL"),
            vat: "NL000000505B00", register: "00000505"),
        SampleParty(
            "Invented Elevators S.A.S.", "IEV", ("7 rue de l’Exemple", "00750", "Sansville", "FR"),
            vat: "FR00000000606", register: "000000606"),
        SampleParty(
            "Pretend Robotics Sp. z o.o.", "PRB", ("ul. Przykładowa 21", "00-007", "Zmyślin", "PL"),
            vat: "PL0000000707", register: "0000000707"),
        SampleParty(
            "Makebelieve Mills Ltd", "MBM", ("1 Nowhere Lane", "ZZ0 0ZZ", "Hypothetical", "GB"),
            vat: "GB000000808", register: "00000808"),
    ]

    static let suppliers: [SampleSupplier] = [
        SampleSupplier(
            SampleParty(
                "Notional Steel Works AG", "NSW", ("Hüttenstraße 1", "00901", "Stahlfeld", "DE"),
                vat: "DE000300111", register: "HRB 000911"),
            [
                .init("NS-100", "Notional bearing steel bar 100Cr6", 284_319, "TNE", 19),
                .init("NS-204", "Notional cold-rolled strip", 193_747, "TNE", 19),
            ], quantity: 2...9),
        SampleSupplier(
            SampleParty(
                "Dummy Power Supply GmbH", "DPS", ("Netzplatz 2", "00902", "Stromberg", "DE"),
                vat: "DE000300222", register: "HRB 000922"),
            [.init("KWH", "Electricity, dummy tariff", 27, "KWH", 19)], quantity: 8_800...16_400),
        SampleSupplier(
            SampleParty(
                "Fabled Estates GmbH", "FES", ("Hallenring 30", "00903", "Beispielstadt", "DE"),
                vat: "DE000300333", register: "HRB 000933"),
            [.init("HALL-3", "Rent of fabled hall 3", 641_290, "MON", 19)], quantity: 1...1),
        SampleSupplier(
            SampleParty(
                "Mockup Machine Tools S.p.A.", "MMT",
                ("Via Esempio 44", "00904", "Fintopoli", "IT"),
                vat: "IT00000000444", register: "MO-000944"),
            [
                .init("GW-7", "Mockup grinding wheel 400 mm", 18_653, "C62", 19),
                .init("CF-2", "Mockup coolant filter", 4_387, "C62", 19),
            ], quantity: 3...18),
        SampleSupplier(
            SampleParty(
                "Phantom Freight GmbH", "PHF", ("Rampe 6", "00905", "Umschlag", "DE"),
                vat: "DE000300555", register: "HRB 000955"),
            [.init("PAL", "Phantom pallet freight", 7_319, "C62", 19)], quantity: 11...46),
        SampleSupplier(
            SampleParty(
                "Theoretical Press Verlag KG", "TPV", ("Druckhof 8", "00906", "Lettern", "DE"),
                vat: "DE000300666", register: "HRA 000966"),
            [.init("CAT-1", "Printed catalogue, theoretical edition", 1_193, "C62", 7)],
            quantity: 40...260),
    ]
}

/// Something that is sold.
struct SampleProduct {
    let code: String
    let name: String
    /// Of one unit, in hundredths of the currency.
    let price: Int
    /// UN/ECE recommendation 20.
    let unit: String
    /// The tax rate inside the seller's country, in percent.
    let rate: Int

    init(_ code: String, _ name: String, _ price: Int, _ unit: String, _ rate: Int) {
        (self.code, self.name, self.price, self.unit, self.rate) = (code, name, price, unit, rate)
    }

    static let all = [
        SampleProduct("EX-6204", "Example ball bearing EX-6204", 437, "C62", 19),
        SampleProduct("EX-6308", "Example ball bearing EX-6308", 1_283, "C62", 19),
        SampleProduct("EX-22216", "Example roller bearing EX-22216", 8_641, "C62", 19),
        SampleProduct("EX-51110", "Example thrust bearing EX-51110", 2_719, "C62", 19),
        SampleProduct("EX-UCP208", "Example pillow block EX-UCP208", 3_167, "C62", 19),
        SampleProduct("EX-SEAL9", "Example shaft seal EX-SEAL9", 193, "C62", 19),
        SampleProduct("EX-LAB", "Example bearing diagnosis", 9_850, "HUR", 19),
        SampleProduct("EX-BOOK", "Example bearing handbook", 4_673, "C62", 7),
    ]
}

/// A supplier, what it sells, and how much of it at once.
struct SampleSupplier {
    let party: SampleParty
    let products: [SampleProduct]
    let quantity: ClosedRange<Int>

    init(_ party: SampleParty, _ products: [SampleProduct], quantity: ClosedRange<Int>) {
        (self.party, self.products, self.quantity) = (party, products, quantity)
    }
}
