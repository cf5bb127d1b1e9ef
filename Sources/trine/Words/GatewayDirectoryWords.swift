import Custody
import Gateway

extension GatewayDirectory {
    /// Its settings. Throws ``Complaint`` where there is no gateway in the directory.
    func knownSettings() throws -> Settings {
        do { return try settings() } catch HomeError.missing {
            throw Complaint.home("there is no gateway in \(path)").named("gateway-missing")
                .hint("bring it back from a backup, or begin a log: trine gateway init \(path)")
        }
    }
}
