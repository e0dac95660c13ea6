/// The head of an answer.
package struct CurlHead: Equatable, Sendable {
    package struct Field: Equatable, Sendable {
        /// In lower case.
        package let name: String
        package let value: String
    }

    package let status: Int
    /// Without hop-by-hop fields and those that `connection` names (RFC 9110, section 7.6.1).
    package let fields: [Field]
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
    private static let hopByHop: Set<String> = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ]

    private let bytesMax: Int
    private var bytes = 0
    private var interim = 0
    private var status = 0
    private var fields: [CurlHead.Field] = []
    private(set) var isComplete = false

    init(bytesMax: Int) { self.bytesMax = bytesMax }

    var head: CurlHead {
        var dropped = Self.hopByHop
        for field in fields where field.name == "connection" {
            for name in field.value.split(separator: ",") { dropped.insert(lowerCase(trim(name.utf8))) }
        }
        return CurlHead(status: status, fields: fields.filter { !dropped.contains($0.name) })
    }

    /// - Parameter line: with its line end.
    mutating func take(_ line: [UInt8]) -> Step {
        guard !isComplete else { return .more }  // trailers
        bytes += line.count
        guard bytes <= bytesMax else { return .failed(.headTooLarge) }
        if line.starts(with: "HTTP/".utf8) { return begin(line) }
        if line.allSatisfy({ $0 == 0x0d || $0 == 0x0a }) { return end() }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return .more }
        fields.append(CurlHead.Field(name: lowerCase(trim(line[..<colon])), value: String(decoding: trim(line[(colon + 1)...]), as: UTF8.self)))
        return .more
    }

    private mutating func begin(_ line: [UInt8]) -> Step {
        fields.removeAll(keepingCapacity: true)
        let code = line.drop { $0 != 0x20 }.dropFirst().prefix(3)
        status = code.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
        guard code.count == 3, code.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), status >= 100 else { return .failed(.malformed(code: 0)) }
        return status == 101 ? .failed(.unaskedUpgrade) : .more
    }

    private mutating func end() -> Step {
        guard status < 200 else {
            isComplete = true
            return .complete
        }
        interim += 1
        return interim > Self.interimMax ? .failed(.tooManyInterimAnswers) : .more
    }

    private func lowerCase(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: bytes.map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    private func trim<Bytes: BidirectionalCollection<UInt8>>(_ bytes: Bytes) -> Bytes.SubSequence {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d || $0 == 0x0a }
        var slice = bytes.drop(while: isBlank)
        while let last = slice.last, isBlank(last) { slice.removeLast() }
        return slice
    }
}
