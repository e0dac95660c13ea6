import Crypto
import GatewayCore
import Testing

@testable import GatewayFilters

@Suite("The key table")
struct KeyTableTests {
    private let table = CallerDirectory([(.of("sk-alice"), Caller(name: "alice")), (.of("sk-bob"), Caller(name: "bob"))])

    @Test(arguments: [
        ("Authorization", "Bearer sk-alice"), ("authorization", "bEARER   sk-alice"), ("x-api-key", "sk-alice"), ("api-key", "sk-alice"),
        ("x-goog-api-key", "sk-alice"),
    ])
    func `takes a key from every header that clients use`(name: String, value: String) async {
        let exchange = Exchange.sample(headers: [(name, value)])

        #expect(await table.identify(exchange).caller?.name == "alice")
    }

    @Test(arguments: ["key=sk-alice", "alt=sse&key=sk-alice", "key=sk%2Dalice&x=1", "key=&key=%73k-alice"])
    func `takes a key from the query, percent-encoded or not`(query: String) async {
        let exchange = Exchange.sample(target: "/v1/models?\(query)")

        #expect(await table.identify(exchange).caller?.name == "alice")
    }

    @Test(arguments: ["xkey=sk-alice", "Key=sk-alice", "key", "key=", "&&", "a=key=sk-alice"])
    func `finds no key in a query that has none`(query: String) async {
        let exchange = Exchange.sample(target: "/v1/models?\(query)")

        #expect(await table.identify(exchange).isAbsent)
    }

    @Test(arguments: ["key=%", "key=%7", "key=%zz", "key=sk-alice%", "key=%00", "key=sk-alice+"])
    func `takes a query that cannot be decoded for an unknown key`(query: String) async {
        let exchange = Exchange.sample(target: "/v1/models?\(query)")

        #expect(await table.identify(exchange).isUnknown)
    }

    @Test func `goes by the first place that holds a key, whatever the others hold`() async {
        let exchange = Exchange.sample(
            target: "/v1/models?key=sk-bob",
            headers: [("x-goog-api-key", "sk-bob"), ("authorization", "Basic c2stYm9i"), ("api-key", "sk-bob"), ("x-api-key", "sk-alice")])

        #expect(await table.identify(exchange).caller?.name == "alice")
    }

    @Test func `passes over places that are empty`() async {
        let exchange = Exchange.sample(headers: [("authorization", "Bearer "), ("authorization", "Bearer"), ("x-api-key", ""), ("api-key", "sk-bob")])

        #expect(await table.identify(exchange).caller?.name == "bob")
    }

    @Test func `does not look further when the first key is unknown`() async {
        let exchange = Exchange.sample(headers: [("authorization", "Bearer wrong"), ("x-api-key", "sk-alice")])

        #expect(await table.identify(exchange).isUnknown)
    }

    @Test func `tells no key from an unknown key`() async {
        #expect(await table.identify(Exchange.sample()).isAbsent)
        #expect(await table.identify(Exchange.sample(headers: [("x-api-key", "sk-carol")])).isUnknown)
        #expect(await CallerDirectory([]).identify(Exchange.sample(headers: [("x-api-key", "sk-carol")])).isUnknown)
    }

    @Test func `knows nobody by a key longer than 4 KiB`() async {
        let longest = String(repeating: "a", count: KeyTable.keyBytesMax)
        let table = CallerDirectory([(.of(longest), Caller(name: "long")), (.of(longest + "a"), Caller(name: "too long"))])

        #expect(await table.identify(.sample(headers: [("x-api-key", longest)])).caller?.name == "long")
        #expect(await table.identify(.sample(headers: [("x-api-key", longest + "a")])).isUnknown)
    }

    @Test func `refuses a key from the second on in which it expires`() async {
        func identity(expires: Int) async -> Identity {
            let holder = KeyTable.Holder(digest: .of("sk-alice"), caller: Caller(name: "alice"), expires: expires)
            return await CallerDirectory(keys: KeyTable([holder])).identify(.sample(headers: [("x-api-key", "sk-alice")]))
        }

        #expect(await identity(expires: FakeWorker().secondsSince1970 + 1).caller?.name == "alice")
        #expect(await identity(expires: FakeWorker().secondsSince1970).error == .keyExpired)
    }

    @Test func `knows every one of 20,000 keys and nobody else`() {
        let callers = (0..<10_000).map { Caller(name: "caller-\($0)") }
        let holders = callers.indices.flatMap { [(KeyDigest.of("a-\($0)"), callers[$0]), (KeyDigest.of("b-\($0)"), callers[$0])] }

        let table = KeyTable(holders.map { KeyTable.Holder(digest: $0, caller: $1) })

        for index in callers.indices {
            #expect(table.holder(of: .of("a-\(index)"))?.caller === callers[index])
            #expect(table.holder(of: .of("b-\(index)"))?.caller === callers[index])
            #expect(table.holder(of: .of("c-\(index)")) == nil)
        }
    }

    @Test func `gives a key with two holders to the first`() {
        let holders = [("shared", "first"), ("other", "x"), ("shared", "second")]
        let table = KeyTable(holders.map { KeyTable.Holder(digest: .of($0), caller: Caller(name: $1)) })

        #expect(table.holder(of: .of("shared"))?.caller.name == "first")
    }

    @Test func `reads digests from 32 bytes only`() {
        let digest = Array(SHA256.hash(data: Array("sk-alice".utf8)))

        #expect(KeyDigest(bytes: digest) == .of("sk-alice"))
        #expect(KeyDigest(bytes: digest.dropLast()) == nil)
        #expect(KeyDigest(bytes: digest + [0]) == nil)
    }

    @Test(arguments: 0..<32)
    func `tells digests apart that differ in one byte`(index: Int) {
        var digest = [UInt8](repeating: 7, count: 32)
        let original = KeyDigest(bytes: digest)
        digest[index] ^= 1

        #expect(KeyDigest(bytes: digest) != original)
    }
}

extension KeyDigest {
    static func of(_ key: String) -> KeyDigest { KeyDigest(of: key.utf8) }
}

extension CallerDirectory {
    /// Of callers with a key each, and of issuers.
    convenience init(_ holders: [(KeyDigest, Caller)], tokens: TokenTable? = nil) {
        self.init(keys: KeyTable(holders.map { KeyTable.Holder(digest: $0, caller: $1) }), tokens: tokens)
    }
}

extension Identity {
    var isAbsent: Bool { if case .absent = self { true } else { false } }
    var isUnknown: Bool { error == .keyUnknown }
    var error: GatewayError? { if case .refused(_, let error) = self { error } else { nil } }
}
