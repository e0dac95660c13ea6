import GatewayCore
import JSONBytes

/// The members of one object of a client's, each taken once by its name in camelCase; what is left means nothing to the gateway.
///
/// Google reads `maxOutputTokens` and `max_output_tokens` alike, so both are found here, and what is refused is called as the client spelled it.
/// Members that are null count as absent.
struct GeminiFields {
    private var rest: [(canonical: String, field: GeminiField)] = []
    /// Where the object stands; empty for the whole body.
    let place: String

    init(_ value: JSONValue, at place: String) throws(GatewayError) {
        self.place = place
        guard let object = value.object else {
            throw .fieldRefused(field: place.isEmpty ? "the body" : place, reason: "it must be an object.")
        }
        for member in object where !member.value.isNull {
            let canonical = Self.camelCase(member.name)
            let field = GeminiField(member.value, at: place.isEmpty ? member.name : place + "." + member.name)
            guard !rest.contains(where: { $0.canonical == canonical }) else {
                throw .fieldRefused(field: field.place, reason: "it is there twice, in two spellings.")
            }
            rest.append((canonical, field))
        }
    }

    /// What nobody has taken.
    var left: [GeminiField] { rest.map(\.field) }

    /// - Parameter name: in camelCase.
    mutating func take(_ name: String) -> GeminiField? {
        guard let index = rest.firstIndex(where: { $0.canonical == name }) else { return nil }
        return rest.remove(at: index).field
    }

    /// The first of these that the object has.
    mutating func takeAny(of names: [String]) -> (name: String, field: GeminiField)? {
        for name in names { if let field = take(name) { return (name, field) } }
        return nil
    }

    /// `max_output_tokens` as `maxOutputTokens`; any other name as it is.
    static func camelCase(_ name: String) -> String {
        guard name.utf8.contains(UInt8(ascii: "_")) else { return name }
        let words = name.split(separator: "_", omittingEmptySubsequences: false)
        return words.dropFirst().reduce(into: String(words[0])) { $0 += $1.prefix(1).uppercased() + $1.dropFirst() }
    }
}
