import Cedar
import Testing

@Suite struct ExtensionTests {
    @Test(arguments: [
        ("0.0", 0), ("1.5", 15_000), ("-1.5", -15_000), ("-0.0001", -1), ("00012.3400", 123_400),
        ("922337203685477.5807", Int64.max), ("-922337203685477.5808", Int64.min),
        ("000000000000000000000000000001.0", 10_000),
    ])
    func decimalsAreRead(text: String, value: Int64) {
        #expect(Decimal(parsing: Text(text))?.tenThousandths == value)
    }

    @Test(arguments: [
        "", "1", "1.", ".1", "-", "-.5", "1.23456", "+1.0", "1.0 ", "1,0", "1.2.3", "1e3", "٣.٤",
        "922337203685477.5808", "-922337203685477.5809", "9223372036854775807.0",
    ])
    func otherDecimalsAreRefused(text: String) { #expect(Decimal(parsing: Text(text)) == nil) }

    @Test(arguments: [
        ("1970-01-01", 0), ("1969-12-31T23:59:59.999Z", -1), ("2024-02-29", 1_709_164_800_000),
        ("2024-01-01T00:00:00Z", 1_704_067_200_000), ("2000-02-29", 951_782_400_000),
        ("2024-01-01T05:30:00+0530", 1_704_067_200_000),
        ("2023-12-31T00:01:00.123-2359", 1_704_067_200_123),
        ("0000-01-01", -62_167_219_200_000), ("0000-03-01", -62_162_035_200_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ])
    func datetimesAreRead(text: String, value: Int64) {
        #expect(Datetime(parsing: Text(text))?.milliseconds == value)
    }

    @Test(arguments: [
        "", "2024", "2024-1-1", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-01",
        "2024-01-00",
        "2024-04-31", "2024-01-01T", "2024-01-01T00:00:00", "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z", "2024-01-01T00:00:60Z", "2024-01-01T00:00:00.12Z",
        "2024-01-01T00:00:00.1234Z", "2024-01-01T00:00:00+2400", "2024-01-01T00:00:00+0060",
        "2024-01-01T00:00:00+01:00", "2024-01-01 00:00:00Z", "2024-01-01t00:00:00Z",
        "2024-01-01T00:00:00z", "2024-01-01Z", "-2024-01-01", "2024-01-01T00:00:00Z ",
    ])
    func otherDatetimesAreRefused(text: String) { #expect(Datetime(parsing: Text(text)) == nil) }

    @Test(arguments: [
        ("0ms", 0), ("1d2h3m4s5ms", 93_784_005), ("-1h", -3_600_000), ("1m1ms", 60_001),
        ("3s500ms", 3500), ("0001d", 86_400_000), ("9223372036854775807ms", Int64.max),
        ("-9223372036854775808ms", Int64.min), ("-106751991167d7h12m55s808ms", Int64.min),
        ("106751991167d7h12m55s807ms", Int64.max),
    ])
    func durationsAreRead(text: String, value: Int64) {
        #expect(Duration(parsing: Text(text))?.milliseconds == value)
    }

    @Test(arguments: [
        "", "-", "1", "d", "1d1d", "1h1d", "1ms1s", "1x", "+1d", "1 d", "--1d", "1d-1h",
        "9223372036854775808ms", "-9223372036854775809ms", "106751991168d",
        "106751991167d7h12m55s808ms", "99999999999999999999d",
    ])
    func otherDurationsAreRefused(text: String) { #expect(Duration(parsing: Text(text)) == nil) }

    @Test(arguments: [
        "0.0.0.0", "255.255.255.255", "10.0.0.0/8", "1.2.3.4/0", "::", "::1", "1::", "1::8",
        "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "FE80::1/64", "::/0",
        "0:0:0:0:0:0:0:0/128",
    ])
    func addressesAreRead(text: String) { #expect(IPAddress(parsing: Text(text)) != nil) }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.1.1.1", "1.1.1.1/33", "1.1.1.1/", "1.1.1.1/08",
        "1.1.1.1/-1", "1.1.1.1/8/8", " 1.1.1.1", ":", ":::", "1:::2", "1::2::3", "12345::", "g::",
        "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:",
        ":1:2", "::1.2.3.4", "::ffff:1.2.3.4", "::1/129", "fe80::1%1",
        "0000:0000:0000:0000:0000:0000:0000:0000:0000",
    ])
    func otherAddressesAreRefused(text: String) { #expect(IPAddress(parsing: Text(text)) == nil) }

    @Test(arguments: [
        #"ip("127.0.0.1").isLoopback()"#, #"ip("127.0.0.0/8").isLoopback()"#,
        #"!ip("127.0.0.0/7").isLoopback()"#, #"ip("::1").isLoopback()"#,
        #"!ip("::1/127").isLoopback()"#, #"ip("224.0.0.0/4").isMulticast()"#,
        #"ip("239.255.255.255").isMulticast()"#, #"!ip("224.0.0.0/3").isMulticast()"#,
        #"ip("ff00::/8").isMulticast()"#, #"!ip("ff00::/7").isMulticast()"#,
        #"ip("10.1.2.3").isInRange(ip("10.0.0.0/8"))"#,
        #"!ip("10.0.0.0/8").isInRange(ip("10.1.2.3"))"#,
        #"ip("10.9.0.0/16").isInRange(ip("10.1.2.3/8"))"#,
        #"ip("1.2.3.4").isInRange(ip("9.9.9.9/0"))"#,
        #"!ip("::1").isInRange(ip("0.0.0.0/0"))"#,
        #"ip("1:2:3:4:5::").isInRange(ip("1:2:3:4::/64"))"#,
        #"!ip("1:2:3:5::").isInRange(ip("1:2:3:4::/64"))"#,
        #"ip("1:2:3:5::").isInRange(ip("1:2:3:4::/63"))"#,
        #"ip("1::2:1").isInRange(ip("1::2:0/112"))"#, #"!ip("1::3:1").isInRange(ip("1::2:0/112"))"#,
        #"ip("1.2.3.4") == ip("1.2.3.4/32")"#, #"ip("1.2.3.4/8") != ip("1.2.3.5/8")"#,
        #"ip("::1") == ip("0:0:0:0:0:0:0:1")"#, #"ip("1.1.1.1").isIpv4()"#, #"ip("::").isIpv6()"#,
        #"decimal("1.10") == decimal("1.1")"#, #"decimal("1.1").lessThan(decimal("1.2"))"#,
        #"decimal("1.1").lessThanOrEqual(decimal("1.1"))"#,
        #"decimal("1.1").greaterThan(decimal("-1.2"))"#,
        #"decimal("1.1").greaterThanOrEqual(decimal("1.1"))"#,
        #"datetime("2024-01-02") > datetime("2024-01-01")"#,
        #"datetime("2024-01-01").offset(duration("1d")) == datetime("2024-01-02")"#,
        #"datetime("2024-01-02").durationSince(datetime("2024-01-01")) == duration("24h")"#,
        #"datetime("2024-01-01T10:00:00Z").toDate() == datetime("2024-01-01")"#,
        #"datetime("1969-12-31T10:00:00Z").toDate() == datetime("1969-12-31")"#,
        #"datetime("1969-12-31T10:00:00Z").toTime() == duration("10h")"#,
        #"duration("-1d1h").toHours() == -25"#, #"duration("-90s").toMinutes() == -1"#,
        #"duration("1d").toDays() == 1"#, #"duration("1500ms").toSeconds() == 1"#,
        #"duration("1s").toMilliseconds() == 1000"#, #"duration("1m") <= duration("60s")"#,
        #"[decimal("1.0"), decimal("1.00")] == [decimal("1.000")]"#,
    ])
    func theseHold(expression: String) throws { #expect(try outcome(expression) == .holds) }

    @Test func failuresAreReported() throws {
        #expect(
            try outcome(#"decimal("x") == decimal("1.0")"#)
                == .fails(.malformedExtensionValue(.decimal, "x")))
        #expect(
            try outcome(#"datetime("9999-12-31").offset(duration("9223372036854775807ms")) == 1"#)
                == .fails(.extensionOverflow(.offset)))
        #expect(
            try outcome(
                #"datetime("1970-01-01").offset(duration("-9223372036854775808ms")).toDate() == 1"#)
                == .fails(.extensionOverflow(.toDate)))
        #expect(
            try outcome(#"ip("1.1.1.1").isInRange()"#)
                == .fails(.wrongArgumentCount(.isInRange, found: 1)))
        #expect(
            try outcome(#"decimal("1.0") < decimal("2.0")"#)
                == .fails(.typeMismatch(expected: [.long, .datetime, .duration], found: .decimal)))
        #expect(
            try outcome(#"ip("1.1.1.1").isInRange("1.1.1.1")"#)
                == .fails(.typeMismatch(expected: [.ip], found: .string)))
        #expect(
            try outcome("decimal(1) == 1")
                == .fails(.typeMismatch(expected: [.string], found: .long)))
    }
}
