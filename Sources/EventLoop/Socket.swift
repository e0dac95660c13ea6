import CLinux

/// Why a socket call did not do what was asked.
package enum SocketError: Error, Equatable, Sendable {
    case wouldBlock
    case closed
    /// A negative errno turned positive.
    case failed(errno: Int32)
}

/// System calls on sockets. Descriptors are plain numbers; whoever made one closes it.
package enum Socket {
    /// Opens a listening TCP socket.
    ///
    /// - Parameter port: 0 lets the kernel choose.
    package static func listen(host: String, port: Int, backlog: Int = 4096) throws(SocketError) -> Int32 {
        let result = unsafe clinux_listen(host.isEmpty ? nil : host, UInt16(clamping: port), Int32(clamping: backlog))
        guard result >= 0 else { throw .failed(errno: -result) }
        return result
    }

    package static func localPort(of descriptor: Int32) -> Int { Int(clinux_local_port(descriptor)) }

    /// The next waiting connection, non-blocking and with TCP_NODELAY, and the 128 bits of its peer's address, IPv4 as IPv6 maps it.
    package static func accept(from listener: Int32) throws(SocketError) -> (descriptor: Int32, peer: UInt128) {
        var (high, low): (UInt64, UInt64) = (0, 0)
        let result = unsafe clinux_accept(listener, &high, &low)
        guard result >= 0 else { throw error(-result) }
        return (result, UInt128(high) << 64 | UInt128(low))
    }

    /// Reads what is there into `scratch` from its start.
    ///
    /// - Returns: the number of bytes; 0 when the peer sends no more.
    package static func receive(_ descriptor: Int32, into scratch: inout [UInt8]) throws(SocketError) -> Int {
        let result = unsafe scratch.withUnsafeMutableBytes { unsafe clinux_receive(descriptor, $0.baseAddress, $0.count) }
        guard result >= 0 else { throw error(Int32(-result)) }
        return result
    }

    /// Reads what is there, `count` bytes at most, behind what `bytes` holds.
    ///
    /// - Returns: the number of bytes; 0 when the peer sends no more.
    package static func receive(_ descriptor: Int32, appendingTo bytes: inout [UInt8], atMost count: Int) throws(SocketError) -> Int {
        if bytes.capacity - bytes.count < count { bytes.reserveCapacity(max(bytes.count + count, 2 * bytes.capacity)) }
        var result = 0
        bytes.append(addingCapacity: count) { span in
            unsafe span.withUnsafeMutableBufferPointer { buffer, initialized in
                result = unsafe clinux_receive(descriptor, buffer.baseAddress.map { unsafe $0 + initialized }, count)
                initialized += max(0, result)
            }
        }
        guard result >= 0 else { throw error(Int32(-result)) }
        return result
    }

    /// Sends `bytes` from `start` on.
    ///
    /// - Returns: how many were taken; fewer than all means the socket is full.
    package static func send(_ descriptor: Int32, _ bytes: [UInt8], from start: Int = 0) throws(SocketError) -> Int {
        let result = unsafe bytes.withUnsafeBytes { unsafe clinux_send(descriptor, $0.baseAddress.map { unsafe $0 + start }, $0.count - start) }
        guard result >= 0 else { throw error(Int32(-result)) }
        return result
    }

    private static let piecesMax = 64

    /// Sends `pieces` one behind the other in one system call, the first of them from `start` on.
    ///
    /// - Returns: how many bytes were taken. Fewer than all does not mean that the socket is full: call again.
    package static func send(_ descriptor: Int32, pieces: ArraySlice<ArraySlice<UInt8>>, from start: Int) throws(SocketError) -> Int {
        let result = unsafe withUnsafeTemporaryAllocation(of: clinux_piece.self, capacity: min(piecesMax, pieces.count)) { vector in
            unsafe sendPinned(descriptor, pieces, from: start, vector, 0)
        }
        guard result >= 0 else { throw error(Int32(-result)) }
        return result
    }

    /// A piece keeps its place while `body` of `withUnsafeBytes` runs, so the system call is made inside all of theirs.
    private static func sendPinned(
        _ descriptor: Int32, _ pieces: ArraySlice<ArraySlice<UInt8>>, from start: Int, _ vector: UnsafeMutableBufferPointer<clinux_piece>,
        _ filled: Int
    ) -> Int {
        guard filled < vector.count, let piece = pieces.first else {
            return unsafe clinux_send_pieces(descriptor, vector.baseAddress, filled)
        }
        return unsafe piece.withUnsafeBytes { bytes in
            unsafe (vector.baseAddress! + filled).initialize(
                to: clinux_piece(start: bytes.baseAddress.map { unsafe $0 + start }, count: bytes.count - start))
            return unsafe sendPinned(descriptor, pieces.dropFirst(), from: 0, vector, filled + 1)
        }
    }

    package static func shutdownWrite(_ descriptor: Int32) { clinux_shutdown_write(descriptor) }

    /// Ends a connection in both directions and reads off what came before: whoever still holds the descriptor finds it at its end.
    package static func makeUseless(_ descriptor: Int32, _ scratch: inout [UInt8]) {
        // From here on the kernel answers more bytes with a reset, so that the reading ends.
        clinux_shutdown_both(descriptor)
        while let count = try? receive(descriptor, into: &scratch), count > 0 {}
    }

    package static func close(_ descriptor: Int32) { clinux_close(descriptor) }

    /// Makes the coming `close` send RST: the peer sees that what it got is not the whole.
    package static func resetOnClose(_ descriptor: Int32) { clinux_reset(descriptor) }

    private static func error(_ number: Int32) -> SocketError {
        switch number {
        case 11: .wouldBlock  // EAGAIN
        case 32, 103, 104: .closed  // EPIPE, ECONNABORTED, ECONNRESET
        default: .failed(errno: number)
        }
    }
}
