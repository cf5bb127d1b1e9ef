import Foundation
import Importing
import Interface
import Sharing
import TestSupport
import Testing
import Verification
import Wire

@testable import Client
@testable import Custody

@Suite struct HomeTests {
    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    @Test func filesAreTheirOwnersAlone() throws {
        let scratch = try Scratch()
        let home = Home(scratch.path + "/deep/below/home/")
        try home.make()
        #expect(try mode(home.directory) == 0o700)
        #expect(try mode(scratch.path + "/deep") == 0o700)
        try home.replace(.contacts, with: Array("one".utf8))
        #expect(try mode(home.path(.contacts)) == 0o600)
        #expect(try home.read(.contacts) == Array("one".utf8))
        try home.replace(.contacts, with: Array("two".utf8))
        #expect(try home.read(.contacts) == Array("two".utf8))
        #expect(try home.read(.view) == nil)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: home.directory) == ["contacts"])
    }

    @Test func homesThatOthersCanReadAreRefused() throws {
        let scratch = try Scratch()
        let home = scratch.home("home")
        try home.make()
        chmod(home.directory, 0o750)
        #expect(throws: HomeError.exposed(path: home.directory)) { try home.check() }
        chmod(home.directory, 0o700)
        try home.check()
        #expect(throws: HomeError.missing(path: scratch.path + "/none")) {
            try scratch.home("none").check()
        }
    }

    /// What was there stays where writing fails, and a temporary file that a crash left is no harm.
    @Test func replacingIsAllOrNothing() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/file"
        try PrivateFile.replace(path, with: Array("old".utf8))
        try Data("half".utf8).write(to: URL(fileURLWithPath: path + ".new"))
        #expect(try PrivateFile.read(path, limit: 10) == Array("old".utf8))
        try PrivateFile.replace(path, with: Array("new".utf8))
        #expect(try PrivateFile.read(path, limit: 10) == Array("new".utf8))
        try FileManager.default.createDirectory(
            atPath: path + ".new", withIntermediateDirectories: false)
        #expect(throws: HomeError.self) { try PrivateFile.replace(path, with: [1]) }
        #expect(try PrivateFile.read(path, limit: 10) == Array("new".utf8))
        #expect(throws: HomeError.tooLarge(path: path, limit: 2)) {
            try PrivateFile.read(path, limit: 2)
        }
    }

    @Test func oneOperationAtATime() throws {
        let scratch = try Scratch()
        let home = scratch.home("home")
        try home.make()
        var lock: HomeLock? = try home.lock()
        let busy = HomeError.busy(path: home.directory, holder: "trine, process \(getpid())")
        #expect(throws: busy) { try home.lock() }
        // Files are replaced meanwhile.
        #expect(try home.changingFiles { 7 } == 7)
        // What is let go of is free at once, whoever is just being started.
        let copy = try #require(DescriptorCopy(of: home.directory + "/lock"))
        withExtendedLifetime(lock) {}
        lock = nil
        _ = try home.lock()
        withExtendedLifetime(copy) {}
    }

    /// Whoever replaces files waits until the other has finished.
    @Test func filesAreReplacedOneAfterTheOther() async throws {
        let scratch = try Scratch()
        let home = scratch.home("home")
        try home.make()
        var lock: HomeLock? = try home.lockFiles()
        async let waited = BlockingWork.run { try home.lockFiles() }
        try await Task.sleep(for: .milliseconds(50))
        withExtendedLifetime(lock) {}
        lock = nil
        _ = try await waited
    }

    @Test func theUsualHomeIsNamedByTheEnvironment() {
        #expect(Home.usual(["TRINE_HOME": "/a/b/", "HOME": "/h"]).directory == "/a/b")
        #expect(Home.usual(["HOME": "/h"]).directory == "/h/.trine")
        #expect(Home.usual(["TRINE_HOME": "", "HOME": "/h"]).directory == "/h/.trine")
    }
}

@Suite struct InvitationTests {
    private let pin = String(repeating: "A", count: 43)
    private let secret = String(repeating: "A", count: 22)

    @Test func wholeInvitationsAreRead() throws {
        for address in [
            "https://gateway.example", "https://gateway.example:8443/trine", "http://127.0.0.1:80",
            "http://localhost", "http://[::1]:8087",
        ] {
            let text = "\(address)#\(pin).\(secret).e-one"
            let invitation = try Invitation(parsing: text)
            #expect(invitation.log.gateway.text == address)
            #expect(invitation.handle == Handle("e-one") && invitation.description == text)
            #expect(try LogAddress(parsing: text) == invitation.log)
            #expect(invitation.log.description == "\(address)#\(pin)")
        }
        let slash = try LogAddress(parsing: "https://a.example/#\(pin)")
        #expect(slash.gateway.text == "https://a.example")
        for (end, error) in [
            ("", InvitationError.onlyAddress), (".", .malformedSecret),
            (".\(secret)", .malformedSecret), (".\(secret).", .malformedSecret),
            (".\(secret).E", .malformedSecret), (".\(secret)A.e-one", .malformedSecret),
            (".\(secret).e-one.", .malformedSecret),
            (".\(secret.dropLast())B.e-one", .malformedSecret),
        ] {
            #expect(throws: error) { try Invitation(parsing: "https://a.example#\(pin)\(end)") }
        }
    }

