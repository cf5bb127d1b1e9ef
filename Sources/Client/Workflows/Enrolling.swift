public import Custody
import Importing
import Interface
public import Rules
public import Sharing
public import Wire

/// What a lost device could do and did, and what became of it.
public struct LostDevice: Sendable {
    public let device: KnownDevice?
    public let key: Digest<Digested.Key>
    public let scopes: [KeyScope]
    public let lastAct: LastAct?
    /// How many own records it opens.
    public let opens: Int
    /// Whether it holds everything, so that only a new era ends what it can open.
    public let needsNewEra: Bool
}

// How a device of this participant gets keys of its own and powers, and loses them.
extension Session {
    // MARK: At the owner's

    /// Begins to enrol a device: notes it under a local name, and gives the file that its user needs.
    ///
    /// Throws ``EnrolmentFault/nameTaken(_:)`` in ``ClientError/enrolment(_:)``, and ``KeyringError``
    /// where this machine may not add keys.
    public func offer(
        _ name: String, of person: String?, as preset: DevicePreset, _ series: [Series],
        _ months: ClosedRange<Month>?, until: Timestamp?
    ) async throws -> DeviceOffer {
        guard let fingerprint = ownFingerprint else { throw ClientError.founder(handle) }
        let introducer = try signer(.all).key.verificationKey.thumbprint
        try await sync()
        var random = surroundings.random
        let nonce = EnrolmentNonce(using: &random)
        let offer = DeviceOffer(
            gateway: configuration.gateway, genesis: log, handle: handle, fingerprint: fingerprint,
            roles: configuration.roles, identifiers: configuration.identifiers.map(\.description),
            introducer: introducer, scopes: preset.scopes.sorted(), until: until,
            commitment: nonce.commitment)
        try home.changeDevices(keyring, random) { devices in
            if let known = devices[name], known.key != nil {
                throw ClientError.enrolment(.nameTaken(name))
            }
            devices.put(
                KnownDevice(
                    name: name, person: person ?? name, preset: preset, series: series,
                    months: months.map { "\($0.lowerBound)..\($0.upperBound)" },
                    offer: offer.bytes, nonce: nonce))
        }
        return offer
    }

    /// Takes a device's request: from here on the words are known, and no other request is taken.
    ///
    /// Throws ``ClientError/enrolment(_:)``.
    public func take(
        _ request: DeviceRequest, for name: String
    ) async throws -> (reveal: DeviceReveal, words: [String]) {
        var result: (DeviceReveal, [String])?
        try home.changeDevices(keyring, surroundings.random) { devices in
            var device = try Self.enrolling(name, in: devices)
            let offer = try DeviceOffer(parsing: device.offer)
            guard request.offer == Digest(hashing: offer.bytes),
                request.key.scopes == offer.scopes, request.key.until == offer.until,
                ProofOfPossession.isGiven(
                    by: request.key, for: handle, of: log, .by(offer.introducer))
            else { throw ClientError.enrolment(.wrongRequest) }
            guard device.request == nil || device.request == request.bytes else {
                throw ClientError.enrolment(.secondRequest)
            }
            device.request = request.bytes
            devices.put(device)
            result = (
                DeviceReveal(nonce: device.nonce),
                EnrolmentWords.of(offer, request, device.nonce)
            )
        }
        guard let result else { preconditionFailure("the change was made") }
        return result
    }

