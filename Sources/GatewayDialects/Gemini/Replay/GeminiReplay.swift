package import GatewayCore
import HTTPWire
import JSONBytes

/// Turns a stored answer into the form that this client asked for: a whole answer into a stream, or a stream into a whole answer.
///
/// What is known of an answer survives both ways: all candidates, calls, thoughts and their signatures, safety ratings, token counts, and
/// members that nobody knows yet. Where that cannot be promised the result is nil, and the provider has to be asked.
///
/// - SeeAlso: wire.md, section 5.2
package enum GeminiReplay {
    /// The events of a stream that says what `body` says: one, as Google itself does with short answers.
    ///
    /// - Returns: nil for an answer that has no streamed form.
    package static func stream(fromJSON body: [UInt8], operation: Operation) -> [BodyChunk]? {
        guard operation == .generateContent, let answer = try? JSONValue(parsing: body), answer.object != nil, isWhole(answer) else { return nil }
        var bytes: [UInt8] = []
        SSEWriter.append(event: nil, data: answer.written(), to: &bytes)
        return [BodyChunk(bytes)]
    }

    /// The whole answer that a stream amounts to.
    ///
    /// - Returns: nil for a stream that is not complete, reports an error or cannot be read.
    package static func json(fromStream chunks: [BodyChunk], operation: Operation) -> [UInt8]? {
        guard operation == .generateContent, let events = events(of: chunks) else { return nil }
        var collector = GeminiChunkCollector()
        for event in events {
            guard let chunk = try? JSONValue(parsing: Array(event.data)).object, collector.take(chunk) else { return nil }
        }
        let answer = JSONValue.object(collector.answer)
        return isWhole(answer) ? answer.written() : nil
    }

    /// Whether it says why every candidate stopped, or why there is none.
    private static func isWhole(_ answer: JSONValue) -> Bool {
        guard answer["error"] == nil else { return false }
        let candidates = answer["candidates"]?.array ?? []
        if candidates.isEmpty { return answer["promptFeedback"]?["blockReason"]?.string != nil }
        return candidates.allSatisfy { $0["finishReason"]?.string != nil }
    }

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
}
