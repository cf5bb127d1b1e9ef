public import ArgumentParser
public import Client
import Custody
import Foundation
import Rules
import Sharing
import Wire

extension DevicePreset: ExpressibleByArgument {}

struct DeviceGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device",
        abstract: "Other machines of yours: their own keys, what they may do, and their end.",
        discussion: """
            A new device makes its keys itself; none is ever copied. Four files go to and fro, by mail, a \
            stick or a photograph, whoever carries them: on the owner's machine device add NAME writes an \
            offer; on the new one device new takes it and writes a request; device add NAME --request takes \
            that, writes a reveal and shows four words; device new takes the reveal and shows them, too. \
            Compare them by telephone: device add NAME --words then registers the key and writes the share, \
            which device new takes.
            """,
        subcommands: [Add.self, New.self, List.self, Share.self, Lost.self])

    struct Add: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Enrol a device, on a machine of an owner.",
            discussion: """
                Presets: owner (all), bookkeeper (import and close), deputy (that, grant and revoke), alarm \
                (revoke only), robot (import only), fetcher (fetch only), adviser (a bookkeeper with an \
                end). Who can import into a month can read that month. Scopes and ends are public on the \
                log; names aren't.

                Example: trine device add 'Li laptop' --person 'Li Na' --as bookkeeper --months \
                2026-11..2027-12 -o li.offer

                Example: trine device add 'Li laptop' --request li.request -o li.reveal

                Example: trine device add 'Li laptop' --words 'olive harbor dune slot' -o li.share
                """)

        @Argument(help: "What you call it.") var name: String
        @Option(name: .customLong("as"), help: "What it is for: a preset.") var preset:
            DevicePreset?
        @Option(help: "Whose it is.") var person: String?
        @Option(help: "The months that it opens: 2026-11..2027-12.") var months: MonthRange?
        @Option(
            name: .customLong("type"),
            help: "The series that it opens; all that there are where none is given.")
        var series: [Series] = []
        @Option(help: "When its key ends: 90d, 1y. An adviser's has to.") var ends: Span?
        @Option(help: "The request of the new device.", completion: .file()) var request: String?
        @Option(help: "The four words that the new device shows, in quotes.") var words: String?
        @Option(
            name: .shortAndLong, help: "The file to write for the new device.", completion: .file())
        var output: String
        @OptionGroup var common: CommonOptions

        func validate() throws {
            guard [preset != nil, request != nil, words != nil].filter(\.self).count == 1 else {
                throw ValidationError("give --as to begin, then --request, then --words")
            }
            guard let preset else { return }
            if preset.opensMonths, months == nil {
                throw ValidationError("say which months it opens: --months 2026-11..2027-12")
            }
            if preset.ends, ends == nil {
                throw ValidationError("say when its key ends: --ends 1y")
            }
        }

        func outcome() async throws -> Outcome {
            try OutputFile.check(output)
            return try await common.session { session in
                if let request { return try await take(request, session) }
                if let words { return try await enrol(words, session) }
                return try await offer(session)
            }
        }

        private func offer(_ session: Session) async throws -> Outcome {
            guard let preset else { preconditionFailure("validated") }
            let known = try await session.sync().types.all.map(\.series)
            let opened =
                preset.opensMonths ? (series.isEmpty ? Set(known).sorted() : series) : []
            let offer = try await session.offer(
                name, of: person, as: preset, opened, months?.months,
                until: ends.map { session.now.advanced(by: $0.seconds) })
            try OutputFile.write(offer.bytes, to: output)
            let scopes = offer.scopes.map(\.rawValue)
            return Outcome(["file": output, "name": name, "scopes": scopes]) {
                "\(name) may be enrolled; its key will sign: \(scopes.joined(separator: ", "))."
            }.noting(["on the new device: trine device new \(output) -o REQUEST"])
        }

        private func take(_ path: String, _ session: Session) async throws -> Outcome {
            let request = try DeviceFile.read(path, as: DeviceRequest.self)
            let (reveal, words) = try await session.take(request, for: name)
            try OutputFile.write(reveal.bytes, to: output)
            return Outcome(["file": output, "name": name, "words": words]) {
                "The words: \(words.joined(separator: " "))"
            }.noting([
                "on the new device: trine device new \(output); it has to show these very words",
                "then: trine device add '\(name)' --words '…' -o SHARE",
            ])
        }

        private func enrol(_ words: String, _ session: Session) async throws -> Outcome {
            let (index, share) = try await session.enrol(
                name, saying: words.split(separator: " ").map(String.init))
            try OutputFile.write(share.bytes, to: output)
            return Outcome(["file": output, "index": index, "name": name]) {
                index.map { "\(name) is registered, entry \($0)." }
                    ?? "\(name) was registered before."
            }.noting(["on the new device: trine device new \(output)"])
        }
    }

    struct New: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "new",
            abstract: "Take the next file of an enrolment, on the new device.",
            discussion: """
                An offer makes this machine's home and keys, and writes the request. A reveal shows the four \
                words. A share gives it the keys that the owner meant it to have; a later one takes its place.

                Example: trine device new li.offer -o li.request
                """)

        @Argument(help: "An offer, a reveal or a share.", completion: .file()) var file: String
        @Option(
            name: .shortAndLong, help: "The file for the request; with an offer.",
            completion: .file())
        var output: String?
        @OptionGroup var common: CommonOptions

        func outcome() async throws -> Outcome {
            let bytes = try InputFile.bytes(file, limit: ShareFile.maximumBytes)
            if let offer = try? DeviceOffer(parsing: bytes) { return try await begin(offer) }
            if let reveal = try? DeviceReveal(parsing: bytes) {
                let words = try common.directory.words(after: reveal)
                return Outcome(["words": words]) {
                    "The words: \(words.joined(separator: " "))"
                }.noting(["tell them the owner, by telephone; they have to be the same there"])
            }
            let share = try DeviceFile.read(file, as: ShareFile.self)
            return try await common.session { session in
                try await session.take(share)
                return Outcome(["handle": session.handle, "state": "enrolled"]) {
                    "This machine is enrolled for \(session.handle)."
                }
            }
        }

        private func begin(_ offer: DeviceOffer) async throws -> Outcome {
            let home = common.directory
            if home.isInhabited { throw HomeError.alreadyThere(path: home.directory) }
            guard let output else {
                throw Complaint.usage("name the file for the request").hint("-o REQUEST")
            }
            try OutputFile.check(output)
            let request = try await home.enrol(
                offer, under: try common.protection(of: home.directory, isNew: true))
            try OutputFile.write(request.bytes, to: output)
            return Outcome([
                "file": output, "handle": offer.handle, "home": home.directory,
                "scopes": offer.scopes.map(\.rawValue),
            ]) {
                "This machine asks \(offer.handle) for: "
                    + offer.scopes.map(\.rawValue).joined(separator: ", ") + "."
            }.noting(["give \(output) to the owner: trine device add NAME --request \(output)"])
        }
    }

    struct List: ListCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the keys of this participant, and whose they are.",
            discussion: "Example: trine device list")

        @OptionGroup var listing: ListingOptions
        @OptionGroup var common: CommonOptions

        func outcome(in session: Session) async throws -> Outcome {
            let kit = try session.recoveryKey()
            let all = session.opensEverything
            let devices = try await session.devices().map { Row($0, kit: kit, opensAll: all) }
            return .list(
                "devices", devices, none: "No keys.",
                .init("DEVICE") { $0.name }, .init("PERSON") { $0.person },
                .init("SIGNS") { $0.signs }, .init("OPENS") { $0.opens },
                .init(LocalTime.heading("UNTIL")) { $0.until },
                .init(LocalTime.heading("LAST")) { $0.last },
                .init("KEY") { $0.key })
        }

        private struct Row {
            let name: String
            let person: String
            let signs: String
            let opens: String
            let until: String
            let last: String
            let key: String

            init(
                _ known: (key: KeyState, device: KnownDevice?, lastAct: LastAct?),
                kit: Digest<Digested.Key>?, opensAll: Bool
            ) {
                let key = known.key.key.thumbprint
                let other = key == kit ? "(the recovery kit)" : "(unknown here)"
                name =
                    known.device?.name
                    ?? (known.key.scopes == [.present] ? "(presents records)" : other)
                person = known.device?.person ?? ""
                signs = known.key.scopes.map(\.rawValue).joined(separator: ",")
                // Where this machine is one that was enrolled, what its share gave it.
                opens =
                    known.device.map {
                        $0.isThisMachine && !opensAll ? "its share" : List.opens($0)
                    } ?? ""
                until = known.key.until.map { LocalTime.day($0) } ?? ""
                last = known.lastAct.map { "\($0.kind.rawValue) \(LocalTime.day($0.at))" } ?? ""
                self.key = key.text
            }
        }

        static func opens(_ device: KnownDevice) -> String {
            if let months = device.months {
                return device.series.map(\.rawValue).joined(separator: ",") + " " + months
            }
            return device.preset == .owner ? "everything" : "nothing"
        }
    }

    struct Share: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "share",
            abstract: "Give a device its keys anew, after an epoch or an era began.",
            discussion: "Example: trine device share 'Li laptop' -o li.share")

        @Argument(help: "What you call it.") var name: String
        @Option(name: .shortAndLong, help: "The file to write.", completion: .file()) var output:
            String
        @OptionGroup var common: CommonOptions

        func outcome() async throws -> Outcome {
            try OutputFile.check(output)
            return try await common.session { session in
                let share = try await session.share(for: name)
                try OutputFile.write(share.bytes, to: output)
                return Outcome(["file": output, "name": name]) {
                    "The keys of \(name) are in \(output), sealed to it."
                }.noting(["on that device: trine device new \(output)"])
            }
        }
    }

    struct Lost: CommonCommand {
        static let configuration = CommandConfiguration(
            commandName: "lost",
            abstract: "Give a device up that was lost, stolen, or whose user left.",
            discussion: """
                Says what it could do and what it did last. Then its key is retired, new records get keys that \
                it doesn't have, and the grants that stand get new envelopes. What it has read stays read. \
                Where it had everything, only a new era ends that: the recovery kit is needed.

                Example: trine device lost 'Li laptop' --yes
                """)

        @Argument(help: "What you call it, or the beginning of its key.") var name: String
        @Flag(help: "Its keys are in wrong hands, not only out of use.") var stolen = false
        @OptionGroup var consent: ConsentOptions
        @OptionGroup var common: CommonOptions

        func outcome() async throws -> Outcome {
            try consent.check()
            return try await common.session { session in
                let lost = try await session.lost(name)
                return try await consent.carryOut(lost.consequences(name)) {
                    try await giveUp(lost, session)
                }
            }
        }

        private func giveUp(_ lost: LostDevice, _ session: Session) async throws -> Outcome {
            let done = try await session.giveUp(lost, stolen ? .keyCompromised : .unspecified)
            let renewed = done.rekeyed.filter(\.isRegistered).count
            return Outcome([
                "index": done.retired?.index, "new_era": lost.needsNewEra, "rekeyed": renewed,
            ]) {
                let retired = done.retired.map { "Its key is retired, entry \($0.index)." }
                return (retired ?? "Its key was retired before.")
                    + (renewed == 0
                        ? "" : " \(counted(renewed, "standing grant")) got new envelopes.")
            }.noting(Self.notes(lost, done.rekeyed.count - renewed, done.raised))
        }

        private static func notes(
            _ lost: LostDevice, _ left: Int, _ raised: [Series: Int64]
        ) -> [String] {
            var notes: [String] = []
            if lost.needsNewEra {
                notes.append(
                    "it had keys of this era: what is sealed from now on opens with them until "
                        + "trine new-era --kit FILE")
            }
            if left > 0 {
                notes.append(
                    "policy forbids to give more to \(counted(left, "standing grant")): what they open ends here"
                )
            }
            if !raised.isEmpty {
                notes.append(
                    "devices that seal the same months need their keys anew: trine device share NAME"
                )
            }
            return notes
        }
    }
}

