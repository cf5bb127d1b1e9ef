import Interface
public import Sharing
import Wire

/// A motion with what belongs to it, as it travels from one authority to another, by mail for
/// example. It is no format of the log.
public struct Proposal: Sendable {
    public let motion: Motion
    /// A policy set's texts; else empty.
    public let blob: [UInt8]
    /// Whether it was made here, of an application that was looked at: a file says nothing about that.
    var isVouchedFor = false

    public static let firstLine = "trine-motion/1\n"
    /// The payload, its disclosures and the blob, in base64url.
    public static let maximumBytes = Frame.maximumBytes / 3 * 4 + 4096

    init(_ motion: Motion, blob: [UInt8]) {
        self.motion = motion
        self.blob = blob
    }

    /// Reads a file. What the motion says has its form; who proposed it isn't proven. Throws
    /// ``ClientError/notAMotion``.
    public init(parsing file: [UInt8]) throws(ClientError) {
        guard let text = file.line(after: Self.firstLine),
            let content = try? Content(parsing: text),
            let disclosures = Disclosure.split(content.disclosures),
            let motion = try? Motion(
                parsing: content.payload, kind: content.kind, disclosures: disclosures)
        else { throw .notAMotion }
        self.init(motion, blob: content.blob)
    }

    public var file: [UInt8] {
        let content = Content(
            kind: motion.kind, payload: motion.payload,
            disclosures: Disclosure.join(motion.disclosures), blob: blob)
        return Array(Self.firstLine.utf8) + content.bytes + [UInt8(ascii: "\n")]
    }

    private struct Content: Message {
        let kind: Kind
        let payload: [UInt8]
        let disclosures: [UInt8]
        let blob: [UInt8]

        static let maximumBytes = Proposal.maximumBytes

        static let shape = Shape<Content>(
            Content.init(kind:payload:disclosures:blob:),
            .required("kind", \.kind, .word("kind")),
            .required("payload", \.payload, .base64URL(0...JWS.maximumBytes, "payload")),
            .required(
                "disclosures", \.disclosures,
                .base64URL(0...Limits.disclosureBytes, "disclosures")),
            .required("blob", \.blob, .base64URL(0...Frame.maximumBlobBytes, "blob")))
    }
}

/// An authority's approval of a motion as it travels back.
public enum ApprovalFile {
    public static let firstLine = "trine-approval/1\n"
    public static let maximumBytes = JWS.maximumBytes + 32

    public static func bytes(_ approval: Approval) -> [UInt8] {
        Array(firstLine.utf8) + approval.jws.bytes + [UInt8(ascii: "\n")]
    }

    /// Throws ``ClientError/notAnApproval``; the signature isn't checked.
    public static func read(_ file: [UInt8]) throws(ClientError) -> Approval {
        guard let text = file.line(after: firstLine), let approval = try? Approval(parsing: text)
        else { throw .notAnApproval }
        return approval
    }
}

extension [UInt8] {
    /// The one line that follows `first`; `nil` where the file is anything else.
    fileprivate func line(after first: String) -> [UInt8]? {
        guard starts(with: first.utf8), last == UInt8(ascii: "\n") else { return nil }
        return Array(dropFirst(first.utf8.count).dropLast())
    }
}
