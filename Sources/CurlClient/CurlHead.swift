package import HTTPWire

/// The head of an answer.
package struct CurlHead: Equatable, Sendable {
    package let status: Int
    /// Without hop-by-hop fields and those that `connection` names (RFC 9110, section 7.6.1).
    package let fields: HeaderFields
}

/// Takes the lines of an answer's head as libcurl hands them over, interim answers included.
struct HeadReader {
    enum Step: Equatable {
        case more
        /// The final head is whole.
        case complete
        case failed(CurlError)
    }

    /// RFC 9110 allows any number of 1xx answers; more than this is somebody keeping the request alive (design.md, section 8.2).
    private static let interimMax = 16

    private let bytesMax: Int
    private var interim = 0
    private var status = 0
    /// The names, in lower case, and the values of the head so far, and where they stand.
    private var bytes: [UInt8] = []
    private var fieldLines: [(name: Range<Int>, value: Range<Int>)] = []
    /// Bytes of the field lines of this head.
    private var lineBytes = 0
    /// Bytes of interim heads before this one, and of status lines: they count too.
    private var bytesBefore = 0
    /// The final head.
    private(set) var head: CurlHead?

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    var isComplete: Bool { head != nil }

    /// - Parameter line: with its line end.
    mutating func take(_ line: Span<UInt8>) -> Step {
        guard head == nil else { return .more }  // trailers
        guard bytesBefore + lineBytes + line.count <= bytesMax else { return .failed(.headTooLarge) }
        if startsHead(line) { return begin(line) }
        let content = trimmed(line, 0..<line.count)
        if content.isEmpty { return end() }
        var colon = content.lowerBound
        while colon < content.upperBound, line[colon] != UInt8(ascii: ":") { colon += 1 }
        if colon < content.upperBound {
            let name = keep(line, trimmed(line, content.lowerBound..<colon), inLowerCase: true)
            let value = keep(line, trimmed(line, (colon + 1)..<content.upperBound), inLowerCase: false)
            fieldLines.append((name, value))
        }
        lineBytes += line.count
        return .more
    }

    /// Copies a part of a line behind what is kept already, and says where it stands.
    private mutating func keep(_ line: Span<UInt8>, _ range: Range<Int>, inLowerCase: Bool) -> Range<Int> {
        let start = bytes.count
        bytes.append(addingCapacity: range.count) { copy in
            for index in range {
                let isCapital = line[index] >= 0x41 && line[index] <= 0x5a
                copy.append(inLowerCase && isCapital ? line[index] | 0x20 : line[index])
            }
        }
        return start..<bytes.count
    }

    private func startsHead(_ line: Span<UInt8>) -> Bool {
        guard line.count >= 5 else { return false }  // HTTP/
        return line[0] == 0x48 && line[1] == 0x54 && line[2] == 0x54 && line[3] == 0x50 && line[4] == 0x2f
    }

    private mutating func begin(_ line: Span<UInt8>) -> Step {
        bytesBefore += lineBytes + line.count
        lineBytes = 0
        bytes.removeAll(keepingCapacity: true)
        bytes.reserveCapacity(512)
        fieldLines.removeAll(keepingCapacity: true)
        fieldLines.reserveCapacity(16)
        var place = 0
        while place < line.count, line[place] != 0x20 { place += 1 }
        status = 0
        for index in (place + 1)..<(place + 4) {
            guard index < line.count, line[index] >= 0x30, line[index] <= 0x39 else { return .failed(.malformed(code: 0)) }
            status = status * 10 + Int(line[index] - 0x30)
        }
        guard status >= 100 else { return .failed(.malformed(code: 0)) }
        return status == 101 ? .failed(.unaskedUpgrade) : .more
    }

    private mutating func end() -> Step {
        guard status < 200 else {
            head = finalHead()
            return .complete
        }
        interim += 1
        return interim > Self.interimMax ? .failed(.tooManyInterimAnswers) : .more
    }

    private func finalHead() -> CurlHead {
        let fields = fieldLines.map { (name: text($0.name), value: text($0.value)) }
        return CurlHead(status: status, fields: HeaderFields(fields).withoutHopByHop())
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    private func trimmed(_ line: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isBlank(line[start]) { start += 1 }
        while end > start, isBlank(line[end - 1]) { end -= 1 }
        return start..<end
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a }
}
