import JSONBytes

/// Fields one behind the other, each with its length in front: no two lists of fields give the same bytes.
struct KeyText {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    mutating func append(_ text: String) {
        append(Array(text.utf8))
    }

    mutating func append(_ field: [UInt8]) {
        bytes.append(contentsOf: "\(field.count):".utf8)
        bytes.append(contentsOf: field)
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