struct PeopleCommand: ListCommand {
    static let configuration = CommandConfiguration(
        commandName: "people",
        abstract: "List who works with this participant's devices, and what they may do.",
        discussion: "Example: trine people")

    @OptionGroup var listing: ListingOptions
    @OptionGroup var common: CommonOptions

    func outcome(in session: Session) async throws -> Outcome {
        let devices = try await session.devices().compactMap(\.device).filter { !$0.person.isEmpty }
        let people = Dictionary(grouping: devices, by: \.person).sorted { $0.key < $1.key }
        return .list(
            "people", people, none: "Nobody but whoever uses this machine.",
            .init("PERSON") { $0.key },
            .init("DEVICES") { $0.value.map(\.name).joined(separator: ", ") },
            .init("AS") { Set($0.value.map(\.preset.rawValue)).sorted().joined(separator: ", ") })
    }
}

/// A file of an enrolment.
private enum DeviceFile {
    static func read<Content: Message>(_ path: String, as _: Content.Type) throws -> Content {
        let bytes = try InputFile.bytes(path, limit: Content.maximumBytes)
        guard let content = try? Content(parsing: bytes) else {
            throw ClientError.enrolment(.notThisStep)
        }
        return content
    }
}

extension LostDevice {
    /// What it could do and did, and what giving it up does.
    fileprivate func consequences(_ name: String) -> Consequences {
        Consequences(
            lines: words + [
                "",
                "Its key would be retired: nothing that it signs from then on is taken.",
                "New records would get keys that it doesn't have, and the grants that stand new "
                    + "envelopes.",
            ],
            members: [
                "last_act": lastAct.map {
                    ["at": $0.at, "index": $0.index, "kind": $0.kind.rawValue] as Members
                },
                "name": name, "new_era": needsNewEra, "opens": opens,
                "scopes": scopes.map(\.rawValue),
            ], word: name)
    }

