/// The two edits that nearly every request needs, made from a scan that has already been done: no further pass over the body.
extension JSONEdits {
    /// Sets the top-level string `model`, or adds it.
    ///
    /// - Precondition: `top` was scanned with `model` among the wanted names.
    package mutating func setModel(_ model: String, in top: JSONTopLevel) {
        let value = JSONText.quoted(model)
        if let field = top["model"] { replace(field.value, with: value) } else { insertMember("model", value, in: top) }
    }

    /// Makes `stream_options.include_usage` true, so that a streamed answer ends with its usage. A `stream_options` of null counts as absent.
    ///
    /// - Returns: whether the client had asked itself. If not, the usage chunk is not for it.
    /// - Throws: `wrongType` for a `stream_options` that is neither object nor null, `duplicateMember` for two `include_usage`.
    /// - Precondition: `top` was scanned with `stream_options` among the wanted names.
    @discardableResult
    package mutating func includeUsage(in top: JSONTopLevel, of body: [UInt8]) throws(JSONError) -> Bool {
        let asked: [UInt8] = Array("true".utf8)
        let whole: [UInt8] = Array(#"{"include_usage":true}"#.utf8)
        guard let options = top["stream_options"] else {
            insertMember("stream_options", whole, in: top)
            return false
        }
        switch options.kind {
        case .null: replace(options.value, with: whole)
        case .object:
            let inner = try JSONScanner.topLevel(body, in: options.value, wanted: ["include_usage"])
            guard let flag = inner["include_usage"] else {
                insertMember("include_usage", asked, in: inner)
                return false
            }
            if body[flag.value].elementsEqual(asked) { return true }
            replace(flag.value, with: asked)
        default:
            throw JSONError(.wrongType(path: "stream_options", expected: .object, found: options.kind), at: options.value.lowerBound)
        }
        return false
    }
}
