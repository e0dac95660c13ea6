/// The `listen` block: where apps connect.
package struct ListenConfig: Equatable, Sendable {
    /// Takes effect at start only. Port 0 lets the kernel choose.
    package let address: ListenAddress
    /// nil: no CORS headers are sent and a preflight is an ordinary request.
    package let cors: CORSConfig?
    package let limits: ListenLimitsConfig
}
