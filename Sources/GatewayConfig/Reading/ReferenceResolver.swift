/// Replaces references by what they stand for, reading each file once.
struct ReferenceResolver {
    /// The mistakes name variables and files, never their contents.
    struct Missing: Error {
        let messages: [String]
    }

    static let secretBytesMax = 64 << 10

    private let environment: ConfigEnvironment
    private let folder: String
    private var files: [String: Result<String, ConfigFileError>] = [:]
    private(set) var secretFiles: [LoadedConfiguration.OtherFile] = []

    /// - Parameter folder: what relative paths are relative to; empty for the current one.
    init(environment: ConfigEnvironment, folder: String) {
        self.environment = environment
        self.folder = folder
    }

    func path(_ path: String) -> String {
        path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)"
    }

    /// - Returns: the whole text, and what in it came from outside the file.
    mutating func resolve(_ text: ReferenceText) throws(Missing) -> (text: String, values: [String]) {
        var result = ""
        var values: [String] = []
        var messages: [String] = []
        for piece in text.pieces {
            switch piece {
            case .literal(let literal): result += literal
            case .variable(let name, let fallback):
                let value = environment.variable(name)
                if let value, !value.isEmpty {
                    result += value
                    values.append(value)
                } else if let fallback {
                    result += fallback
                } else {
                    messages.append("the environment variable \(name) is \(value == nil ? "not set" : "empty")")
                }
            case .file(let path):
                switch content(of: self.path(path)) {
                case .success(let content):
                    result += content
                    values.append(content)
                case .failure(let error): messages.append("the file \(self.path(path)) \(error.message)")
                }
            }
        }
        guard messages.isEmpty else { throw Missing(messages: messages) }
        return (result, values)
    }

    /// Without the newline that editors and `echo` put at the end.
    private mutating func content(of path: String) -> Result<String, ConfigFileError> {
        if let known = files[path] { return known }
        let result = environment.readFile(path, Self.secretBytesMax).flatMap { bytes -> Result<String, ConfigFileError> in
            secretFiles.append(LoadedConfiguration.OtherFile(path: path, bytes: bytes))
            guard let text = String(validating: bytes, as: UTF8.self) else { return .failure(.notText) }
            let trimmed = text.hasSuffix("\r\n") || text.hasSuffix("\n") ? text.dropLast() : text[...]
            return trimmed.isEmpty ? .failure(.empty) : .success(String(trimmed))
        }
        files[path] = result
        return result
    }
}
