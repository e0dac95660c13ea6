/// Checks one field line without its line end.
///
/// - Parameter base: where the head starts; the entry counts from there.
/// - SeeAlso: RFC 9112, section 5, and RFC 9110, section 5.5
func fieldLine(_ bytes: Span<UInt8>, _ line: Range<Int>, base: Int) throws(WireError) -> HeaderFields.Entry {
    let colon = bytes.tokenEnd(line)
    guard colon < line.upperBound else { throw .headerWithoutColon }
    guard bytes[colon] == ASCII.colon, colon > line.lowerBound else {
        throw colon == line.lowerBound && bytes[colon].isBlank ? .headerFolded : .headerNameMalformed
    }
    guard bytes.isFieldValue((colon + 1)..<line.upperBound) else { throw .headerValueMalformed }
    let value = bytes.trimmed((colon + 1)..<line.upperBound)
    return HeaderFields.Entry(name: (line.lowerBound - base)..<(colon - base), value: value.shifted(by: -base))
}
