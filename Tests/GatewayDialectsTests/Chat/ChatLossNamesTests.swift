import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

/// Whoever reads `x-weir-dropped` or a 400 looks for the name in the request that they sent.
@Suite("The names of what a translation leaves out")
struct ChatLossNamesTests {
    private func losses(_ client: ChatFormat, to target: ChatFormat, _ fill: (inout ChatRequest) -> Void) throws -> [String] {
        var request = ChatRequest(format: client, model: "m")
        request.turns = [ChatTurn(.user, [.text("Hello")])]
        fill(&request)
        var losses = ChatLosses(policy: .drop, target: target)
        _ = try target.wire.body(of: request, for: ChatTargetFacts(model: "m"), losses: &losses)
        return losses.dropped
    }

    @Test(arguments: [
        (ChatFormat.openAIChat, "response_format"), (.openAIResponses, "text.format"), (.gemini, "generationConfig.responseMimeType"),
    ])
    func `are the client's for JSON without a schema`(client: ChatFormat, name: String) throws {
        #expect(try losses(client, to: .anthropic) { $0.output = .json } == [name])
    }

    @Test(arguments: [ChatFormat.openAIChat, .openAIResponses])
    func `are the client's for a result that is a failure`(target: ChatFormat) throws {
        for (client, name) in [(ChatFormat.anthropic, "place.is_error"), (.gemini, "place.response.error")] {
            let dropped = try losses(client, to: target) {
                $0.turns.append(ChatTurn(.assistant, [.call(ChatCall(id: "a", name: "f", arguments: "{}"))]))
                $0.turns.append(ChatTurn(.tool, [.result(ChatResult(id: "a", parts: [.text("It broke.")], isError: true, place: "place"))]))
            }

            #expect(dropped == [name])
        }
    }

    @Test(arguments: [
        (ChatFormat.openAIChat, "place.filename"), (.openAIResponses, "place.filename"), (.anthropic, "place.title"), (.gemini, "place.displayName"),
    ])
    func `are the client's for the title of a document`(client: ChatFormat, name: String) throws {
        let part = ChatPart.document(ChatMedia(.text("A weir is a dam."), title: "weir.txt"))
        for target in [ChatFormat.openAIChat, .openAIResponses, .gemini] {
            #expect(try losses(client, to: target) { $0.turns.append(ChatTurn(.user, [part], place: "place")) } == [name])
        }
    }
}
