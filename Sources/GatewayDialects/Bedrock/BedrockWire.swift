package import GatewayCore
package import JSONBytes

/// Amazon Bedrock's Converse, as a provider's format.
///
/// Shapes are those of the service's own model (`bedrock-runtime`, 2023-09-30), as botocore 1.44 ships it.
///
/// - SeeAlso: wire.md, section 6.3; https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
package enum BedrockWire: ChatProviderWire {
    package static func body(
        of request: ChatRequest, for target: ChatTargetFacts, losses: inout ChatLosses
    ) throws(GatewayError) -> JSONValue {
        let marks = BedrockCacheMarks(request, for: BedrockMaker(model: target.model))
        var request = request
        request.extras = marks.rest(of: request.extras)
        try losses.takeExtras(of: request)
        var writer = BedrockRequestWriter(request: request, target: target, marks: marks, losses: losses)
        defer { losses = writer.losses }
        return try writer.body()
    }

    package static func answer(from body: JSONValue, ids: ChatIDs) throws(ChatFault) -> ChatAnswer {
        var reader = BedrockAnswerReader(ids: ids)
        return try reader.read(body)
    }

    package static func reader(ids: ChatIDs) -> any ChatStreamReader { BedrockStreamReader(ids: ids) }
}
