import GatewayConfig
import GatewayCore
import Synchronization

/// The credentials of all providers, so that a reload does not fetch tokens anew.
package final class CredentialTable: Sendable {
    struct Key: Hashable {
        let provider: String
        let config: CredentialConfig
        /// AWS's region; empty elsewhere.
        let region: String
        let proxy: String?
        let certificateAuthorities: [UInt8]?
    }

    private let credentials = Mutex<[Key: any RequestCredential]>([:])

    /// Tells the operator about fetches; called on whatever worker found out.
    let report: @Sendable (CredentialNews) -> Void

    package init(report: @escaping @Sendable (CredentialNews) -> Void = { _ in }) {
        self.report = report
    }

    /// The credential of a provider, made at its first mention.
    func credential(_ key: Key, make: () -> any RequestCredential) -> any RequestCredential {
        credentials.withLock { credentials in
            if let credential = credentials[key] { return credential }
            let credential = make()
            credentials[key] = credential
            return credential
        }
    }

    /// Forgets what none of `targets` has, those of the file that is live now.
    func keep(_ targets: [Target]) {
        let kept = Set(targets.compactMap { $0.provider.credential.map(ObjectIdentifier.init) })
        credentials.withLock { credentials in credentials = credentials.filter { kept.contains(ObjectIdentifier($0.value)) } }
    }
}
