/// The currency codes of ISO 4217, those in use and those withdrawn since 2000, and how many decimal
/// places each has.
///
/// Codes for metals, test and no currency (`XAU`, `XTS`, `XXX`) are left out: nobody is invoiced in them.
public enum Currency {
    /// Digits after the point in an amount of this currency: two, or the exponent of ISO 4217 where
    /// that is larger; `nil` for what isn't a currency code.
    public static func scale(of code: String) -> Int? {
        // Equal strings can be of other bytes: K is a letter, and the sign of the kelvin.
        guard code.utf8.count == 3 else { return nil }
        if fourPlaces.contains(code) { return 4 }
        if threePlaces.contains(code) { return 3 }
        return others.contains(code) ? 2 : nil
    }

    private static let fourPlaces: Set<String> = ["CLF", "UYW"]
    private static let threePlaces: Set<String> = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]

    private static let others: Set<String> = Set(
        (current + " " + withdrawn).split(separator: " ").map(String.init))

    private static let current = """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD \
        CAD CDF CHE CHF CHW CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP \
        GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR ISK JMD JPY KES KGS KHR KMF \
        KPW KRW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR \
        MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG \
        SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH UGX USD USN \
        UYI UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
        """

    private static let withdrawn = """
        AFA AMD ANG AOR ATS AZM BEF BGN BYB BYR CSD CUC CYP DEM ECS EEK ESP FIM FRF GHC GRD GWP HRK \
        IEP ITL LTL LUF LVL MGF MRO MTL MXV MZM NLG PTE ROL RUR SDD SIT SKK SLL SRG STD TJR TMM TRL \
        USS VEB VEF YUM ZMK ZRN ZWD ZWL ZWN ZWR
        """
}
