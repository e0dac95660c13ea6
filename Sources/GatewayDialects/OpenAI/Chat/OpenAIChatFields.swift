import GatewayCore
import JSONBytes

/// Reads the members of a client's object by their types, and knows which of them nobody asked for.
///
/// null counts as absent. What is thrown names the member with its place and says what it must be, and quotes nothing.
struct OpenAIChatFields {
    private let members: JSONObject
    private var asked: Set<String> = []
    /// Where the object stands: `messages[3]`; "" at the top.
    let place: String

    init(_ value: JSONValue, at place: String) throws(GatewayError) {
        guard let members = value.object else {
            throw place.isEmpty
                ? .malformedBody(reason: "it must be a JSON object.") : .fieldRefused(field: place, reason: "it must be an object.")
        }
        self.members = members
        self.place = place
    }

    /// A member's name with its place.
    func path(_ name: String) -> String { place.isEmpty ? name : place + "." + name }

    /// What nobody has asked for, with its place.
    var rest: [String] {
        members.filter { !asked.contains($0.name) && !$0.value.isNull }.map { path($0.name) }
    }

    func refused(_ name: String, _ reason: String) -> GatewayError { .fieldRefused(field: path(name), reason: reason) }

    mutating func value(_ name: String) -> JSONValue? {
        asked.insert(name)
        guard let value = members[name], !value.isNull else { return nil }
        return value
    }

    mutating func string(_ name: String) throws(GatewayError) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.string else { throw refused(name, "it must be a string.") }
        return text
    }

    mutating func bool(_ name: String) throws(GatewayError) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let flag = value.bool else { throw refused(name, "it must be true or false.") }
        return flag
    }

    mutating func number(_ name: String) throws(GatewayError) -> JSONNumber? {
        guard let value = value(name) else { return nil }
        guard let number = value.number else { throw refused(name, "it must be a number.") }
        return number
    }

    mutating func wholeNumber(_ name: String, from least: Int = .min) throws(GatewayError) -> JSONNumber? {
        guard let number = try number(name) else { return nil }
        guard let value = number.int, value >= least else {
            throw refused(name, least == .min ? "it must be a whole number." : "it must be a whole number of \(least) or more.")
        }
        return number
    }

    mutating func array(_ name: String) throws(GatewayError) -> [JSONValue]? {
        guard let value = value(name) else { return nil }
        guard let list = value.array else { throw refused(name, "it must be a list.") }
        return list
    }

    mutating func object(_ name: String) throws(GatewayError) -> OpenAIChatFields? {
        guard let value = value(name) else { return nil }
        return try OpenAIChatFields(value, at: path(name))
    }

    /// A string that must be there and not be empty.
    mutating func text(_ name: String) throws(GatewayError) -> String {
        guard let text = try string(name), !text.isEmpty else { throw refused(name, "it must be there, and be a string that is not empty.") }
        return text
    }

    /// An object that must be there.
    mutating func neededObject(_ name: String) throws(GatewayError) -> OpenAIChatFields {
        guard let fields = try object(name) else { throw refused(name, "it must be there, and be an object.") }
        return fields
    }

    /// A list of strings, or one string in place of a list of one.
    mutating func strings(_ name: String) throws(GatewayError) -> [String]? {
        guard let value = value(name) else { return nil }
        if let text = value.string { return [text] }
        guard let list = value.array else { throw refused(name, "it must be a string or a list of strings.") }
        let texts = list.compactMap(\.string)
        guard texts.count == list.count else { throw refused(name, "it must be a string or a list of strings.") }
        return texts
    }
}
