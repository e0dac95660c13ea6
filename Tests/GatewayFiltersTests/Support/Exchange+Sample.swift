import GatewayCore
import HTTPWire

extension Exchange {
    /// A chat completion as an SDK sends it. A test names only what it is about.
    static func sample(
        on worker: any WorkerServices = FakeWorker(), method: String = "POST", target: String = "/v1/chat/completions",
        headers: [(String, String)] = [], body: String = #"{"model":"fast","messages":[{"role":"user","content":"Hi"}]}"#,
        operation: Operation = .chatCompletions, model: String? = "fast", streaming: Bool = false, caller: Caller? = nil
    ) -> Exchange {
        let head = RequestHead.sample(method: method, target: target, headers: headers, body: body)
        let exchange = Exchange(
            request: ClientRequest(head: head, body: Array(body.utf8)), worker: worker, started: worker.now, requestID: "request-1",
            trace: TraceContext(traceID: String(repeating: "a", count: 32), spanID: String(repeating: "b", count: 16)), path: head.path)
        exchange.operation = operation
        exchange.model = model
        exchange.isStreaming = streaming
        exchange.caller = caller
        exchange.record.route = "chat"
        return exchange
    }
}

extension RequestHead {
    /// A head as the server reads it.
    static func sample(
        method: String = "POST", target: String = "/v1/chat/completions", headers: [(String, String)] = [], body: String = ""
    ) -> RequestHead {
        var text = "\(method) \(target) HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        var parser = RequestHeadParser()
        guard let parsed = try? parser.parse(Array((text + "\r\n").utf8), from: 0) else { fatalError("a sample that is no request:\n\(text)") }
        return parsed.head
    }
}
