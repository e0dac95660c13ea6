import GatewayCore

/// Finds a field of a `multipart/form-data` body without copying the files beside it.
///
/// Reads what libraries write and refuses the rest: whatever two readers could cut or decode differently would let a request mean one
/// model here and another one at the provider.
///
/// - SeeAlso: RFC 7578; RFC 2046, section 5.1.1
struct MultipartForm {
    private static let partsMax = 1000
    private static let partHeaderBytesMax = 8 << 10

    private let body: [UInt8]
    /// `--` and the boundary.
    private let delimiter: [UInt8]

    init(_ body: [UInt8], boundary: [UInt8]) {
        self.body = body
        delimiter = Array("--".utf8) + boundary
    }

    /// Where the value of a text field stands; nil when the form has no such field.
    ///
    /// - Parameter name: in lower-case letters.
    /// - Throws: `malformedBody`, also when there are two, or a field that somebody could take for this one.
    func field(_ name: String) throws(GatewayError) -> Range<Int>? {
        guard body.starts(with: delimiter + Self.lineEnd) else { throw Self.malformed("it does not begin with its boundary.") }
        var found: Range<Int>?
        var start: Int? = delimiter.count + 2
        var count = 0
        while let begin = start {
            count += 1
            guard count <= Self.partsMax else { throw Self.malformed("it has more than \(Self.partsMax) parts.") }
            let part = try part(from: begin)
            if try part.header.isField(name) {
                guard found == nil else { throw Self.malformed("\"\(name)\" occurs twice.") }
                found = part.content
            }
            start = part.next
        }
        return found
    }

    private func part(from start: Int) throws(GatewayError) -> (header: MultipartHeader, content: Range<Int>, next: Int?) {
        var lines: [Range<Int>] = []
        var at = start
        while true {
            let line = try line(from: at, within: start)
            at = line.upperBound + 2
            if line.isEmpty { break }
            lines.append(line)
        }
        let header = try MultipartHeader(lines.map { String(decoding: body[$0], as: UTF8.self) })
        // A reader that cuts the body first would find a delimiter in the head of a part too.
        guard let end = nextDelimiter(from: start), end - 2 >= at, body[(end - 2)..<end].elementsEqual(Self.lineEnd) else {
            throw Self.malformed("a part does not end as it should.")
        }
        let behind = body[(end + delimiter.count)...]
        if behind.starts(with: Self.lineEnd) { return (header, at..<(end - 2), end + delimiter.count + 2) }
        let isEnd = behind.elementsEqual(Array("--".utf8)) || behind.elementsEqual(Array("--\r\n".utf8))
        guard isEnd else { throw Self.malformed("something follows a boundary.") }
        return (header, at..<(end - 2), nil)
    }

    /// A line of a part's head, without its end.
    private func line(from start: Int, within head: Int) throws(GatewayError) -> Range<Int> {
        let limit = min(body.count, head + Self.partHeaderBytesMax)
        var end = start
        while end < limit, body[end] >= 0x20 || body[end] == 0x09 { end += 1 }
        guard end + 1 < limit, body[end] == 0x0D, body[end + 1] == 0x0A else { throw Self.malformed("the head of a part is not readable.") }
        return start..<end
    }

    private func nextDelimiter(from start: Int) -> Int? {
        let span = body.span
        let delimiter = delimiter.span
        guard delimiter.count <= span.count else { return nil }
        var at = start
        while at <= span.count - delimiter.count {
            var length = 0
            while length < delimiter.count, span[at + length] == delimiter[length] { length += 1 }
            if length == delimiter.count { return at }
            at += 1
        }
        return nil
    }

    private static let lineEnd: [UInt8] = [0x0D, 0x0A]

    static func malformed(_ reason: String) -> GatewayError { .malformedBody(reason: "as multipart/form-data, \(reason)") }
}

extension MultipartForm {
    private static let boundaryBytes = Set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'()+_,-./:=?".utf8)

    /// What separates the parts, by a `content-type`.
    ///
    /// - Returns: nil for another type.
    /// - Throws: `malformedBody` when it names none, or none that all readers agree on.
    static func boundary(in contentType: String) throws(GatewayError) -> [UInt8]? {
        let parts = contentType.split(separator: ";", omittingEmptySubsequences: false).map { trimmed($0) }
        guard parts[0].lowercased() == "multipart/form-data" else { return nil }
        var boundary: [UInt8]?
        for parameter in parts.dropFirst() {
            let name = parameter.prefix { $0 != "=" }
            var value = Array(parameter.utf8.dropFirst(name.utf8.count + 1))
            let isBoundary = name.lowercased() == "boundary"
            if isBoundary, value.count > 2, value.first == 0x22, value.last == 0x22 { value = Array(value.dropFirst().dropLast()) }
            guard !value.contains(0x22), isBoundary || !name.lowercased().hasPrefix("boundary") else { throw malformed("its type is ambiguous.") }
            guard isBoundary else { continue }
            guard boundary == nil, (1...70).contains(value.count), value.allSatisfy(boundaryBytes.contains) else {
                throw malformed("its boundary is not usable.")
            }
            boundary = value
        }
        guard let boundary else { throw malformed("its type names no boundary.") }
        return boundary
    }

    static func trimmed(_ text: Substring) -> Substring {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        var text = text.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return text
    }
}
