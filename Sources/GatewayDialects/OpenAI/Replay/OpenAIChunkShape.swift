import JSONBytes

/// A chunk of a chat whose only piece is some content of one choice, as nearly all of a long answer are.
///
/// A chunk that differs from it in nothing but that content (and the padding that OpenAI sends) says nothing else that is new, and need not
/// be taken apart: joining a long answer so takes a fraction of the time.
struct OpenAIChunkShape {
    private static let names: JSONNames = ["choices", "usage", "error", "obfuscation"]
    private static let choiceNames: JSONNames = ["delta", "logprobs", "text"]
    private static let deltaNames: JSONNames = ["content", "role"]

    private let data: [UInt8]
    private let content: Range<Int>
    /// The strings that may differ: the content and the padding, in the order they stand.
    private let holes: [Range<Int>]

    /// nil for any other chunk, also one with log probabilities or token counts, which are joined from pieces too.
    init?(_ data: [UInt8]) {
        guard let top = try? JSONScanner.topLevel(data, wanted: Self.names), let choices = top["choices"], choices.kind == .array,
            top["error"] == nil, Self.isNothing(top["usage"]), top["obfuscation"].map({ $0.kind == .string }) ?? true
        else { return nil }
        let elements = (choices.value.lowerBound + 1)..<(choices.value.upperBound - 1)
        guard let choice = try? JSONScanner.topLevel(data, in: elements, wanted: Self.choiceNames), let delta = choice["delta"],
            delta.kind == .object, Self.isNothing(choice["logprobs"]), choice["text"] == nil
        else { return nil }
        guard let said = try? JSONScanner.topLevel(data, in: delta.value, wanted: Self.deltaNames), let content = said["content"],
            content.kind == .string, said.memberCount == (said["role"] == nil ? 1 : 2)
        else { return nil }
        self.data = data
        self.content = content.value
        holes = [content.value, top["obfuscation"]?.value].compactMap { $0 }.sorted { $0.lowerBound < $1.lowerBound }
    }

    /// The content of a chunk that differs from this one in nothing else; nil for any other.
    func content(of other: [UInt8]) -> String? {
        var found: JSONField?
        var (mine, others) = (0, 0)
        for hole in holes {
            guard isSame(other, from: others, as: mine..<hole.lowerBound) else { return nil }
            others += hole.lowerBound - mine
            guard let string = JSONScanner.string(in: other, at: others) else { return nil }
            if hole == content { found = string }
            (mine, others) = (hole.upperBound, string.value.upperBound)
        }
        guard other.count - others == data.count - mine, isSame(other, from: others, as: mine..<data.count) else { return nil }
        return try? found?.string(in: other)
    }

    private func isSame(_ other: [UInt8], from start: Int, as range: Range<Int>) -> Bool {
        guard start + range.count <= other.count else { return false }
        let (mine, others) = (data.span, other.span)
        for index in range where mine[index] != others[start + index - range.lowerBound] { return false }
        return true
    }

    private static func isNothing(_ field: JSONField?) -> Bool { field.map { $0.kind == .null } ?? true }
}
