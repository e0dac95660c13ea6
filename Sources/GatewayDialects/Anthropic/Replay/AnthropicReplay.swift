package import GatewayCore
import HTTPWire
import JSONBytes

/// Turns a stored answer into the form that this client asked for: a whole answer into a stream, or a stream into a whole answer.
///
/// What is known of an answer survives both ways: blocks of all types, citations, signatures, token counts, and members that nobody knows yet. Where
/// that cannot be promised the result is nil, and the provider has to be asked.
///
/// - SeeAlso: wire.md, sections 4.2 and 4.3
package enum AnthropicReplay {
    /// Members that a stream gives at its end.
    private static let saidAtEnd = ["stop_reason", "stop_sequence", "stop_details", "container"]

    /// The events of a stream that says what `body` says, its end mark included.
    package static func stream(fromJSON body: [UInt8]) -> [BodyChunk]? {
        guard let answer = try? JSONValue(parsing: body).object, answer["type"] == "message", answer["stop_reason"]?.string != nil,
            let content = answer["content"]?.array
        else { return nil }
        var bytes: [UInt8] = []
        AnthropicEvents.append("message_start", ["message": .object(head(answer))], to: &bytes)
        for (index, block) in content.enumerated() {
            guard let block = block.object, appendBlock(block, index, to: &bytes) else { return nil }
        }
        var delta = JSONObject()
        for name in saidAtEnd { delta[name] = answer[name] }
        AnthropicEvents.append("message_delta", ["delta": .object(delta), "usage": answer["usage"] ?? ["output_tokens": 0]], to: &bytes)
        AnthropicEvents.append("message_stop", [:], to: &bytes)
        return [BodyChunk(bytes)]
    }

    /// The whole answer that a stream amounts to.
    ///
    /// - Returns: nil for a stream that is not complete, reports an error or cannot be read.
    package static func json(fromStream chunks: [BodyChunk]) -> [UInt8]? {
        var reader = SSEReader(eventBytesMax: .max)
        var collector = AnthropicMessageCollector()
        do throws(SSEError) {
            for chunk in chunks {
                reader.feed(chunk.bytes)
                while let event = try reader.next() { guard take(event, &collector) else { return nil } }
            }
            while let event = try reader.finish() { guard take(event, &collector) else { return nil } }
        } catch {
            return nil
        }
        return collector.answer?.written()
    }

    private static func take(_ event: SSEEvent, _ collector: inout AnthropicMessageCollector) -> Bool {
        guard event.hasData, !event.isNamed("ping") else { return true }
        guard let data = try? JSONValue(parsing: Array(event.data)) else { return false }
        return collector.take(data)
    }
}

// Whole answers to streams.
extension AnthropicReplay {
    /// The answer before the model has said anything. Of the output, providers count a token or two by then.
    private static func head(_ answer: JSONObject) -> JSONObject {
        var head = answer
        head["content"] = .array([])
        for name in saidAtEnd where head[name] != nil { head[name] = .null }
        if var usage = answer["usage"]?.object {
            usage["output_tokens"] = JSONValue(min(1, usage["output_tokens"]?.int ?? 0))
            usage["output_tokens_details"] = nil
            head["usage"] = .object(usage)
        }
        return head
    }

    /// Appends a block in the steps in which providers stream it; one of a type that is not streamed in steps begins whole.
    ///
    /// - Returns: false when it is no block.
    private static func appendBlock(_ block: JSONObject, _ index: Int, to bytes: inout [UInt8]) -> Bool {
        var start = block
        var pieces: [(type: String, member: String, text: String)] = []
        var citations: [JSONValue] = []
        switch block["type"]?.string {
        case "text":
            guard let text = block["text"]?.string else { return false }
            start["text"] = ""
            pieces = [("text_delta", "text", text)]
            if let cited = block["citations"]?.array {
                citations = cited
                start["citations"] = .array([])
            }
        case "thinking":
            guard let text = block["thinking"]?.string, let signature = block["signature"]?.string else { return false }
            start["thinking"] = ""
            start["signature"] = ""
            pieces = [("thinking_delta", "thinking", text), ("signature_delta", "signature", signature)]
        case let type? where type.hasSuffix("tool_use"):
            guard let input = block["input"]?.object else { return false }
            start["input"] = .object(JSONObject())
            if !input.isEmpty { pieces = [("input_json_delta", "partial_json", String(decoding: JSONValue.object(input).written(), as: UTF8.self))] }
        case nil: return false
        default: break
        }
        AnthropicEvents.append("content_block_start", ["index": JSONValue(index), "content_block": .object(start)], to: &bytes)
        for citation in citations {
            let delta: JSONValue = ["type": "citations_delta", "citation": citation]
            AnthropicEvents.append("content_block_delta", ["index": JSONValue(index), "delta": delta], to: &bytes)
        }
        for piece in pieces where !piece.text.isEmpty {
            AnthropicEvents.appendDelta(piece.type, piece.member, piece.text, index, to: &bytes)
        }
        AnthropicEvents.append("content_block_stop", ["index": JSONValue(index)], to: &bytes)
        return true
    }
}
