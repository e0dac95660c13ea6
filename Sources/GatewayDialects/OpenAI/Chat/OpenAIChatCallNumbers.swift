/// Tells the calls of a stream apart.
///
/// By their index, as the format says. But there are servers that give every call index 0, and Gemini's endpoint for OpenAI clients gives none, with the
/// pieces of one call after the other's: there a new id with a name, or a name without an index, begins another call.
struct OpenAIChatCallNumbers {
    /// Ids by number.
    private var ids: [String?] = []
    /// The newest call of each index.
    private var numbers: [Int: Int] = [:]

    mutating func number(index: Int?, id: String?, name: String?) -> Int {
        let id = id.flatMap { $0.isEmpty ? nil : $0 }
        let isNamed = !(name ?? "").isEmpty
        guard let index else { return numberWithoutIndex(id, isNamed: isNamed) }
        if let number = numbers[index] {
            guard isNamed, let id, let known = ids[number], known != id else {
                ids[number] = ids[number] ?? id
                return number
            }
        }
        numbers[index] = ids.count
        return begin(id)
    }

    private mutating func numberWithoutIndex(_ id: String?, isNamed: Bool) -> Int {
        if let id, let number = ids.lastIndex(of: id) { return number }
        return isNamed || ids.isEmpty ? begin(id) : ids.count - 1
    }

    private mutating func begin(_ id: String?) -> Int {
        ids.append(id)
        return ids.count - 1
    }
}
