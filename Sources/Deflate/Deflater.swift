internal import CZlib

/// Compresses bytes piece by piece: raw DEFLATE (RFC 1951), without a checksum. Owns one `z_stream`.
@safe
package struct Deflater: ~Copyable {
    private static let scratchBytes = 16 << 10

    private let stream: UnsafeMutablePointer<z_stream>
    private var scratch = [UInt8](repeating: 0, count: scratchBytes)

    /// - Parameter level: 1, the fastest, to 9.
    /// - Returns: nil when there is no memory: it takes about 256 KiB.
    package init?(level: Int32 = 1) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        guard unsafe weir_deflate_begin(stream, level) == Z_OK else {
            unsafe stream.deallocate()
            return nil
        }
        unsafe self.stream = stream
    }

    deinit {
        // "All dynamically allocated data structures for this stream are freed."
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Appends to `output` what has come out by now; all of it once `isLast` was said, after which nothing more may come.
    package mutating func add(_ bytes: ArraySlice<UInt8>, isLast: Bool, to output: inout [UInt8]) {
        // zlib takes a pointer to bytes that it may change, and does not; its counts have 32 bits, and a piece fewer.
        precondition(bytes.count <= Int(UInt32.max), "a piece is too long")
        var input = Array(bytes)
        let stream = unsafe stream
        let room = Self.scratchBytes
        unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe stream.pointee.next_in = input.baseAddress
            unsafe stream.pointee.avail_in = UInt32(input.count)
            var isFull = true
            while isFull {
                let count = unsafe scratch.withUnsafeMutableBufferPointer { buffer in
                    unsafe stream.pointee.next_out = buffer.baseAddress
                    unsafe stream.pointee.avail_out = UInt32(room)
                    // Returns Z_BUF_ERROR when there was nothing to do, which is no error.
                    _ = unsafe deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
                    return unsafe room - Int(stream.pointee.avail_out)
                }
                output.append(contentsOf: scratch[..<count])
                isFull = count == room
            }
            // The bytes go when this closure ends.
            unsafe stream.pointee.next_in = nil
        }
    }
}