    private var words: [String] {
        let all = KeyScope.allCases.filter { $0 != .all && $0 != .serve && $0 != .approve }
        let could = scopes.contains(.all) ? all : scopes
        let never = all.filter { !could.contains($0) }
        var lines = ["It could: \(could.map(\.rawValue).joined(separator: ", "))."]
        if scopes.contains(.all) {
            lines.append("It could add and retire keys.")
        } else {
            lines.append(
                "It never could: \(never.map(\.rawValue).joined(separator: ", ")), add keys.")
        }
        lines.append(
            needsNewEra && scopes.contains(.all)
                ? "It opens all \(counted(opens, "record"))."
                : "It opens \(counted(opens, "record")).")
        lines.append(
            lastAct.map {
                "Its last act: \($0.kind.rawValue), entry \($0.index), \(LocalTime.minute($0.at))."
            }
                ?? "It never signed anything.")
        return lines
    }
}

extension EnrolmentFault {
    var complaint: Complaint {
        switch self {
        case .notThisStep:
            .usage("this isn't the file that comes now")
                .hint("in their order: offer, request, reveal, share; see trine device --help")
        case .unknown(let name):
            .usage("no device is called \(name)").hint("list them: trine device list")
        case .nameTaken(let name): .usage("a device is called \(name) already")
        case .secondRequest:
            .untrusted("another device asked for this already")
                .hint("begin again with another name, and hand the files over by another way")
        case .wrongRequest:
            .untrusted("this request isn't for what was offered, or its key's proof doesn't hold")
                .hint("begin again, and hand the files over by another way")
        case .wrongReveal:
            .untrusted("this isn't what the owner had committed to: somebody changed a file")
                .hint("begin again, and hand the files over by another way")
        case .otherWords:
            Complaint(
                .substituted,
                ["the words on the new device are others: somebody changed a file on the way"]
            )
            .hint("nothing was registered; begin again with another name, and another way")
        }
    }
}
