/// An answer by a second, plain reading of the rules, without any of the reader's code.
struct PlainAnswer: Equatable {
    let status: Int
    let body: [UInt8]
    let end: Int
    let keepsConnection: Bool

    init(status: Int, body: [UInt8], end: Int, keepsConnection: Bool) {
        (self.status, self.body, self.end, self.keepsConnection) = (status, body, end, keepsConnection)
    }

    /// - Returns: nil when it is malformed, too large or not whole.
    init?(_ input: [UInt8], isToHead: Bool, headBytesMax: Int, closes: Bool) {
        var rest = input[...]
        var interim = 0
        while true {
            guard let lines = Self.head(&rest), rest.startIndex <= headBytesMax, let (status, isNew) = Self.status(lines[0]) else { return nil }
            let fields = lines.dropFirst().map { $0.split(separator: 0x3A, maxSplits: 1, omittingEmptySubsequences: false).map { Array($0) } }
            guard fields.allSatisfy({ $0.count == 2 && Self.isToken($0[0]) }) else { return nil }
            if status == 101 { return nil }
            if status >= 200 {
                let pairs = fields.map { (name: Self.lower($0[0]), value: Self.trimmed($0[1])) }
                self.init(status, isNew, pairs, rest, isToHead: isToHead, closes: closes)
                return
            }
            interim += 1
            if interim > 16 { return nil }
        }
    }

    private init?(
        _ status: Int, _ isNew: Bool, _ fields: [(name: String, value: [UInt8])], _ rest: ArraySlice<UInt8>, isToHead: Bool, closes: Bool
    ) {
        let lengths = fields.filter { $0.name == "content-length" }.map(\.value)
        let codings = fields.filter { $0.name == "transfer-encoding" }.map { Self.lower($0.value) }
        let connection = fields.filter { $0.name == "connection" }
        let options = connection.flatMap { $0.value.split(separator: 0x2C).map { Self.lower(Self.trimmed(Array($0))) } }
        for length in lengths {
            guard !length.isEmpty, length.allSatisfy({ (0x30...0x39).contains($0) }), Int(String(decoding: length, as: UTF8.self)) != nil else {
                return nil
            }
        }
        let numbers = Set(lengths.compactMap { Int(String(decoding: $0, as: UTF8.self)) })
        if numbers.count > 1 || (!codings.isEmpty && (!lengths.isEmpty || !isNew || codings != ["chunked"])) { return nil }
        let keeps = !options.contains("close") && (isNew || options.contains("keep-alive"))
        let start = rest.startIndex
        if isToHead || status == 204 || status == 304 {
            self.init(status: status, body: [], end: start, keepsConnection: keeps)
        } else if !codings.isEmpty {
            guard case .finished(let body, let used) = ChunkOutcome(pieces: [Array(rest)]) else { return nil }
            self.init(status: status, body: body, end: start + used, keepsConnection: keeps)
        } else if let length = numbers.first {
            guard rest.count >= length else { return nil }
            self.init(status: status, body: Array(rest.prefix(length)), end: start + length, keepsConnection: keeps)
        } else {
            guard closes else { return nil }
            self.init(status: status, body: Array(rest), end: rest.endIndex, keepsConnection: false)
        }
    }

    /// Takes the lines of a head, all of which end in CR LF and hold no control bytes.
    private static func head(_ rest: inout ArraySlice<UInt8>) -> [[UInt8]]? {
        var lines: [[UInt8]] = []
        while let end = rest.indices.first(where: { rest[$0...].starts(with: [0x0D, 0x0A]) }) {
            let line = Array(rest[..<end])
            rest = rest[(end + 2)...]
            if line.isEmpty { return lines.isEmpty ? nil : lines }
            if line.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) { return nil }
            lines.append(line)
        }
        return nil
    }

    private static func status(_ line: [UInt8]) -> (Int, isNew: Bool)? {
        let text = String(decoding: line, as: UTF8.self)
        guard text.hasPrefix("HTTP/1.1 ") || text.hasPrefix("HTTP/1.0 "), line.count >= 12, line.count == 12 || line[12] == 0x20 else { return nil }
        let digits = line[9..<12]
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }), let status = Int(String(decoding: digits, as: UTF8.self)), status >= 100 else {
            return nil
        }
        return (status, text.hasPrefix("HTTP/1.1"))
    }

    private static func isToken(_ bytes: [UInt8]) -> Bool {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~".utf8
        return !bytes.isEmpty && bytes.allSatisfy(letters.contains)
    }

    private static func lower(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self).lowercased() }

    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        let front = bytes.drop { $0 == 0x20 || $0 == 0x09 }
        return Array(front.reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed())
    }
}
