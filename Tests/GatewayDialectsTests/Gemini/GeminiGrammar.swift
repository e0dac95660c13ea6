import GatewayCore
import HTTPWire
import JSONBytes

/// What is wrong with a stream as a Gemini client reads it; nil when it keeps the format's own grammar.
///
/// - SeeAlso: wire.md, sections 2.2 and 8.5
func geminiStreamFault(_ bytes: [UInt8], asArray: Bool = false) -> String? {
    let elements: [JSONValue]
    if asArray {
        guard let list = try? JSONValue(parsing: bytes).array else { return "it is no list" }
        elements = list
    } else {
        let events = GeminiSupport.events(bytes)
        if events.contains(where: { $0.name != nil || !$0.isComplete }) { return "an event has a name or no end" }
        if bytes != events.flatMap(\.raw) { return "there is something else than events" }
        let parsed = events.map { try? JSONValue(parsing: Array($0.data)) }
        if parsed.contains(where: { $0 == nil }) { return "an event is not JSON" }
        elements = parsed.compactMap(\.self)
    }
    guard let last = elements.last else { return "it is empty" }
    if last["candidates"]?[0]?["finishReason"]?.string == nil { return "it never says why it ends" }
    for (index, element) in elements.enumerated() {
        if let fault = geminiPieceFault(element, isLast: index == elements.count - 1) { return "\(fault), at \(index)" }
    }
    return nil
}

private func geminiPieceFault(_ piece: JSONValue, isLast: Bool) -> String? {
    guard piece["modelVersion"]?.string != nil, piece["responseId"]?.string != nil else { return "it does not say of whom it is" }
    guard let candidates = piece["candidates"]?.array, candidates.count == 1, candidates[0]["index"]?.int == 0 else { return "not one candidate" }
    if !isLast, candidates[0]["finishReason"] != nil { return "it ends twice" }
    guard candidates[0]["content"]?["role"]?.string == "model" else { return "the content is nobody's" }
    // Clients leave a content without parts out of the conversation.
    guard let parts = candidates[0]["content"]?["parts"]?.array, !parts.isEmpty else { return "there are no parts" }
    for part in parts {
        let call = part["functionCall"]
        if (call == nil) == (part["text"]?.string == nil) { return "a part is not one thing" }
        if let call, call["name"]?.string == nil || call["id"]?.string == nil || call["args"]?.object == nil { return "a call is not whole" }
    }
    return nil
}
