import Dispatch
import EventLoop

/// A server that says what a test wants: to each connection `greeting`, and to whatever arrives what `answer` makes of it.
final class SpokenServer: EventHandler, @unchecked Sendable {
    private(set) var port = 0
    private let loop = EventLoop()
    private let ended = DispatchSemaphore(value: 0)
    private let greeting: String
    private let answer: @Sendable (String) -> String?
    /// Belong to the loop's thread.
    private var listener: Int32 = -1
    private var clients: Set<Int32> = []

    /// - Parameter answer: nil ends the connection.
    init(greeting: String = "", answer: @escaping @Sendable (String) -> String? = { _ in "" }) throws {
        self.greeting = greeting
        self.answer = answer
        let listener = try Socket.listen(host: "127.0.0.1", port: 0)
        port = Socket.localPort(of: listener)
        DispatchQueue(label: "test.spoken").async { [loop, ended] in
            loop.run()
            ended.signal()
        }
        loop.execute { [self] in
            self.listener = listener
            loop.register(listener, .read, self)
        }
    }

    func ready(_ descriptor: Int32, _ events: Readiness) {
        guard descriptor != listener else { return accept() }
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        guard let count = try? Socket.receive(descriptor, into: &bytes), count > 0 else { return drop(descriptor) }
        guard let text = answer(String(decoding: bytes.prefix(count), as: UTF8.self)) else { return drop(descriptor) }
        if !text.isEmpty { _ = try? Socket.send(descriptor, Array(text.utf8)) }
    }

    private func accept() {
        guard let client = try? Socket.accept(from: listener).descriptor else { return }
        clients.insert(client)
        loop.register(client, .read, self)
        if !greeting.isEmpty { _ = try? Socket.send(client, Array(greeting.utf8)) }
    }

    private func drop(_ descriptor: Int32) {
        clients.remove(descriptor)
        loop.deregister(descriptor)
        Socket.close(descriptor)
    }

    func stop() {
        loop.execute { [self] in
            for client in clients { drop(client) }
            loop.deregister(listener)
            Socket.close(listener)
        }
        loop.stop()
        ended.wait()
    }
}
