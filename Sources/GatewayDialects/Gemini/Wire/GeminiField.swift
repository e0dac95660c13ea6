import GatewayCore
import JSONBytes

/// One member of a client's object and where it stands, as the client spells it.
struct GeminiField {
    let value: JSONValue
    let place: String

    init(_ value: JSONValue, at place: String) {
        self.value = value
        self.place = place
    }

    func fields() throws(GatewayError) -> GeminiFields { try GeminiFields(value, at: place) }

    /// The elements. Google takes an object where it expects a list of them, and its own examples make use of that.
    func list() throws(GatewayError) -> [GeminiField] {
        if value.object != nil { return [GeminiField(value, at: place + "[0]")] }
        guard let elements = value.array else { throw .fieldRefused(field: place, reason: "it must be a list.") }
        return elements.enumerated().map { GeminiField($1, at: "\(place)[\($0)]") }
    }

    func string() throws(GatewayError) -> String {
        guard let string = value.string else { throw .fieldRefused(field: place, reason: "it must be a string.") }
        return string
    }

    /// A string with something in it.
    func name() throws(GatewayError) -> String {
        let name = try string()
        guard !name.isEmpty else { throw .fieldRefused(field: place, reason: "it must not be empty.") }
        return name
    }

    func strings() throws(GatewayError) -> [String] {
        var strings: [String] = []
        for element in try list() { strings.append(try element.string()) }
        return strings
    }

    /// A word out of a list, in upper case: Google reads `any` as `ANY`.
    func word() throws(GatewayError) -> String { try string().uppercased() }

    func bool() throws(GatewayError) -> Bool {
        guard let bool = value.bool else { throw .fieldRefused(field: place, reason: "it must be true or false.") }
        return bool
    }

    func number() throws(GatewayError) -> JSONNumber {
        guard let number = value.number else { throw .fieldRefused(field: place, reason: "it must be a number.") }
        return number
    }

    func int() throws(GatewayError) -> Int {
        guard let int = value.int else { throw .fieldRefused(field: place, reason: "it must be a whole number.") }
        return int
    }

    /// A whole number above 0, as it is spelled.
    func count() throws(GatewayError) -> JSONNumber {
        guard try int() > 0 else { throw .fieldRefused(field: place, reason: "it must be above 0.") }
        return try number()
    }

    func object() throws(GatewayError) -> JSONObject {
        guard let object = value.object else { throw .fieldRefused(field: place, reason: "it must be an object.") }
        return object
    }
}
