import EventLoop

/// An open connection's bytes, in and out.
enum Channel {
    case plain(Int32)
    case tls(CurlConnector, Int32)

    var socket: Int32 {
        switch self {
        case .plain(let socket), .tls(_, let socket): socket
        }
    }

    /// Reads what is there into `scratch` from its start.
    ///
    /// - Returns: the number of bytes, 0 when the peer sends no more; and whether there may be more to read.
    func receive(into scratch: inout [UInt8]) throws(SocketError) -> (count: Int, mayHaveMore: Bool) {
        switch self {
        case .plain(let socket):
            let count = try Socket.receive(socket, into: &scratch)
            // An edge says that more came; a short read took it all (epoll(7)).
            return (count, count == scratch.count)
        case .tls(let connector, _):
            // One record at a time: the socket may hold the next one.
            return (try connector.receive(into: &scratch), true)
        }
    }

    func send(_ bytes: [UInt8], from start: Int) throws(SocketError) -> Int {
        switch self {
        case .plain(let socket): try Socket.send(socket, bytes, from: start)
        case .tls(let connector, _): try connector.send(bytes, from: start)
        }
    }

    /// To be called once, after the socket has left the epoll set.
    func close() {
        switch self {
        case .plain(let socket): Socket.close(socket)
        case .tls(let connector, _): connector.putAway()
        }
    }
}