    /// Registers the device's key and seals its share, once its user said the words that it shows.
    ///
    /// Begun again, it goes on where it was. Throws ``ClientError/enrolment(_:)``:
    /// ``EnrolmentFault/otherWords`` before anything is signed.
    public func enrol(
        _ name: String, saying words: [String]
    ) async throws -> (index: Int64?, share: ShareFile) {
        let device = try Self.enrolling(name, in: home.devices(keyring))
        guard let bytes = device.request else { throw ClientError.enrolment(.notThisStep) }
        let request = try DeviceRequest(parsing: bytes)
        let offer = try DeviceOffer(parsing: device.offer)
        guard words.map({ $0.lowercased() }) == EnrolmentWords.of(offer, request, device.nonce)
        else { throw ClientError.enrolment(.otherWords) }
        _ = try await flush()
        let thumbprint = request.key.key.thumbprint
        var index: Int64?
        if try await sync().state[KeyState.key(thumbprint)] == nil {
            index = try await addKey(request.key).index
        }
        try home.changeDevices(keyring, surroundings.random) { devices in
            guard var device = devices[name] else { return }
            device.key = thumbprint
            devices.put(device)
        }
        return (index, try await shares(for: device, request))
    }

    /// A share anew, after an epoch was raised or an era begun. Throws as ``enrol(_:saying:)``.
    public func share(for name: String) async throws -> ShareFile {
        guard let device = try home.devices(keyring)[name], device.key != nil,
            let bytes = device.request
        else { throw ClientError.enrolment(.unknown(name)) }
        return try await shares(for: device, try DeviceRequest(parsing: bytes))
    }

    private static func enrolling(
        _ name: String, in devices: KnownDevices
    ) throws(ClientError) -> KnownDevice {
        guard let device = devices[name], !device.isLost else { throw .enrolment(.unknown(name)) }
        return device
    }

    /// One for each era: that of now, and those before it of which the device opens something.
    private func shares(
        for device: KnownDevice, _ request: DeviceRequest
    ) async throws -> ShareFile {
        let view = try await upToDate()
        let thumbprint = request.key.key.thumbprint
        var shares: [SealedShare] = []
        for era in 1...view.era {
            let keys = try keys(for: device, era, in: view)
            do {
                shares.append(
                    try SealedShare(
                        keys, ofEra: Int64(era), to: thumbprint, request.deviceKey,
                        by: try signer(.all), at: now, jti: newJTI()))
            } catch let error as OpeningError { throw ClientError.envelope(error) }
        }
        return ShareFile(shares)
    }

    private func keys(
        for device: KnownDevice, _ era: Int, in view: View
    ) throws -> SharedKeys {
        switch device.preset {
        case .owner: return try keyring.secrets(ofEra: era).shared
        case .alarm: return SharedKeys()
        case .fetcher:
            return SharedKeys(encryption: try keyring.secrets(ofEra: era).shared.encryption)
        case .bookkeeper, .deputy, .robot, .adviser:
            guard let months = device.range else { return SharedKeys() }
            let types = device.series.flatMap { view.types.of($0) }
            return try SharedKeys(types, months, ofEra: era, of: try schedule(), in: view, at: now)
        }
    }

    // MARK: What there is, and what is lost

    /// The participant's current keys on the log, with the names that are known here.
    public func devices() async throws -> [(key: KeyState, device: KnownDevice?, lastAct: LastAct?)]
    {
        let view = try await sync()
        let known = try home.devices(keyring)
        let own = keyring.signingKey(generation: 1).verificationKey.thumbprint
        let keys = view.state[ParticipantState.key(handle)]?.keys ?? []
        return keys.compactMap { thumbprint in
            view.state[KeyState.key(thumbprint)].map { state in
                var device = known.all.first { $0.key == thumbprint }
                if thumbprint == own, device == nil { device = .own }
                return (state, device, view.acts[thumbprint])
            }
        }
    }

    /// Whether this machine has the secrets of all records, as an owner's has.
    public nonisolated var opensEverything: Bool { keyring.eraCount > 0 }

    /// The key of the recovery kit, as far as this home knows it: of a kit that was read here, or the one
    /// beside its own in what it sent to be admitted. Throws ``HomeError``.
    public nonisolated func recoveryKey() throws(HomeError) -> Digest<Digested.Key>? {
        if let known = try home.devices(keyring).kit { return known }
        let own = keyring.signingKey(generation: 1).verificationKey.thumbprint
        return try home.application()?.claims.keys
            .first { $0.terms.scopes == [.all] && $0.key.thumbprint != own }?.key.thumbprint
    }

