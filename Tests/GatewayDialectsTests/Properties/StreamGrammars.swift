import GatewayCore
import HTTPWire
import JSONBytes

@testable import GatewayDialects

/// What is wrong with a stream for a client of any format, whole or cut.
enum StreamGrammars {
    /// - Parameter isWhole: whether the end mark has been written.
    static func fault(_ chunks: [BodyChunk], in format: ChatFormat, isWhole: Bool) throws -> String? {
        let bytes = chunks.flatMap(\.bytes)
        guard (ends(bytes, format) == 1) == isWhole else { return "\(ends(bytes, format)) ends" }
        switch format {
        case .openAIChat: return try ChatChunkGrammar.fault(chunks)
        case .openAIResponses: return try OpenAIResponsesStreamChecker(chunks).fault
        case .anthropic: return anthropicGrammarFault(bytes)
        case .gemini: return geminiStreamFault(isWhole ? bytes : bytes + lastPiece)
        case .bedrock: preconditionFailure("no client speaks it")
        }
    }

    private static func ends(_ bytes: [UInt8], _ format: ChatFormat) -> Int {
        let events = GeminiSupport.events(bytes)
        return events.filter { event in
            switch format {
            case .openAIChat: event.data.elementsEqual("[DONE]".utf8)
            case .openAIResponses: event.isNamed("response.completed") || event.isNamed("response.incomplete")
            case .anthropic: event.isNamed("message_stop")
            case .gemini: (try? JSONValue(parsing: Array(event.data)))?["candidates"]?[0]?["finishReason"] != nil
            case .bedrock: false
            }
        }.count
    }

    /// A cut stream of Gemini's is a good one but for this.
    private static let lastPiece = Array(
        (#"data: {"candidates":[{"content":{"role":"model","parts":[{"text":""}]},"finishReason":"STOP","index":0}],"#
            + #""modelVersion":"m","responseId":"r"}"# + "\n\n").utf8)
}

/// What a stream tells, in any format: the same words, calls, end and counts, however they are cut.
struct StreamMeaning: Equatable {
    var words = ""
    var thoughts = ""
    var calls: [ChatCall] = []
    var stop = ""
    var counts: [Int] = []
    /// Whether a call's arguments are no object, which some formats cannot say.
    var isMalformed = false

    init(_ events: [ChatEvent]) {
        let tally = ChatEventTally(events)
        thoughts = tally.thoughts
        for call in tally.calls {
            let arguments = try? JSONValue(parsing: Array(call.arguments.utf8))
            if arguments?.object == nil { isMalformed = true }
            let text = arguments.map { String(decoding: $0.written(), as: UTF8.self) } ?? call.arguments
            calls.append(ChatCall(id: call.id, name: call.name, arguments: text))
        }
        var isWords = false
        for event in events {
            if case .begin(let start) = event { isWords = start == .text || start == .refusal }
            if case .delta(let text) = event, isWords { words += text }
        }
        switch tally.stop {
        case .length: stop = "length"
        case .filtered: stop = "filtered"
        case .calls, .finished, .sequence: stop = calls.isEmpty ? "finished" : "calls"
        case nil: stop = "none"
        }
        if let usage = tally.usage { counts = [usage.input, usage.output, usage.cachedInput, usage.reasoning] }
    }
}
