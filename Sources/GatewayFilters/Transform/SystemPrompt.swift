import GatewayCore
import GatewayDialects
import JSONBytes

/// Text that a route puts before or behind the instructions of a conversation.
///
/// It joins the first and the last of the leading system or developer messages, and becomes such a message where there is none: many
/// models take one only.
package struct SystemPrompt: Equatable, Sendable {
    private static let separator = "\n\n"

    package let prepend: String?
    package let append: String?

    package init(prepend: String? = nil, append: String? = nil) {
        self.prepend = prepend
        self.append = append
    }

    /// - Throws: `wrongType` where the conversation has another shape than its dialect's.
    func add(to edits: inout JSONEdits, _ scan: JSONTopLevel, of body: [UInt8], _ operation: Operation) throws(JSONError) {
        guard prepend != nil || append != nil else { return }
        switch operation {
        case .chatCompletions: try addToMessages(&edits, scan, body)
        case .responses: try addToInstructions(&edits, scan)
        case .messages: try addToSystem(&edits, scan, body)
        case .generateContent: try addToSystemInstruction(&edits, scan, body)
        case .completions, .embeddings, .countTokens, .embedContent, .batchEmbedContents, .models, .other: break
        }
    }

    /// To a request in no format.
    func add(to request: inout ChatRequest) {
        if let prepend { request.system.insert(prepend, at: 0) }
        if let append { request.system.append(append) }
    }

    /// Anthropic's: text, or a list of blocks.
    private func addToSystem(_ edits: inout JSONEdits, _ scan: JSONTopLevel, _ body: [UInt8]) throws(JSONError) {
        guard let system = scan["system"] else { return edits.insertMember("system", JSONText.quoted(both), in: scan) }
        switch system.kind {
        case .null: edits.replace(system.value, with: JSONText.quoted(both))
        case .string: addText(to: system.value, &edits)
        case .array: insert(into: system.value, of: body, &edits) { ["type": "text", "text": JSONValue($0)] }
        default: throw .wrongType("system", .string, system)
        }
    }

    /// Gemini's: an object with parts.
    private func addToSystemInstruction(_ edits: inout JSONEdits, _ scan: JSONTopLevel, _ body: [UInt8]) throws(JSONError) {
        let whole: JSONValue = ["parts": [["text": JSONValue(both)]]]
        let names = ["systemInstruction", "system_instruction"].filter { scan[$0] != nil }
        guard let name = names.first(where: { scan[$0]?.kind != .null }) ?? names.first, let field = scan[name] else {
            return edits.insertMember("systemInstruction", whole.written(), in: scan)
        }
        guard field.kind != .null else { return edits.replace(field.value, with: whole.written()) }
        guard field.kind == .object else { throw .wrongType(name, .object, field) }
        let inner = try JSONScanner.topLevel(body, in: field.value, wanted: ["parts"])
        let parts = JSONValue.array([["text": JSONValue(both)]]).written()
        switch inner["parts"] {
        case nil: edits.insertMember("parts", parts, in: inner)
        case let field? where field.kind == .null: edits.replace(field.value, with: parts)
        case let parts? where parts.kind == .array: insert(into: parts.value, of: body, &edits) { ["text": JSONValue($0)] }
        case let parts?: throw .wrongType("\(name).parts", .array, parts)
        }
    }

    private func insert(into array: Range<Int>, of body: [UInt8], _ edits: inout JSONEdits, _ element: (String) -> JSONValue) {
        if let prepend { edits.insertElement(element(prepend).written(), inArray: array, of: body, at: .start) }
        if let append { edits.insertElement(element(append).written(), inArray: array, of: body, at: .end) }
    }

    private func addToMessages(_ edits: inout JSONEdits, _ scan: JSONTopLevel, _ body: [UInt8]) throws(JSONError) {
        guard let messages = scan["messages"] else { return }
        guard messages.kind == .array else { throw .wrongType("messages", .array, messages) }
        let leading = try JSONLeadingMessages(of: body, array: messages.value, roles: ["system", "developer"])
        guard let first = leading.messages.first, let last = leading.messages.last else {
            return edits.insertMessage(message(both), behind: leading)
        }
        if first == last, let content = first.content, content.kind == .string { return addText(to: content.value, &edits) }
        if let prepend { addText(prepend, to: first, .start, &edits, body, leading) }
        if let append { addText(append, to: last, .end, &edits, body, leading) }
    }

    /// Around a text; in its place where it is empty.
    private func addText(to string: Range<Int>, _ edits: inout JSONEdits) {
        guard !Self.isEmpty(string) else { return edits.replace(string, with: JSONText.quoted(both)) }
        if let prepend { edits.addText(prepend, toString: string, at: .start, separator: Self.separator) }
        if let append { edits.addText(append, toString: string, at: .end, separator: Self.separator) }
    }

    /// Whether a string is nothing but its quotes.
    private static func isEmpty(_ string: Range<Int>) -> Bool { string.count == 2 }

    /// Into the message's text, as one more part of its content, or as a message of its own where it has no content to speak of.
    private func addText(
        _ text: String, to message: JSONLeadingMessages.Message, _ end: JSONEdit.End, _ edits: inout JSONEdits, _ body: [UInt8],
        _ leading: JSONLeadingMessages
    ) {
        switch message.content {
        case let content? where content.kind == .string && Self.isEmpty(content.value):
            edits.replace(content.value, with: JSONText.quoted(text))
        case let content? where content.kind == .string:
            edits.addText(text, toString: content.value, at: end, separator: Self.separator)
        case let content? where content.kind == .array:
            let part: JSONValue = ["type": "text", "text": JSONValue(text)]
            edits.insertElement(part.written(), inArray: content.value, of: body, at: end)
        default:
            edits.insertMessage(self.message(text), behind: leading)
        }
    }

    private func addToInstructions(_ edits: inout JSONEdits, _ scan: JSONTopLevel) throws(JSONError) {
        guard let instructions = scan["instructions"] else { return edits.insertMember("instructions", JSONText.quoted(both), in: scan) }
        switch instructions.kind {
        case .null: edits.replace(instructions.value, with: JSONText.quoted(both))
        case .string: addText(to: instructions.value, &edits)
        default: throw .wrongType("instructions", .string, instructions)
        }
    }

    private var both: String { [prepend, append].compactMap(\.self).joined(separator: Self.separator) }

    private func message(_ text: String) -> [UInt8] {
        let message: JSONValue = ["role": "system", "content": JSONValue(text)]
        return message.written()
    }
}

extension JSONError {
    fileprivate static func wrongType(_ name: String, _ expected: JSONKind, _ field: JSONField) -> JSONError {
        JSONError(.wrongType(path: name, expected: expected, found: field.kind), at: field.value.lowerBound)
    }
}
