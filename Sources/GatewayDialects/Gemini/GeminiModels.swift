import JSONBytes

/// The list of models, made from the file: what a client may name here, not what a provider has.
package enum GeminiModels {
    private static let methods: JSONValue = ["generateContent", "streamGenerateContent", "countTokens", "embedContent"]

    /// The answer to `GET /v1beta/models`.
    package static func list(_ names: [String]) -> [UInt8] {
        JSONValue.object(["models": .array(names.map(model))]).written()
    }

    /// The answer to `GET /v1beta/models/{model}`.
    package static func one(_ name: String) -> [UInt8] { model(name).written() }

    private static func model(_ name: String) -> JSONValue {
        ["name": .string("models/\(name)"), "displayName": .string(name), "supportedGenerationMethods": methods]
    }
}
