import HTTPWire
import JSONBytes

/// Writes the events of a stream and counts them.
struct OpenAIResponsesEventWriter: Sendable {
    private var sequence = 0

    mutating func append(_ type: String, _ members: JSONObject, to output: inout [UInt8]) {
        var event: JSONObject = ["type": .string(type), "sequence_number": JSONValue(sequence)]
        for member in members { event[member.name] = member.value }
        append(type, JSONValue.object(event).written(), &output)
    }

    /// A piece of text: most of a stream, and so without a tree.
    ///
    /// - Parameter place: JSON of the members between the number and the text, with a comma before each.
    mutating func append(_ type: String, place: [UInt8], delta: String, to output: inout [UInt8]) {
        var data: [UInt8] = []
        data.reserveCapacity(type.utf8.count + place.count + delta.utf8.count + 64)
        data += #"{"type":""#.utf8
        data += type.utf8
        data += #"","sequence_number":"#.utf8
        data += String(sequence).utf8
        data += place
        data += #","delta":"#.utf8
        JSONText.appendQuoted(delta, to: &data)
        data.append(UInt8(ascii: "}"))
        append(type, data, &output)
    }

    private mutating func append(_ type: String, _ data: [UInt8], _ output: inout [UInt8]) {
        SSEWriter.append(event: type, data: data, to: &output)
        sequence += 1
    }
}
