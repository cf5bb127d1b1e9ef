public import Custody
import Foundation
public import Interface
import Sharing
import Wire

/// An application that took the place of a rejected one.
public struct Reapplication: Sendable {
    public let application: Application
    /// Where the home of the earlier application is now.
    public let earlier: String
}

extension Home {
    /// Whether `applicant` says something else than what was sent from here, and `invitation` is another
    /// one for the same handle: an authority makes one only after it has rejected what was sent. Throws
    /// ``HomeError``.
    public func corrects(
        _ applicant: Applicant, with invitation: Invitation
    ) throws(HomeError) -> Bool {
        guard isInhabited, let earlier = try application() else { return false }
        let known = try configuration()
        return known.log == invitation.log && known.handle == invitation.handle
            && earlier.token != invitation.secret.token(for: invitation.log.genesis)
            && (earlier.identity != applicant.said(invitation.handle)
                || earlier.roles != applicant.roles.sorted())
    }

    /// Applies anew where a mistake was in the application that was sent from here.
    ///
    /// Every key's proof is about what its owner said of itself, the recovery key's too, and that one isn't
    /// here: so there are new keys and a new kit. They are made in a home beside this one, which takes
    /// its place once the gateway took the application; this one is moved, and nothing of it is lost.
    /// Throws what ``join(_:as:under:keeping:surroundings:transport:)`` does.
    public func reapply(
        _ invitation: Invitation, as applicant: Applicant, under protection: Protection,
        keeping keep: @Sendable (RecoveryKit) throws -> Void,
        surroundings: Surroundings = .system,
        transport: @Sendable (GatewayAddress) -> any Transport = { HTTPTransport($0) }
    ) async throws -> Reapplication {
        // Whose home it is, nobody else puts another in its place.
        _ = try await BlockingWork.run { try unlock(protection.passphrase, protection.cost) }
        let here = URL(fileURLWithPath: directory).standardizedFileURL.path
        let beside = Home(here + ".new")
        let application: Application
        do {
            application = try await beside.join(
                invitation, as: applicant, under: protection, keeping: keep,
                surroundings: surroundings, transport: transport)
        } catch {
            if !beside.isInhabited { beside.removeDirectory() }
            throw error
        }
        let earlier = Self.free(here + ".rejected")
        try Self.move(here, to: earlier)
        // Between these two no home is here, and both are there: joining again goes on.
        try Self.move(beside.directory, to: here)
        return Reapplication(application: application, earlier: earlier)
    }

    private func removeDirectory() { try? FileManager.default.removeItem(atPath: directory) }

    private static func free(_ path: String) -> String {
        let paths = sequence(first: 1) { $0 + 1 }.lazy.map { $0 == 1 ? path : "\(path)-\($0)" }
        guard let free = paths.first(where: { !FileManager.default.fileExists(atPath: $0) }) else {
            preconditionFailure("there are more numbers than files")
        }
        return free
    }

    private static func move(_ path: String, to other: String) throws(HomeError) {
        guard rename(path, other) == 0 else {
            throw .system(path: path, call: "rename", code: errno)
        }
    }
}
