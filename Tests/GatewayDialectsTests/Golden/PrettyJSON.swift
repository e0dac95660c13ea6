import JSONBytes

/// JSON for people: what fits stands on one line, members keep their order and numbers their spelling.
enum PrettyJSON {
    private static let width = 140

    static func text(_ value: JSONValue) -> String { text(value, indent: 0) }

    private static func text(_ value: JSONValue, indent: Int) -> String {
        let short = compact(value)
        guard short.count + indent > width else { return short }
        switch value {
        case .array(let elements): return list(elements.map { text($0, indent: indent + 2) }, "[", "]", indent)
        case .object(let members):
            return list(members.map { quoted($0.name) + ": " + text($0.value, indent: indent + 2) }, "{", "}", indent)
        case .null, .bool, .number, .string: return short
        }
    }

    private static func list(_ items: [String], _ opening: String, _ closing: String, _ indent: Int) -> String {
        let space = String(repeating: " ", count: indent)
        return opening + "\n" + items.map { space + "  " + $0 }.joined(separator: ",\n") + "\n" + space + closing
    }

    private static func compact(_ value: JSONValue) -> String {
        switch value {
        case .array(let elements): "[" + elements.map(compact).joined(separator: ", ") + "]"
        case .object(let members): "{" + members.map { quoted($0.name) + ": " + compact($0.value) }.joined(separator: ", ") + "}"
        case .null, .bool, .number, .string: String(decoding: value.written(), as: UTF8.self)
        }
    }

    private static func quoted(_ name: String) -> String { String(decoding: JSONValue.string(name).written(), as: UTF8.self) }
}