    @Test(arguments: [
        ("https://gateway.example", InvitationError.notPinned),
        ("https://gateway.example#", .malformedPin),
        ("https://gateway.example#short", .malformedPin),
        ("https://gateway.example#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB", .malformedPin),
        (
            "http://gateway.example#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            .plainHTTP(host: "gateway.example")
        ),
        (
            "http://127.0.0.1.example#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            .plainHTTP(host: "127.0.0.1.example")
        ),
        ("ftp://gateway.example#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", .malformedAddress),
        ("gateway.example#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", .malformedAddress),
        (
            "https://me:secret@gateway.example#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            .malformedAddress
        ),
        (
            "https://gateway.example?x=1#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            .malformedAddress
        ),
        ("#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", .malformedAddress),
    ])
    func othersAreRefused(text: String, error: InvitationError) {
        #expect(throws: error) { try Invitation(parsing: text) }
    }
}

@Suite struct ContactsTests {
    @Test func namesGoBothWays() throws {
        var contacts = try Contacts(
            parsing: Array("# people\nnorthbank Northern  Bank\n\n  e-7k2m9q4x Example GmbH\n".utf8)
        )
        let north = Handle("northbank")!
        #expect(contacts.handle("northern bank") == north)
        #expect(contacts.handle("northbank") == north)
        #expect(contacts.handle("somebody") == Handle("somebody"))
        #expect(contacts.handle("Nobody At All") == nil)
        #expect(contacts.shown(north) == "Northern Bank (northbank)")
        #expect(contacts.shown(Handle("other")!) == "other")
        #expect(try Contacts(parsing: contacts.bytes) == contacts)
        contacts.forget(north)
        #expect(contacts.handle("Northern Bank") == nil)
    }

    /// A name that leads to two, or looks like another's handle, would send data to the wrong one.
    @Test func namesAreUnambiguous() throws {
        var contacts = Contacts()
        try contacts.name(Handle("northbank")!, "Northern Bank")
        #expect(throws: ContactError.ambiguous("NORTHERN BANK")) {
            try contacts.name(Handle("southbank")!, "NORTHERN BANK")
        }
        #expect(throws: ContactError.ambiguous("northbank")) {
            try contacts.name(Handle("southbank")!, "northbank")
        }
        for name in ["", "  ", "a\u{1b}[31m", String(repeating: "x", count: 101)] {
            #expect(throws: ContactError.malformedName) {
                try contacts.name(Handle("southbank")!, name)
            }
        }
        #expect(throws: ContactError.malformed(line: 2)) {
            try Contacts(parsing: Array("northbank North\nNOT-A-HANDLE x\n".utf8))
        }
    }
}

@Suite struct ConfigurationTests {
    @Test func isReadAsWritten() throws {
        let configuration = Configuration(
            gateway: try GatewayAddress(parsing: "https://gateway.example"),
            origin: Origin("trine.example/a")!,
            genesis: Digest(hashing: [1]), handle: Handle("e-7k2m9q4x")!,
            roles: [.lender, .enterprise],
            identifiers: [RegisteredIdentifier(scheme: "vat", id: "DE 123456789")!])
        let bytes = configuration.bytes
        #expect(try Configuration(parsing: bytes) == configuration)
        for place in bytes.indices where place % 7 == 0 {
            var cut = bytes
            cut.remove(at: place)
            #expect((try? Configuration(parsing: cut)) != configuration)
        }
    }
}

@Suite struct OutboxTests {
    private func outbox() throws -> (Scratch, Home, Keyring) {
        let scratch = try Scratch()
        let home = scratch.home("home")
        try home.make()
        var random = SystemRandomNumberGenerator()
        return (scratch, home, Keyring(using: &random))
    }

    private let content = Outbox.Content.frames([
        Frame(jws: Array("signed".utf8), disclosures: Array("to whom~".utf8), blob: [1, 2, 3])
    ])

    @Test func keepsWhatWasSignedUntilItIsDropped() throws {
        let (scratch, home, keyring) = try outbox()
        var random = SystemRandomNumberGenerator()
        var outbox = try Outbox(in: home, keyring: keyring)
        let first = try outbox.add(content, using: &random)
        let second = try outbox.add(.fetch(Array("call".utf8)), using: &random)
        var reopened = try Outbox(in: home, keyring: keyring)
        #expect(reopened.numbers == [first.number, second.number])
        #expect(try reopened.parcel(first.number) == first)
        #expect(try reopened.parcel(second.number) == second)
        try reopened.remove(first.number)
        #expect(try Outbox(in: home, keyring: keyring).numbers == [second.number])
        let third = try reopened.add(content, using: &random)
        #expect(third.number > second.number)
        withExtendedLifetime(scratch) {}
    }

    /// To whom a grant is, stands in its disclosures: nothing of a parcel is readable on disk, and
    /// no file passes for another.
    @Test func parcelsAreSealed() throws {
        let (scratch, home, keyring) = try outbox()
        var random = SystemRandomNumberGenerator()
        var outbox = try Outbox(in: home, keyring: keyring)
        let parcel = try outbox.add(content, using: &random)
        _ = try outbox.add(content, using: &random)
        let directory = home.directory + "/outbox/"
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: directory + names[0]))
        #expect(bytes.range(of: Data("to whom".utf8)) == nil)
        #expect(bytes.range(of: Data("signed".utf8)) == nil)
        try bytes.write(to: URL(fileURLWithPath: directory + names[1]))
        #expect(throws: HomeError.self) { try outbox.parcel(parcel.number + 1) }
        var changed = bytes
        changed[changed.count - 1] ^= 1
        try changed.write(to: URL(fileURLWithPath: directory + names[0]))
        #expect(throws: HomeError.self) { try outbox.parcel(parcel.number) }
        withExtendedLifetime(scratch) {}
    }
}
