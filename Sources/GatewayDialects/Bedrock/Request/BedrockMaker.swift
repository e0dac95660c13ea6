/// Who made a model, as far as ids say it: `anthropic.claude-…`, `eu.amazon.nova-…`, `arn:…:foundation-model/openai.gpt-oss-…`.
///
/// How thinking is asked for differs from maker to maker, and is not part of Converse. What stands behind an inference profile of one's own its ARN does
/// not say: then it is `other`.
///
/// - SeeAlso: https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html
enum BedrockMaker: Equatable, Sendable {
    case anthropic, amazon, openai, other

    init(model: String) {
        // The last part of an ARN, or all; then without the region's prefix.
        let id = model.split(separator: "/").last.map(String.init) ?? model
        let words = id.split(separator: ".").map { $0.lowercased() }
        if words.dropLast().contains("anthropic") {
            self = .anthropic
        } else if words.dropLast().contains("amazon") {
            self = .amazon
        } else if words.dropLast().contains("openai") {
            self = .openai
        } else {
            self = .other
        }
    }
}
