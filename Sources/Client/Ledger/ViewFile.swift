import Custody
import Wire

/// The view as it lies on disk, encrypted. It is a cache: without it, or with one that can't be read,
/// the log is read from the beginning.
struct ViewFile {
    let home: Home
    let key: Secret

    init(home: Home, keyring: Keyring) {
        self.home = home
        key = keyring.fileKey("view")
    }

    /// `nil` where there is none for `handle` that lists as much.
    func read(of handle: Handle, seesAll: Bool = false) throws(HomeError) -> View? {
        guard let sealed = try home.read(.view), let plain = SecretBox.open(sealed, under: key),
            let document = try? JSONDocument(.canonical, plain),
            let view = try? View.shape.read(document.root), view.handle == handle,
            view.seesAll == seesAll
        else { return nil }
        return view
    }

    func write(_ view: View, using random: inout some RandomNumberGenerator) throws(HomeError) {
        try home.replace(
            .view,
            with: SecretBox.seal(View.shape.bytes(of: view), under: key, using: &random))
    }
}
