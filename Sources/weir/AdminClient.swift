import CurlClient
import Dispatch
import EventLoop
import HTTPWire
import JSONBytes
import Synchronization

/// Asks the admin listener of a running gateway, and waits for the answer.
struct AdminClient {
    struct Status {
        let processID: Int
        let startTicks: Int
        let reads: Int
        let hash: String
        let generation: Int
        let lastRead: String
        let refusals: [String]
    }

    let address: String
    /// Where the address comes from, for whoever it leads nowhere.
    let origin: String

    func status() throws -> Status {
        let page = try get("/status", expecting: 200)
        guard let json = try? JSONValue(parsing: page), let process = json["pid"]?.int, let ticks = json["start_ticks"]?.int,
            let config = json["config"], let reads = config["reads"]?.int
        else { throw Refusal("What listens on \(address) (\(origin)) is not weir's admin listener.") }
        return Status(
            processID: process, startTicks: ticks, reads: reads, hash: config["hash"]?.string ?? "", generation: config["generation"]?.int ?? 0,
            lastRead: config["last_read"]?.string ?? "", refusals: config["last_refusal"]?["reasons"]?.array?.compactMap(\.string) ?? [])
    }

    func get(_ path: String, expecting status: Int) throws -> [UInt8] {
        try ask(CurlRequest(method: "GET", path: path, firstByteTimeout: .seconds(5), totalTimeout: .seconds(5)), expecting: status)
    }

    /// Sends JSON.
    func post(_ path: String, _ body: JSONValue) throws -> [UInt8] {
        let request = CurlRequest(
            method: "POST", path: path, headers: [HeaderField("content-type", "application/json")], body: body.written(),
            firstByteTimeout: .seconds(30),
            totalTimeout: .seconds(30))
        return try ask(request, expecting: 200)
    }

    private func ask(_ request: CurlRequest, expecting status: Int) throws -> [UInt8] {
        let answer = fetch(request)
        switch answer {
        case .success(let (found, body)):
            guard found == status else { throw Refusal(String(decoding: body.prefix(1000), as: UTF8.self).filter { $0 != "\n" }) }
            return body
        case .failure(let error):
            throw Refusal(
                "No gateway answers on \(address), which is \(origin) (\(error)). Is it running, and is this the admin address that it was "
                    + "started with? Say --admin HOST:PORT otherwise.")
        }
    }

    private func fetch(_ request: CurlRequest) -> Result<(Int, [UInt8]), CurlError> {
        let loop = EventLoop()
        let outcome = Mutex<Result<(Int, [UInt8]), CurlError>>(.failure(.cancelled))
        let done = DispatchSemaphore(value: 0)
        DispatchQueue(label: "weir.admin-client").async {
            loop.run()
            done.signal()
        }
        let endpoint = CurlEndpoint(url: "http://" + address)
        loop.execute {
            let client = CurlClient(on: loop)
            loop.spawn {
                let result = await exchange(client, request, endpoint)
                outcome.withLock { $0 = result }
                loop.stop()
            }
        }
        done.wait()
        return outcome.withLock { $0 }
    }

    private func exchange(_ client: CurlClient, _ request: CurlRequest, _ endpoint: CurlEndpoint) async -> Result<(Int, [UInt8]), CurlError> {
        do {
            let transfer = try client.send(request, to: endpoint)
            let head = try await transfer.head()
            var body: [UInt8] = []
            while let bytes = try await transfer.next() { body += bytes }
            return .success((head.status, body))
        } catch { return .failure(error) }
    }
}
