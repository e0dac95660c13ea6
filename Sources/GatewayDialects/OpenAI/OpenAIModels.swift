import JSONBytes

/// The list of models, made from the file: what a client may name here, not what a provider has.
package enum OpenAIModels {
    /// The answer to `GET /v1/models`.
    ///
    /// - Parameter created: seconds since 1970, the same for all: clients sort by it, nobody needs it to be true.
    package static func list(_ names: [String], created: Int, ownedBy: String = "weir") -> [UInt8] {
        var output = Array(#"{"object":"list","data":["#.utf8)
        for (index, name) in names.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            output += one(name, created: created, ownedBy: ownedBy)
        }
        output += Array("]}".utf8)
        return output
    }

    /// The answer to `GET /v1/models/{id}`.
    package static func one(_ name: String, created: Int, ownedBy: String = "weir") -> [UInt8] {
        var output = Array(#"{"id":"#.utf8)
        JSONText.appendQuoted(name, to: &output)
        output += Array(#","object":"model","created":\#(created),"owned_by":"#.utf8)
        JSONText.appendQuoted(ownedBy, to: &output)
        output.append(UInt8(ascii: "}"))
        return output
    }
}
