import CYAML

/// Owns one `yaml_parser_t` and frees it however parsing ends.
///
/// Valid only while the bytes given to `init` are: it does not leave `read`.
@safe
struct EventReader: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeBufferPointer<UInt8>

    private init(_ input: UnsafeBufferPointer<UInt8>) throws(YAMLProblem) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            unsafe parser.deallocate()  // a throw before the last stored property is set runs no deinit
            throw YAMLProblem("out of memory", at: Position(line: 1, column: 1))
        }
        // libyaml keeps this pointer and reads from it during yaml_parser_parse.
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
        unsafe self.parser = parser
        unsafe self.input = input
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
    }

    /// Hands every event of the text to `handle`, until it throws.
    static func read(_ bytes: [UInt8], handle: (YAMLEvent, Position) throws(YAMLProblem) -> Void) throws(YAMLProblem) {
        try unsafe bytes.withUnsafeBufferPointer { input throws(YAMLProblem) in
            let reader = try unsafe EventReader(input)
            while let (event, position) = try reader.next() { try handle(event, position) }
        }
    }

    /// - Returns: nil at the end of the text.
    private borrowing func next() throws(YAMLProblem) -> (YAMLEvent, Position)? {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw problem() }
        // "An application is responsible for freeing any buffers associated with the produced event object using the yaml_event_delete function."
        defer { unsafe yaml_event_delete(&event) }
        guard unsafe event.type != YAML_STREAM_END_EVENT else { return nil }
        return unsafe (Self.copy(event), Position(event.start_mark))
    }

    private static func copy(_ event: yaml_event_t) -> YAMLEvent {
        switch unsafe event.type {
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_ALIAS_EVENT: return unsafe .alias(text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let data = unsafe event.data.scalar
            let bytes = unsafe UnsafeBufferPointer(start: data.value, count: data.length)
            let scalar = unsafe YAMLNode.Scalar(text: String(decoding: bytes, as: UTF8.self), isPlain: data.style == YAML_PLAIN_SCALAR_STYLE)
            return unsafe .scalar(scalar, anchor: text(data.anchor), tag: text(data.tag))
        case YAML_SEQUENCE_START_EVENT:
            let data = unsafe event.data.sequence_start
            return unsafe .sequenceStart(anchor: text(data.anchor), tag: text(data.tag))
        case YAML_MAPPING_START_EVENT:
            let data = unsafe event.data.mapping_start
            return unsafe .mappingStart(anchor: text(data.anchor), tag: text(data.tag))
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .collectionEnd
        default: return .other
        }
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        guard let pointer = unsafe pointer else { return nil }
        return unsafe String(cString: pointer)
    }

    /// What the parser says went wrong.
    private borrowing func problem() -> YAMLProblem {
        guard let words = unsafe parser.pointee.problem else { return YAMLProblem("out of memory", at: Position(line: 1, column: 1)) }
        var message = unsafe String(cString: words)
        var position = unsafe Position(parser.pointee.problem_mark)
        if unsafe parser.pointee.error == YAML_READER_ERROR {
            position = unsafe Position(ofByte: parser.pointee.problem_offset, in: input)  // it has read ahead, and the mark stays behind
        } else if let context = unsafe parser.pointee.context {
            let start = unsafe Position(parser.pointee.context_mark)
            message += unsafe " \(String(cString: context))"
            if start.line != position.line { message += " that begins in line \(start.line)" }
        }
        return YAMLProblem(message, at: position)
    }
}

extension Position {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: mark.line + 1, column: mark.column + 1)
    }
}
