/// What a configuration may read besides itself.
package struct ConfigEnvironment: Sendable {
    /// What happens to a `${env:…}` or `${file:…}` that is not there.
    package enum Missing: Sendable {
        case refuse
        /// A warning instead: checks a file where its secrets are not, such as in CI. The result must not serve requests.
        case warn
    }

    /// The value of an environment variable; nil when it is not set.
    package var variable: @Sendable (_ name: String) -> String?
    /// The bytes of a regular file of at most so many.
    package var readFile: @Sendable (_ path: String, _ bytesMax: Int) -> Result<[UInt8], ConfigFileError>
    package var missing: Missing
    /// Seconds since 1970, for what expires.
    package var now: @Sendable () -> Int

    package init(
        variable: @escaping @Sendable (_ name: String) -> String?,
        readFile: @escaping @Sendable (_ path: String, _ bytesMax: Int) -> Result<[UInt8], ConfigFileError>,
        missing: Missing = .refuse, now: @escaping @Sendable () -> Int = { 0 }
    ) {
        self.variable = variable
        self.readFile = readFile
        self.missing = missing
        self.now = now
    }
}
