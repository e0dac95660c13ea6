import GatewayCore
import JSONBytes
import Testing

@testable import GatewayFilters

@Suite("What counts in a cache key")
struct CacheKeyFieldsTests {
    private func fields(ignoring: [[String]] = [], adding: Set<String> = [], headers: [String] = []) throws -> CacheKeyFields {
        let plan = try ignoring.isEmpty ? nil : JSONEditPlan(ignoring.map { .remove(JSONPointer(tokens: $0)) })
        return CacheKeyFields(ignored: plan, added: adding, headers: headers)
    }

    private func key(_ fields: CacheKeyFields, _ body: String, _ headers: [(String, String)] = []) -> CacheKey? {
        CacheKeyRecipe(route: "chat", scope: .everyone, fields: fields).key(for: .sample(headers: headers, body: body))
    }

    @Test func `leaves out what the file says, wherever it is`() throws {
        let fields = try fields(ignoring: [["trace"], ["options", "id"]])
        let plain = key(fields, #"{"model":"fast","options":{"a":1}}"#)

        #expect(plain != nil)
        #expect(key(fields, #"{"trace":7,"model":"fast","options":{"id":"x","a":1}}"#) == plain)
        #expect(key(fields, #"{"model":"fast","options":{"a":2}}"#) != plain)
        #expect(key(fields, #"{"model":"fast","options":"none"}"#) != plain, "nothing to leave out")
    }

    @Test func `counts who asks where the file says so`() throws {
        let (usual, adding) = (CacheKeyFields.usual, try fields(adding: ["user"]))
        let (one, other) = (#"{"model":"fast","user":"a","metadata":{}}"#, #"{"model":"fast","user":"b"}"#)

        #expect(key(usual, one) == key(usual, other))
        #expect(key(adding, one) != key(adding, other))
        #expect(key(adding, one) == key(adding, #"{"model":"fast","user":"a"}"#))
    }

    @Test func `counts headers that no provider gets`() throws {
        let fields = try fields(headers: ["x-tenant"])

        #expect(key(fields, "{}", [("x-tenant", "a")]) != key(fields, "{}", [("x-tenant", "b")]))
        #expect(key(fields, "{}", [("x-tenant", "a")]) == key(fields, "{}", [("x-tenant", "a"), ("x-other", "b")]))
        #expect(key(fields, "{}", [("x-tenant", "a")]) != key(fields, "{}"))
    }

    @Test(arguments: [
        (#"{"temperature":0}"#, true), (#"{"temperature":0.0}"#, true), (#"{"temperature":1e-9}"#, false), (#"{"temperature":1}"#, false),
        ("{}", false), (#"{"temperature":"0"}"#, false), (#"{"generationConfig":{"temperature":0}}"#, true), ("no JSON", false),
    ])
    func `takes temperature zero, and nothing else, for deterministic`(body: String, holds: Bool) {
        #expect(Determinism().holds(for: .sample(body: body)) == holds)
    }

    @Test func `goes by what the route does to the temperature, and takes embeddings as they are`() {
        let (warm, cold, silent) = (Exchange.sample(body: #"{"temperature":1}"#), Exchange.sample(body: #"{"temperature":0}"#), Exchange.sample())

        #expect(Determinism(forced: true).holds(for: warm))
        #expect(!Determinism(forced: false).holds(for: cold))
        #expect(Determinism(whenAbsent: true).holds(for: silent))
        #expect(!Determinism(whenAbsent: true).holds(for: warm))
        #expect(Determinism().holds(for: .sample(operation: .embeddings)))
    }

    @Test func `keeps nothing of what is not deterministic where only that is kept`() async {
        let state = CacheState(store: MemoryCacheStore(bytesMax: 1 << 20, entryBytesMax: 100_000), flights: FlightTable(bytesMax: 1 << 20))
        let filter = CacheFilter(
            recipe: CacheKeyRecipe(route: "chat", scope: .everyone), policy: CachePolicy(keep: .seconds(60)), determinism: Determinism(),
            state: state)
        let provider = FakeProvider(.json("{}"))
        await FakeThread().run { worker in
            for body in [#"{"model":"fast"}"#, #"{"model":"fast","temperature":0}"#] {
                let first = await filter.ask(.sample(on: worker, body: body), provider).cache
                let second = await filter.ask(.sample(on: worker, body: body), provider).cache
                #expect([first, second] == (body.contains("temperature") ? ["miss", "hit"] : ["bypass", "bypass"]))
            }
        }
    }
}
