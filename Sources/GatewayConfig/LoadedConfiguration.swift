/// A checked configuration with the bytes that it was made from.
package struct LoadedConfiguration: Sendable {
    package struct OtherFile: Equatable, Sendable {
        package let path: String
        package let bytes: [UInt8]
    }

    package let configuration: Configuration
    /// What is allowed and yet looks like a mistake.
    package let warnings: [Diagnostic]
    /// The file itself, for a hash that tells one configuration from another.
    package let bytes: [UInt8]
    /// The files behind `${file:…}` and `ca`, in the order of their first mention. Never to be shown; hashing them too notices rotated secrets.
    package let otherFiles: [OtherFile]
    /// What no message about it may show.
    package let references: ReferencedTexts
    /// Where the file says what only a new process would take up.
    let restartPlaces: RestartPlaces
}
