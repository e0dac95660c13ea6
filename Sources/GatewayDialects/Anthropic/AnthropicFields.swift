import GatewayCore
import JSONBytes

/// The members of an object of a client's request, looked at one by one, so that in the end it can be told which ones nobody knows.
///
/// A member that is null counts as absent.
struct AnthropicFields {
    private let object: JSONObject
    /// `messages[3].content[0]`; empty for the body itself.
    let place: String
    private var known: [String] = []

    /// - Throws: `fieldRefused` when `value` is no object.
    init(_ value: JSONValue, at place: String) throws(GatewayError) {
        guard let object = value.object else {
            throw .fieldRefused(field: place.isEmpty ? "body" : place, reason: "it must be an object.")
        }
        self.object = object
        self.place = place
    }

    /// How the client would call a member.
    func name(_ member: String) -> String { place.isEmpty ? member : place + "." + member }

    func refused(_ member: String, _ reason: String) -> GatewayError { .fieldRefused(field: name(member), reason: reason) }

    /// Members that were never asked for.
    var unknown: [ChatExtra] {
        object.filter { !$0.value.isNull && !known.contains($0.name) }.map { ChatExtra(name($0.name), .tuning) }
    }

    /// The object is left out as a whole: its members are no news.
    mutating func passOver() { known = object.names }

    mutating func value(_ member: String) -> JSONValue? {
        known.append(member)
        guard let value = object[member], !value.isNull else { return nil }
        return value
    }

    mutating func string(_ member: String) throws(GatewayError) -> String? {
        guard let value = value(member) else { return nil }
        guard let string = value.string else { throw refused(member, "it must be a string.") }
        return string
    }

    mutating func requiredString(_ member: String) throws(GatewayError) -> String {
        guard let string = try string(member) else { throw refused(member, "it must be there, and be a string.") }
        return string
    }

    mutating func bool(_ member: String) throws(GatewayError) -> Bool? {
        guard let value = value(member) else { return nil }
        guard let bool = value.bool else { throw refused(member, "it must be true or false.") }
        return bool
    }

    mutating func number(_ member: String) throws(GatewayError) -> JSONNumber? {
        guard let value = value(member) else { return nil }
        guard let number = value.number else { throw refused(member, "it must be a number.") }
        return number
    }

    /// A whole number that is not negative, as it is spelled.
    mutating func count(_ member: String) throws(GatewayError) -> JSONNumber? {
        guard let number = try number(member) else { return nil }
        guard let int = number.int, int >= 0 else { throw refused(member, "it must be a whole number, and not negative.") }
        return number
    }

    mutating func array(_ member: String) throws(GatewayError) -> [JSONValue]? {
        guard let value = value(member) else { return nil }
        guard let array = value.array else { throw refused(member, "it must be an array.") }
        return array
    }

    mutating func strings(_ member: String) throws(GatewayError) -> [String]? {
        guard let array = try array(member) else { return nil }
        var strings: [String] = []
        for value in array {
            guard let string = value.string else { throw refused(member, "it must hold strings only.") }
            strings.append(string)
        }
        return strings
    }

    /// The members of a member.
    mutating func fields(_ member: String) throws(GatewayError) -> AnthropicFields? {
        guard let value = value(member) else { return nil }
        return try AnthropicFields(value, at: name(member))
    }
}
