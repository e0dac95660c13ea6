import Crypto
import GatewayCore
import Testing

@testable import GatewayFilters

@Suite("The key table")
struct KeyTableTests {
    private let table = KeyTable([(.of("sk-alice"), Caller(name: "alice")), (.of("sk-bob"), Caller(name: "bob"))])

    @Test(arguments: [
        ("Authorization", "Bearer sk-alice"), ("authorization", "bEARER   sk-alice"), ("x-api-key", "sk-alice"), ("api-key", "sk-alice"),
        ("x-goog-api-key", "sk-alice"),
    ])
    func `takes a key from every header that clients use`(name: String, value: String) {
        let exchange = Exchange.sample(headers: [(name, value)])

        #expect(table.identify(exchange).caller?.name == "alice")
    }

    @Test(arguments: ["key=sk-alice", "alt=sse&key=sk-alice", "key=sk%2Dalice&x=1", "key=&key=%73k-alice"])
    func `takes a key from the query, percent-encoded or not`(query: String) {
        let exchange = Exchange.sample(target: "/v1/models?\(query)")

        #expect(table.identify(exchange).caller?.name == "alice")
    }

    @Test(arguments: ["xkey=sk-alice", "Key=sk-alice", "key", "key=", "&&", "a=key=sk-alice"])
    func `finds no key in a query that has none`(query: String) {
        let exchange = Exchange.sample(target: "/v1/models?\(query)")

        #expect(table.identify(exchange).isAbsent)
    }

    @Test(arguments: ["key=%", "key=%7", "key=%zz", "key=sk-alice%", "key=%00", "key=sk-alice+"])
    func `takes a query that cannot be decoded for an unknown key`(query: String) {
        let exchange = Exchange.sample(target: "/v1/models?\(query)")

        #expect(table.identify(exchange).isUnknown)
    }

    @Test func `goes by the first place that holds a key, whatever the others hold`() {
        let exchange = Exchange.sample(
            target: "/v1/models?key=sk-bob",
            headers: [("x-goog-api-key", "sk-bob"), ("authorization", "Basic c2stYm9i"), ("api-key", "sk-bob"), ("x-api-key", "sk-alice")])

        #expect(table.identify(exchange).caller?.name == "alice")
    }

    @Test func `passes over places that are empty`() {
        let exchange = Exchange.sample(headers: [("authorization", "Bearer "), ("authorization", "Bearer"), ("x-api-key", ""), ("api-key", "sk-bob")])

        #expect(table.identify(exchange).caller?.name == "bob")
    }

    @Test func `does not look further when the first key is unknown`() {
        let exchange = Exchange.sample(headers: [("authorization", "Bearer wrong"), ("x-api-key", "sk-alice")])

        #expect(table.identify(exchange).isUnknown)
    }

    @Test func `tells no key from an unknown key`() {
        #expect(table.identify(Exchange.sample()).isAbsent)
        #expect(table.identify(Exchange.sample(headers: [("x-api-key", "sk-carol")])).isUnknown)
        #expect(KeyTable([]).identify(Exchange.sample(headers: [("x-api-key", "sk-carol")])).isUnknown)
    }

    @Test func `does not hash a key longer than 4 KiB`() {
        let longest = [UInt8](repeating: 0x61, count: KeyTable.keyBytesMax)
        let table = KeyTable([(KeyDigest(of: longest), Caller(name: "long")), (KeyDigest(of: longest + [0x61]), Caller(name: "too long"))])

        #expect(table.holder(ofKey: longest)?.name == "long")
        #expect(table.holder(ofKey: longest + [0x61]) == nil)
    }

    @Test func `knows every one of 20,000 keys and nobody else`() {
        let callers = (0..<10_000).map { Caller(name: "caller-\($0)") }
        let holders = callers.indices.flatMap { [(KeyDigest.of("a-\($0)"), callers[$0]), (KeyDigest.of("b-\($0)"), callers[$0])] }

        let table = KeyTable(holders)

        for index in callers.indices {
            #expect(table.holder(ofKey: Array("a-\(index)".utf8)) === callers[index])
            #expect(table.holder(ofKey: Array("b-\(index)".utf8)) === callers[index])
            #expect(table.holder(ofKey: Array("c-\(index)".utf8)) == nil)
        }
    }

    @Test func `gives a key with two holders to the first`() {
        let table = KeyTable([(.of("shared"), Caller(name: "first")), (.of("other"), Caller(name: "x")), (.of("shared"), Caller(name: "second"))])

        #expect(table.holder(ofKey: Array("shared".utf8))?.name == "first")
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

extension KeyIdentity {
    var isAbsent: Bool { if case .absent = self { true } else { false } }
    var isUnknown: Bool { if case .unknown = self { true } else { false } }
}
