import YAMLReader

/// A scalar as a field sees it, references replaced.
struct ScalarText {
    let text: String
    let isPlain: Bool
    /// Whether a part of it came from the environment or a file, and so must not be shown.
    let isReference: Bool

    init(_ text: String, isPlain: Bool, isReference: Bool = false) {
        self.text = text
        self.isPlain = isPlain
        self.isReference = isReference
    }

    /// Whether the file says nothing here, or says that it says nothing.
    var isNull: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(text) }

    /// For messages.
    var shown: String { isReference ? "what its reference stands for" : text.quotedBriefly }
}

/// Why a scalar is not what its field takes, worded to follow the field's name.
struct ScalarMistake: Error {
    let message: String
    let hint: String?

    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }
}

/// How one kind of scalar is read.
struct ScalarType<Value: Sendable>: Sendable {
    /// Stands in for a value that could not be read, so that reading goes on to the next mistake.
    let placeholder: Value
    let parse: @Sendable (ScalarText) throws(ScalarMistake) -> Value
}
