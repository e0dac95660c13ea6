internal import CZlib

/// Takes raw DEFLATE apart, a bounded piece at a time. Owns one `z_stream`.
@safe
package struct Inflater: ~Copyable {
    package enum Step: Equatable {
        case more
        /// The end, and nothing behind it.
        case ended
        /// No DEFLATE, cut off, longer than allowed, or something behind its end.
        case broken
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private var input: [UInt8]
    private var position: Int

    /// - Parameter offset: where the compressed bytes begin; they go to the end of `input`.
    /// - Returns: nil when there is no memory: it takes about 40 KiB.
    package init?(_ input: [UInt8], from offset: Int = 0) {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        guard unsafe weir_inflate_begin(stream) == Z_OK else {
            unsafe stream.deallocate()
            return nil
        }
        unsafe self.stream = stream
        self.input = input
        position = min(offset, input.count)
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Appends the next bytes to `output`.
    ///
    /// - Parameters:
    ///   - bytes: how many at most.
    ///   - total: how many `output` may have in all.
    package mutating func step(_ bytes: Int, to output: inout [UInt8], total: Int) -> Step {
        let room = min(bytes, total - output.count)
        let start = output.count
        // One byte more than allowed, to see whether there is one.
        output.append(contentsOf: repeatElement(0, count: room + 1))
        let result = run(into: &output, at: start, room: room + 1)
        let isTooLong = result.produced > total - start
        output.removeLast(room + 1 - min(result.produced, room + 1))
        guard !isTooLong else { return .broken }
        switch result.code {
        case Z_STREAM_END: return position == input.count ? .ended : .broken
        case Z_OK where result.produced > 0: return .more
        default: return .broken
        }
    }

    private mutating func run(into output: inout [UInt8], at start: Int, room: Int) -> (code: Int32, produced: Int) {
        let stream = unsafe stream
        let offset = position
        let (code, produced, left) = unsafe input.withUnsafeMutableBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe stream.pointee.next_in = input.baseAddress.map { unsafe $0 + offset }
                unsafe stream.pointee.avail_in = UInt32(clamping: input.count - offset)
                unsafe stream.pointee.next_out = output.baseAddress.map { unsafe $0 + start }
                unsafe stream.pointee.avail_out = UInt32(clamping: room)
                let code = unsafe inflate(stream, Z_NO_FLUSH)
                // The bytes go when this closure ends.
                unsafe stream.pointee.next_in = nil
                unsafe stream.pointee.next_out = nil
                return unsafe (code, room - Int(stream.pointee.avail_out), Int(stream.pointee.avail_in))
            }
        }
        position = input.count - left
        return (code, produced)
    }
}
