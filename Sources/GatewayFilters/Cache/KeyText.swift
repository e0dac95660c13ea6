import JSONBytes

/// Fields one behind the other, each with its length in front: no two lists of fields give the same bytes.
struct KeyText: Sendable {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    /// Goes on where `beginning` ends.
    init(_ beginning: KeyText, capacity: Int) {
        bytes.reserveCapacity(beginning.bytes.count + capacity)
        bytes += beginning.bytes
    }

    mutating func append(_ text: String) {
        append(length: text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    mutating func append(_ field: [UInt8]) {
        append(length: field.count)
        bytes += field
    }

    private mutating func append(length: Int) {
        if length < 10 { bytes.append(UInt8(ascii: "0") + UInt8(length)) } else { bytes.append(contentsOf: String(length).utf8) }
        bytes.append(UInt8(ascii: ":"))
    }

    /// The last field, and so without a length.
    ///
    /// - Returns: false when it is no JSON object that has a canonical form.
    mutating func append(canonical body: [UInt8], leavingOut names: JSONNames) -> Bool {
        let start = bytes.count
        do throws(JSONError) {
            try JSONCanonical.append(body, excluding: names, into: &bytes)
        } catch {
            return false
        }
        return bytes[start] == UInt8(ascii: "{")
    }
}
