package import GatewayCore
import HTTPWire
import JSONBytes

/// Turns a stored answer into the form that this client asked for: a whole answer into a stream, or a stream into a whole answer.
///
/// What is known of an answer survives both ways: all choices, tool calls, refusals, log probabilities, annotations, token counts, and
/// members that nobody knows yet. Where that cannot be promised the result is nil, and the provider has to be asked.
///
/// - SeeAlso: wire.md, sections 3.2 and 3.3
package enum OpenAIReplay {
    /// The events of a stream that says what `body` says, its end mark included. The event with the token counts is marked as such.
    ///
    /// - Returns: nil for an answer that has no streamed form here: embeddings have none, and responses have too many kinds of events.
    package static func stream(fromJSON body: [UInt8], operation: Operation) -> [BodyChunk]? {
        guard operation == .chatCompletions || operation == .completions else { return nil }
        guard let answer = try? JSONValue(parsing: body).object, let choices = answer["choices"]?.array else { return nil }
        let isChat = operation == .chatCompletions
        var head = answer
        head["choices"] = nil
        head["usage"] = nil
        if isChat { head["object"] = "chat.completion.chunk" }
        var events: [JSONObject] = []
        for choice in choices {
            guard let choice = choice.object, let steps = isChat ? chatSteps(choice) : [choice] else { return nil }
            events += steps.map { event(head, choices: [.object($0)]) }
        }
        var chunks = [BodyChunk(events.reduce(into: []) { append($1, to: &$0) })]
        if let usage = answer["usage"], !usage.isNull {
            var counts = event(head, choices: [])
            counts["usage"] = usage
            var bytes: [UInt8] = []
            append(counts, to: &bytes)
            chunks.append(BodyChunk(bytes, isUsageOnly: true))
        }
        chunks.append(BodyChunk(Array("data: [DONE]\n\n".utf8)))
        return chunks.filter { !$0.bytes.isEmpty }
    }

    /// The whole answer that a stream amounts to.
    ///
    /// - Returns: nil for a stream that is not complete, reports an error or cannot be read.
    package static func json(fromStream chunks: [BodyChunk], operation: Operation) -> [UInt8]? {
        guard let events = events(of: chunks) else { return nil }
        switch operation {
        case .responses: return wholeResponse(events)
        case .chatCompletions, .completions: break
        case .embeddings, .messages, .generateContent, .countTokens, .embedContent, .batchEmbedContents, .models, .other: return nil
        }
        guard let last = events.last, OpenAIMarks.isDone(last.data) else { return nil }
        var collector = OpenAIChunkCollector(isChat: operation == .chatCompletions)
        for event in events.dropLast() {
            guard collector.take(Array(event.data)) else { return nil }
        }
        return collector.answer()?.written()
    }
}

// Whole answers to streams.
extension OpenAIReplay {
    private static func event(_ head: JSONObject, choices: [JSONValue]) -> JSONObject {
        var event = head
        event["choices"] = .array(choices)
        return event
    }

    private static func append(_ event: JSONObject, to output: inout [UInt8]) {
        SSEWriter.append(event: nil, data: JSONValue.object(event).written(), to: &output)
    }

    /// A choice in three steps, as providers stream it: the role, everything the model said, the reason to stop.
    private static func chatSteps(_ choice: JSONObject) -> [JSONObject]? {
        guard var message = choice["message"]?.object else { return nil }
        let role = message["role"] ?? "assistant"
        message["role"] = nil
        if let calls = message["tool_calls"]?.array { message["tool_calls"] = .array(numbered(calls)) }

        var said = choice
        said["message"] = nil
        let reason = said["finish_reason"] ?? .null
        said["delta"] = .object(message)
        said["finish_reason"] = .null
        var first = JSONObject()
        first["index"] = choice["index"]
        first["delta"] = ["role": role, "content": message["content"].map { $0.isNull ? .null : "" } ?? ""]
        first["finish_reason"] = .null
        var last = JSONObject()
        last["index"] = choice["index"]
        last["delta"] = .object(JSONObject())
        last["finish_reason"] = reason
        return [first, said, last]
    }

    private static func numbered(_ calls: [JSONValue]) -> [JSONValue] {
        calls.enumerated().map { position, call in
            guard let members = call.object else { return call }
            var numbered: JSONObject = ["index": JSONValue(position)]
            for member in members where member.name != "index" { numbered[member.name] = member.value }
            return .object(numbered)
        }
    }
}

// Streams to whole answers.
extension OpenAIReplay {
    private static func events(of chunks: [BodyChunk]) -> [SSEEvent]? {
        var reader = SSEReader(eventBytesMax: .max)
        var events: [SSEEvent] = []
        do throws(SSEError) {
            for chunk in chunks {
                reader.feed(chunk.bytes)
                while let event = try reader.next() { events.append(event) }
            }
            while let event = try reader.finish() { events.append(event) }
        } catch {
            return nil
        }
        return events.filter(\.hasData)
    }

    /// The last event of a responses stream repeats the whole answer.
    private static func wholeResponse(_ events: [SSEEvent]) -> [UInt8]? {
        guard let last = events.last(where: { !OpenAIMarks.isDone($0.data) }) else { return nil }
        let data = Array(last.data)
        guard let top = try? JSONScanner.topLevel(data, wanted: ["type", "response"]), let response = top["response"], response.kind == .object,
            let type = try? top["type"]?.string(in: data), type == "response.completed" || type == "response.incomplete"
        else { return nil }
        return Array(data[response.value])
    }
}