    /// What a device could do, before it is given up. `name` is its local name, or the beginning of its
    /// key's thumbprint.
    public func lost(_ name: String) async throws -> LostDevice {
        let view = try await sync()
        let devices = try home.devices(keyring)
        let keys = view.state[ParticipantState.key(handle)]?.keys ?? []
        let begun = keys.filter { name.count >= 8 && $0.text.hasPrefix(name) }
        guard let key = devices[name]?.key ?? (begun.count == 1 ? begun[0] : nil),
            let state = view.state[KeyState.key(key)]
        else { throw ClientError.enrolment(.unknown(name)) }
        let device = devices.all.first { $0.key == key }
        let holdsAll = device.map { $0.preset == .owner } ?? state.scopes.contains(.all)
        let months = device?.range
        let opens = try view.records { book in
            holdsAll
                || (months?.contains(book.month) == true
                    && device?.series.contains(book.series) == true)
        }.filter { !$0.erased }
        return LostDevice(
            device: device, key: key, scopes: state.scopes, lastAct: view.acts[key],
            opens: opens.count, needsNewEra: holdsAll || device?.preset == .fetcher)
    }

    /// Gives a device up: retires its key, raises the epochs of what it opens, and gives the standing
    /// grants the new keys. What it holds of an era ends with a new one: ``beginEra(with:_:)``.
    ///
    /// Begun again, it goes on where it was.
    public func giveUp(
        _ lost: LostDevice, _ reason: Reason
    ) async throws -> (retired: Registration?, raised: [Series: Int64], rekeyed: [Rekeying]) {
        _ = try await flush()
        let view = try await sync()
        var retired: Registration?
        if view.state[KeyState.key(lost.key)]?.retired == false {
            retired = try await retireKey(lost.key, reason)
        }
        var raised: [Series: Int64] = [:]
        if let device = lost.device, !device.isLost, let months = device.range {
            for series in device.series {
                let now = try months.map { try view.requiredEpoch(series, $0, at: self.now) }.max()
                raised[series] = (now ?? 0) + 1
            }
        }
        try home.changeDevices(keyring, surroundings.random) { devices in
            devices.floors.merge(raised) { max($0, $1) }
            guard let name = lost.device?.name, var device = devices[name] else { return }
            // From here on a second run raises nothing again.
            device.isLost = true
            devices.put(device)
        }
        raise(try home.devices(keyring).floors)
        guard configuration.roles.contains(.enterprise) else { return (retired, raised, []) }
        return (retired, raised, try await Enterprise(self).rekeyStanding())
    }
}

extension KnownDevice {
    private static let thisMachine = "this machine"

    /// Whether it is the one that asks, where that has no other name.
    public var isThisMachine: Bool { name == Self.thisMachine }

    /// This machine, where nobody enrolled it.
    fileprivate static var own: KnownDevice {
        var random = SystemRandomNumberGenerator()
        return KnownDevice(
            name: thisMachine, person: "", preset: .owner, series: [], months: nil, offer: [],
            nonce: EnrolmentNonce(using: &random))
    }
}

// MARK: On the new device

extension Home {
    /// Makes the home of a new device of a participant: its keys are made here, and never leave it.
    /// Returns what the owner is to get.
    public func enrol(
        _ offer: DeviceOffer, under protection: Protection,
        surroundings: Surroundings = .system,
        transport: @Sendable (GatewayAddress) -> any Transport = { HTTPTransport($0) }
    ) async throws -> DeviceRequest {
        let log = LogAddress(gateway: offer.gateway, genesis: offer.genesis)
        let connection = GatewayConnection(transport(offer.gateway))
        let fetched: Result<PinnedGenesis, any Error>
        do {
            fetched = .success(try await PinnedGenesis.fetch(log, through: connection))
        } catch { fetched = .failure(error) }
        await connection.shutDown()
        let genesis = try fetched.get()
        var random = surroundings.random
        let keyring = Keyring(deviceFor: offer.scopes, using: &random)
        let configuration = Configuration(
            gateway: offer.gateway, origin: genesis.founding.origin, genesis: offer.genesis,
            handle: offer.handle, roles: offer.roles,
            identifiers: offer.identifiers.compactMap { RegisteredIdentifier($0) },
            fingerprint: offer.fingerprint)
        let request = try DeviceRequest(answering: offer, with: keyring, using: &random)
        try await settle(
            configuration, keyring, nil, genesis: genesis.statement, logKey: genesis.logKey,
            under: protection, surroundings.random)
        try keep(EnrolmentState(offer: offer.bytes, request: request.bytes))
        return request
    }

