public import Custody
import Foundation
public import Sharing
public import Wire

/// A device that was enrolled from this home, or is being enrolled: its local name, whose it is, and
/// what it was given. Others never see the names.
public struct KnownDevice: Shaped, Hashable {
    public let name: String
    /// Who uses it; the name of the device where it wasn't said.
    public let person: String
    public let preset: DevicePreset
    /// The series and months that it opens; none where it was given no field's keys.
    public let series: [Series]
    public let months: String?
    /// What was offered, and the nonce for it.
    let offer: [UInt8]
    let nonce: EnrolmentNonce
    /// The one request that came.
    var request: [UInt8]?
    /// Its signing key once that was registered.
    public internal(set) var key: Digest<Digested.Key>?
    public internal(set) var isLost = false

    public var range: ClosedRange<Month>? { months.flatMap { Self.range($0) } }

    static func range(_ text: String) -> ClosedRange<Month>? {
        let ends = text.components(separatedBy: "..").compactMap { Month($0) }
        guard ends.count == 2, ends[0] <= ends[1] else { return nil }
        return ends[0]...ends[1]
    }

    public static let shape = Shape<KnownDevice>(
        {
            (name, person, preset, series, months, offer, nonce, request, key, isLost)
                throws(ClaimError) in
            KnownDevice(
                name: name, person: person, preset: preset, series: series, months: months,
                offer: offer, nonce: nonce, request: request, key: key, isLost: isLost)
        },
        .required("name", \.name, .text), .required("person", \.person, .text),
        .required("preset", \.preset, .preset),
        .required("series", \.series, .list(of: .plain("series"))),
        .optional("months", \.months, .text),
        .required("offer", \.offer, .base64URL(0...DeviceOffer.maximumBytes, "offer")),
        .required("nonce", \.nonce, .enrolmentNonce),
        .optional(
            "request", \.request, .base64URL(0...DeviceRequest.maximumBytes, "request")),
        .optional("key", \.key, .digest()), .flag("lost", \.isLost))
}

/// The devices of a participant, as the home that enrolled them knows them; and the epochs below which
/// nothing is sealed since one of them was lost.
public struct KnownDevices: Message, Sendable {
    public internal(set) var all: [KnownDevice]
    private var raised: [Raised]
    /// The key of the recovery kit, where somebody read the kit here.
    var kit: Digest<Digested.Key>?

    struct Raised: Shaped, Hashable {
        let series: Series
        let epoch: Int64

        static let shape = Shape<Raised>(
            Raised.init(series:epoch:),
            .required("series", \.series, .plain("series")), .required("epoch", \.epoch, .count))
    }

    public static let maximumBytes = 4 << 20
    private static let format = "trine-devices/1"
    private var formatName: String { Self.format }

    init() {
        all = []
        raised = []
    }

    private init(all: [KnownDevice], raised: [Raised], kit: Digest<Digested.Key>?) {
        self.all = all
        self.raised = raised
        self.kit = kit
    }

    public static let shape = Shape<KnownDevices>(
        { (_, all, raised, kit) throws(ClaimError) in
            KnownDevices(all: all, raised: raised, kit: kit)
        },
        .required("format", \.formatName, .format(format)),
        .required("devices", \.all, .list(of: .object)),
        .required("raised", \.raised, .list(of: .object)), .optional("kit", \.kit, .digest()))

    public subscript(name: String) -> KnownDevice? {
        all.first { $0.name.lowercased() == name.lowercased() }
    }

    mutating func put(_ device: KnownDevice) {
        all.removeAll { $0.name == device.name }
        all.append(device)
    }

    /// The lowest epochs of new records.
    public internal(set) var floors: [Series: Int64] {
        get { Dictionary(raised.map { ($0.series, $0.epoch) }) { max($0, $1) } }
        set {
            raised = newValue.sorted { $0.key.rawValue < $1.key.rawValue }
                .map { Raised(series: $0.key, epoch: $0.value) }
        }
    }
}

/// The keys that shares gave this device, by era.
private struct GivenKeys: Message {
    struct Era: Shaped {
        let number: Int64
        let keys: SharedKeys

        static let shape = Shape<Era>(
            Era.init(number:keys:),
            .required("era", \.number, .positive),
            .required("keys", \.keys, .object(SharedKeys.shape)))
    }

    let eras: [Era]

    static let maximumBytes = 64 << 20

    static let shape = Shape<GivenKeys>(
        GivenKeys.init(eras:), .required("eras", \.eras, .list(of: .object)))
}

extension Home {
    /// Throws ``HomeError``.
    public func devices(_ keyring: Keyring) throws(HomeError) -> KnownDevices {
        guard let sealed = try read(.devices) else { return KnownDevices() }
        guard let plain = SecretBox.open(sealed, under: keyring.fileKey("devices")),
            let devices = try? KnownDevices(parsing: plain)
        else { throw malformed(.devices) }
        return devices
    }

    /// Changes the list of devices, with no other process between. Throws what `change` throws.
    func changeDevices(
        _ keyring: Keyring, _ random: Randomness, _ change: (inout KnownDevices) throws -> Void
    ) throws {
        try changingFiles {
            var random = random
            var devices = try devices(keyring)
            try change(&devices)
            try replace(
                .devices,
                with: SecretBox.seal(
                    devices.bytes, under: keyring.fileKey("devices"), using: &random))
        }
    }

    /// Notes which key is the recovery kit's, where `root` is that of `keyring`. Throws ``HomeError``.
    public func note(
        _ root: Root, _ keyring: Keyring, surroundings: Surroundings = .system
    ) throws {
        guard keyring.derives(from: root) else { return }
        let kit = root.recoveryKey.verificationKey.thumbprint
        guard try devices(keyring).kit != kit else { return }
        try changeDevices(keyring, surroundings.random) { $0.kit = kit }
    }

    /// What shares gave this device, by era; nothing on an owner's. Throws ``HomeError``.
    func shares(_ keyring: Keyring) throws(HomeError) -> [Int: SharedKeys] {
        guard let sealed = try read(.shares) else { return [:] }
        guard var plain = SecretBox.open(sealed, under: keyring.fileKey("shares")) else {
            throw malformed(.shares)
        }
        defer { plain.wipe() }
        guard let given = try? GivenKeys(parsing: plain) else { throw malformed(.shares) }
        return Dictionary(given.eras.map { (Int($0.number), $0.keys) }) { $1 }
    }

    func keep(
        _ shares: [Int: SharedKeys], _ keyring: Keyring, _ random: Randomness
    ) throws {
        var random = random
        var plain = GivenKeys(
            eras: shares.sorted { $0.key < $1.key }.map {
                GivenKeys.Era(number: Int64($0.key), keys: $0.value)
            }
        ).bytes
        defer { plain.wipe() }
        let sealed = SecretBox.seal(plain, under: keyring.fileKey("shares"), using: &random)
        try changingFiles { try replace(.shares, with: sealed) }
    }
}

extension Codec where Value == DevicePreset {
    fileprivate static let preset = Codec.mapped(
        .text, "preset", from: { DevicePreset(rawValue: $0) }, to: \.rawValue)
}
