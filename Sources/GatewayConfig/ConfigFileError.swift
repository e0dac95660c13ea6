/// Why a file could not be used.
package enum ConfigFileError: Error, Equatable, Sendable {
    /// With the system's words for it.
    case unreadable(reason: String)
    case notRegular
    case empty
    /// Not UTF-8.
    case notText
    case tooLarge(bytesMax: Int)
    /// Someone was writing it: its size or time changed between opening and the last byte.
    case changedWhileRead

    package var message: String {
        switch self {
        case .unreadable(let reason): "cannot be read: \(reason)"
        case .notRegular: "is not a regular file"
        case .empty: "is empty"
        case .notText: "is not UTF-8 text"
        case .tooLarge(let bytesMax): "is larger than \(SizeText.text(bytesMax))"
        case .changedWhileRead: "changed while it was read"
        }
    }
}
