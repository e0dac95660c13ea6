/// Writes a body in chunks. Nothing is allocated but what `output` needs to grow.
///
/// - SeeAlso: RFC 9112, section 7.1
package enum ChunkedEncoder {
    /// One chunk. No data writes nothing, as an empty chunk would end the body.
    package static func appendChunk(_ data: [UInt8], to output: inout [UInt8]) {
        if data.isEmpty { return }
        appendHeader(size: data.count, to: &output)
        output.append(contentsOf: data)
        appendTrailer(to: &output)
    }

    package static func appendChunk(_ data: ArraySlice<UInt8>, to output: inout [UInt8]) {
        if data.isEmpty { return }
        appendHeader(size: data.count, to: &output)
        output.append(contentsOf: data)
        appendTrailer(to: &output)
    }

    /// What stands before `size` bytes of data, which must not be 0: size in hexadecimal and CR LF.
    package static func appendHeader(size: Int, to output: inout [UInt8]) {
        precondition(size > 0, "an empty chunk ends the body: use appendLast")
        var shift = (size.bitWidth - size.leadingZeroBitCount - 1) & ~3
        while shift >= 0 {
            let digit = UInt8(size >> shift & 15)
            output.append(digit < 10 ? ASCII.zero + digit : UInt8(ascii: "a") + digit - 10)
            shift -= 4
        }
        appendTrailer(to: &output)
    }

    /// What stands behind the data of a chunk: CR LF.
    package static func appendTrailer(to output: inout [UInt8]) {
        output.append(ASCII.carriageReturn)
        output.append(ASCII.lineFeed)
    }

    /// The empty chunk that ends the body, without trailers.
    package static func appendLast(to output: inout [UInt8]) { output.append(text: "0\r\n\r\n") }
}
