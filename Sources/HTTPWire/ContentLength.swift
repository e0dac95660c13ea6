extension Span<UInt8> {
    /// The value of a Content-Length field: one or more digits: no sign, no list, no white space, not above `Int.max`.
    func contentLength(_ range: Range<Int>) throws(WireError) -> Int {
        guard !range.isEmpty else { throw .lengthMalformed }
        var value = 0
        for index in range {
            guard self[index].isDigit else { throw .lengthMalformed }
            let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooLargeToo) = product.addingReportingOverflow(Int(self[index] - ASCII.zero))
            guard !tooLarge, !tooLargeToo else { throw .lengthMalformed }
            value = sum
        }
        return value
    }
}
