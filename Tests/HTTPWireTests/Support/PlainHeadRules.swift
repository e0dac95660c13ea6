/// The rules for request heads, written down a second time without any of the parser's code: slow, plain, line by line. A head is
/// accepted by the parser if and only if nothing is found against it here.
struct PlainHeadRules {
    let requestLineBytesMax: Int
    let headerBytesMax: Int
    let headerCountMax: Int

    private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    private static let tokenBytes = Array((letters + "0123456789!#$%&'*+-.^_`|~").utf8)
    private static let nameBytes = Array((letters + "0123456789-._~!$&'()*+,;=").utf8)
    private static let hexBytes = Array("0123456789abcdefABCDEF".utf8)
    private static let addressBytes = hexBytes + Array(":.".utf8)

    /// The lines of the first whole head in `input`, as a reader sees it who takes CR LF for the only line end; nil when there is none.
    static func lines(of input: [UInt8]) -> (lines: [[UInt8]], end: Int)? {
        var lines: [[UInt8]] = []
        var line: [UInt8] = []
        for (index, byte) in input.enumerated() {
            line.append(byte)
            guard line.suffix(2) == [0x0D, 0x0A] else { continue }
            line.removeLast(2)
            if line.isEmpty, lines.contains(where: { !$0.isEmpty }) { return (lines, index + 1) }
            lines.append(line)
            line = []
        }
        return nil
    }

    /// What is wrong with the head made of `lines`, nil when nothing is.
    func complaint(_ lines: [[UInt8]]) -> String? {
        let empty = lines.prefix { $0.isEmpty }.count
        if empty > 2 { return "empty lines" }
        if lines.joined().contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) { return "control bytes" }
        let request = lines[empty]
        let fields = lines[(empty + 1)...].map { $0.split(separator: 0x3A, maxSplits: 1, omittingEmptySubsequences: false).map { Array($0) } }
        if request.count + 2 > requestLineBytesMax { return "request line too long" }
        if fields.count > headerCountMax { return "too many fields" }
        if lines[(empty + 1)...].reduce(2, { $0 + $1.count + 2 }) > headerBytesMax { return "fields too large" }
        for field in fields where field.count != 2 || !isToken(field[0]) { return "field name" }

        let parts = request.split(separator: 0x20, omittingEmptySubsequences: false).map { Array($0) }
        guard parts.count == 3 else { return "request line" }
        let version = String(decoding: parts[2], as: UTF8.self)
        guard version == "HTTP/1.1" || version == "HTTP/1.0" else { return "version" }
        let pairs = fields.map { (name: String(decoding: $0[0], as: UTF8.self).lowercased(), value: trimmed($0[1])) }
        return complaint(method: parts[0], target: parts[1]) ?? complaint(host: pairs, version) ?? complaint(framing: pairs, version)
    }

    private func complaint(method: [UInt8], target: [UInt8]) -> String? {
        let name = String(decoding: method, as: UTF8.self)
        if !isToken(method) || method.count > 32 || name == "CONNECT" || name == "TRACE" { return "method" }
        if target.contains(where: { $0 < 0x21 || $0 > 0x7E || $0 == 0x23 }) { return "target bytes" }
        if target.first == 0x2F || (target == [0x2A] && name == "OPTIONS") { return nil }
        let text = String(decoding: target, as: UTF8.self)
        for scheme in ["http://", "https://"] where text.lowercased().hasPrefix(scheme) {
            let authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
            return isHost(Array(authority.utf8)) ? nil : "authority"
        }
        return "target form"
    }

    private func complaint(host fields: [(name: String, value: [UInt8])], _ version: String) -> String? {
        let hosts = fields.filter { $0.name == "host" }
        if hosts.count > 1 || (hosts.isEmpty && version == "HTTP/1.1") { return "number of hosts" }
        if let host = hosts.first, !isHost(host.value) { return "host" }
        for field in fields where field.name == "expect" {
            if String(decoding: field.value, as: UTF8.self).lowercased() != "100-continue" { return "expectation" }
        }
        return nil
    }

    private func complaint(framing fields: [(name: String, value: [UInt8])], _ version: String) -> String? {
        let lengths = fields.filter { $0.name == "content-length" }
        let codings = fields.filter { $0.name == "transfer-encoding" }
        if lengths.count + codings.count > 1 { return "framing given twice" }
        if let coding = codings.first {
            if version == "HTTP/1.0" { return "coding in HTTP/1.0" }
            return String(decoding: coding.value, as: UTF8.self).lowercased() == "chunked" ? nil : "coding"
        }
        guard let length = lengths.first?.value else { return nil }
        guard !length.isEmpty, length.allSatisfy({ (0x30...0x39).contains($0) }) else { return "length" }
        return Int(String(decoding: length, as: UTF8.self)) == nil ? "length too large" : nil
    }

    private func isToken(_ bytes: [UInt8]) -> Bool { !bytes.isEmpty && bytes.allSatisfy(Self.tokenBytes.contains) }

    private func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        let blanks: [UInt8] = [0x20, 0x09]
        let front = bytes.drop { blanks.contains($0) }
        return Array(front.reversed().drop { blanks.contains($0) }.reversed())
    }

    private func isHost(_ bytes: [UInt8]) -> Bool {
        if bytes.first == 0x5B {
            guard let close = bytes.firstIndex(of: 0x5D), close >= 3, bytes[1..<close].allSatisfy(Self.addressBytes.contains) else { return false }
            return isPort(bytes[(close + 1)...])
        }
        let colon = bytes.firstIndex(of: 0x3A) ?? bytes.count
        var name = bytes[..<colon]
        if name.isEmpty { return false }
        while let byte = name.popFirst() {
            if byte == 0x25 {
                guard name.count >= 2, Self.hexBytes.contains(name.removeFirst()), Self.hexBytes.contains(name.removeFirst()) else { return false }
            } else if !Self.nameBytes.contains(byte) {
                return false
            }
        }
        return isPort(bytes[colon...])
    }

    /// Nothing, or a colon and any number of digits up to 65535.
    private func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let colon = bytes.first else { return true }
        let digits = bytes.dropFirst()
        guard colon == 0x3A, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
        return digits.isEmpty || (Int(String(decoding: digits, as: UTF8.self)) ?? .max) <= 65_535
    }
}
