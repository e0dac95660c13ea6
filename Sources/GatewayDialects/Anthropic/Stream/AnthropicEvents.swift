import HTTPWire
import JSONBytes

/// Events as Anthropic spells them: a name, and data that repeats it. The SDK for Python passes over events without a name.
///
/// - SeeAlso: wire.md, section 2.2
enum AnthropicEvents {
    static func append(_ name: String, _ members: JSONObject, to bytes: inout [UInt8]) {
        var data: JSONObject = ["type": .string(name)]
        for member in members { data[member.name] = member.value }
        SSEWriter.append(event: name, data: JSONValue.object(data).written(), to: &bytes)
    }

    /// A piece of a block: the event that a stream is made of, written without a tree.
    static func appendDelta(_ type: String, _ member: String, _ text: String, _ index: Int, to bytes: inout [UInt8]) {
        var data = Array(#"{"type":"content_block_delta","index":\#(index),"delta":{"type":"\#(type)","\#(member)":"#.utf8)
        JSONText.appendQuoted(text, to: &data)
        data += Array("}}".utf8)
        SSEWriter.append(event: "content_block_delta", data: data, to: &bytes)
    }
}
