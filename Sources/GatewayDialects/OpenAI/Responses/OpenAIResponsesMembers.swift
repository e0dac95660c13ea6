import GatewayCore
import JSONBytes

/// An object of a client's request and where it stands: members are read by name and type, and refused by their place. null counts as absent.
struct OpenAIResponsesMembers {
    let object: JSONObject
    /// `input[3]`; empty for the body itself.
    let place: String

    init(_ value: JSONValue, at place: String) throws(GatewayError) {
        guard let object = value.object else { throw .fieldRefused(field: place, reason: "it must be an object.") }
        self.object = object
        self.place = place
    }

    func place(of name: String) -> String { place.isEmpty ? name : place + "." + name }

    subscript(_ name: String) -> JSONValue? {
        guard let value = object[name], !value.isNull else { return nil }
        return value
    }

    func string(_ name: String) throws(GatewayError) -> String? {
        guard let value = self[name] else { return nil }
        guard let string = value.string else { throw refusal(of: name, "it must be a string.") }
        return string
    }

    func requiredString(_ name: String) throws(GatewayError) -> String {
        guard let string = try string(name) else { throw refusal(of: name, "it must be a string.") }
        return string
    }

    func bool(_ name: String) throws(GatewayError) -> Bool? {
        guard let value = self[name] else { return nil }
        guard let bool = value.bool else { throw refusal(of: name, "it must be true or false.") }
        return bool
    }

    func number(_ name: String) throws(GatewayError) -> JSONNumber? {
        guard let value = self[name] else { return nil }
        guard let number = value.number else { throw refusal(of: name, "it must be a number.") }
        return number
    }

    func array(_ name: String) throws(GatewayError) -> [JSONValue]? {
        guard let value = self[name] else { return nil }
        guard let array = value.array else { throw refusal(of: name, "it must be a list.") }
        return array
    }

    func members(_ name: String) throws(GatewayError) -> OpenAIResponsesMembers? {
        guard let value = self[name] else { return nil }
        return try OpenAIResponsesMembers(value, at: place(of: name))
    }

    func refusal(of name: String, _ reason: String) -> GatewayError { .fieldRefused(field: place(of: name), reason: reason) }

    func extra(_ name: String, _ weight: ChatExtra.Weight) -> ChatExtra { ChatExtra(place(of: name), weight) }

    /// Members that nobody here knows: they might mean anything, so they are not left out unasked.
    func unknown(besides known: Set<String>) -> [ChatExtra] {
        object.members.compactMap { known.contains($0.name) || $0.value.isNull ? nil : extra($0.name, .tuning) }
    }
}