    /// The words that the owner has to see, too. Throws ``ClientError/enrolment(_:)``.
    public func words(after reveal: DeviceReveal) throws -> [String] {
        guard let state = try enrolment() else { throw ClientError.enrolment(.notThisStep) }
        let offer = try DeviceOffer(parsing: state.offer)
        guard reveal.nonce.commitment == offer.commitment else {
            throw ClientError.enrolment(.wrongReveal)
        }
        return EnrolmentWords.of(offer, try DeviceRequest(parsing: state.request), reveal.nonce)
    }
}

extension Session {
    /// Takes the shares that the owner made for this device, in the place of those that it had.
    ///
    /// Each is believed as ``open(_:)`` says; those of older eras open older records, and what is sealed
    /// is sealed under the newest. Throws ``ClientError/share(_:)``.
    public func take(_ file: ShareFile) async throws {
        guard let sealed = file.shares, !sealed.isEmpty else {
            throw ClientError.enrolment(.notThisStep)
        }
        let era = try await sync().era
        guard sealed.map(\.share.era) == (1...Int64(era)).map(\.self) else {
            throw ClientError.share(
                .otherEra(have: sealed.last?.share.era ?? 0, want: Int64(era)))
        }
        var given: [Int: SharedKeys] = [:]
        for share in sealed {
            given[Int(share.share.era)] = try await open(share, ofEra: share.share.era)
        }
        if let whole = keyring.adding(given.sorted { $0.key < $1.key }.map(\.value)) {
            try replaceKeyring(whole)
            return
        }
        try home.keep(given, keyring, surroundings.random)
        take(given)
    }
}

extension DeviceRequest {
    /// The proof of a device's key is for the powers that were offered, and for who introduces it.
    init(
        answering offer: DeviceOffer, with keyring: Keyring,
        using random: inout some RandomNumberGenerator
    ) throws(KeyringError) {
        let key = keyring.signingKey(generation: 1)
        let terms = KeyTerms(key: key.verificationKey, scopes: offer.scopes, until: offer.until)
        let pop = ProofOfPossession.sign(
            terms, for: offer.handle, of: offer.genesis, .by(offer.introducer), with: key)
        self.init(
            offer: Digest(hashing: offer.bytes), key: KeyOffer(terms, pop: pop),
            deviceKey: try keyring.deviceKey().encryptionKey,
            nonce: EnrolmentNonce(using: &random))
    }
}

/// What a new device remembers until it has its share; nothing secret.
struct EnrolmentState: Message {
    let offer: [UInt8]
    let request: [UInt8]

    static let maximumBytes = 64 << 10

    static let shape = Shape<EnrolmentState>(
        EnrolmentState.init(offer:request:),
        .required("offer", \.offer, .base64URL(0...DeviceOffer.maximumBytes, "offer")),
        .required("request", \.request, .base64URL(0...DeviceRequest.maximumBytes, "request")))
}

extension Home {
    fileprivate func enrolment() throws -> EnrolmentState? {
        guard let bytes = try read(.enrolment) else { return nil }
        guard let state = try? EnrolmentState(parsing: bytes) else { throw malformed(.enrolment) }
        return state
    }

    fileprivate func keep(_ state: EnrolmentState) throws(HomeError) {
        try replace(.enrolment, with: state.bytes)
    }
}
