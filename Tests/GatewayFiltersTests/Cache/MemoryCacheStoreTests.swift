import Dispatch
import GatewayCore
import MonotonicClock
import Testing

@testable import GatewayFilters

@Suite("The memory cache store")
struct MemoryCacheStoreTests {
    private let start = Instant.now
    private let keep = Duration.seconds(60)

    private func key(_ name: String) -> CacheKey { CacheKey(of: Array(name.utf8)) }

    private func answer(_ bytes: Int, at time: Instant? = nil, label: String = "") -> StoredAnswer {
        var record = RequestRecord()
        record.provider = label
        return StoredAnswer(.json([UInt8](repeating: 0x20, count: bytes)), headers: [], record: record, storedAt: time ?? start, keep: keep)
    }

    @Test func `gives back what was put in, until it is too old`() async {
        let store = MemoryCacheStore(bytesMax: 1 << 20, entryBytesMax: 1 << 20)
        await store.keep(answer(10, label: "a"), for: key("a"))

        #expect(await store.answer(for: key("a"), now: start)?.provider == "a")
        #expect(await store.answer(for: key("b"), now: start) == nil)
        #expect(await store.answer(for: key("a"), now: start - .seconds(1)) != nil, "a worker's clock may lag")
        #expect(await store.answer(for: key("a"), now: start + keep - .nanoseconds(1)) != nil)
        #expect(await store.answer(for: key("a"), now: start + keep) == nil)
        #expect(store.byteCount == 0)
        #expect(store.entryCount == 0)
    }

    @Test func `evicts what was not used for longest`() async {
        let size = answer(1000).byteCount
        let store = MemoryCacheStore(bytesMax: size * 3, entryBytesMax: size)
        for name in ["a", "b", "c"] { await store.keep(answer(1000), for: key(name)) }
        _ = await store.answer(for: key("a"), now: start)

        await store.keep(answer(1000), for: key("d"))

        var kept: [String] = []
        for name in ["a", "b", "c", "d"] where await store.answer(for: key(name), now: start) != nil { kept.append(name) }
        #expect(kept == ["a", "c", "d"])
        #expect(store.byteCount == size * 3)
    }

    @Test func `evicts as many as a large one needs`() async {
        let size = answer(1000).byteCount
        let store = MemoryCacheStore(bytesMax: size * 4, entryBytesMax: size * 4)
        for name in ["a", "b", "c", "d"] { await store.keep(answer(1000), for: key(name)) }

        await store.keep(answer(1000 + 2 * size), for: key("large"))

        #expect(await store.answer(for: key("d"), now: start) != nil)
        #expect(store.entryCount == 2)
        #expect(store.byteCount == size * 4)
    }

    @Test func `replaces an entry and accounts for the difference`() async {
        let store = MemoryCacheStore(bytesMax: 1 << 20, entryBytesMax: 1 << 20)
        await store.keep(answer(5000, label: "old"), for: key("a"))
        await store.keep(answer(10, label: "new"), for: key("a"))

        #expect(store.entryCount == 1)
        #expect(store.byteCount == answer(10).byteCount)
        #expect(await store.answer(for: key("a"), now: start)?.provider == "new")
    }

    @Test func `holds an answer in both forms only if it is still the same and both fit`() async throws {
        let size = answer(1000).byteCount
        let store = MemoryCacheStore(bytesMax: size * 2, entryBytesMax: size)
        await store.keep(answer(1000), for: key("a"))
        await store.keep(answer(10), for: key("b"))
        let old = try #require(await store.answer(for: key("a"), now: start))
        func both(_ bytes: Int) -> StoredAnswer { StoredAnswer(old, converted: .json([UInt8](repeating: 0x20, count: bytes))) }

        await store.replace(old, with: both(2000), for: key("a"))
        #expect(await store.answer(for: key("a"), now: start) === old, "too large")
        await store.replace(answer(1000), with: both(100), for: key("a"))
        #expect(await store.answer(for: key("a"), now: start) === old, "not of this one")
        await store.replace(old, with: both(1000), for: key("a"))

        let kept = try #require(await store.answer(for: key("a"), now: start))
        #expect(kept.converted != nil && kept.about.storedAt == old.about.storedAt)
        #expect(store.byteCount == kept.byteCount, "the other entry had to go")
        #expect(store.byteCount <= size * 2)
    }

    @Test func `does not keep an answer larger than the largest`() async {
        let size = answer(1000).byteCount
        let store = MemoryCacheStore(bytesMax: size * 10, entryBytesMax: size)

        await store.keep(answer(1001), for: key("a"))
        await store.keep(answer(1000), for: key("b"))

        #expect(store.entryCount == 1)
        #expect(MemoryCacheStore(bytesMax: 100, entryBytesMax: 500).entryBytesMax == 100)
        let none = MemoryCacheStore(bytesMax: 0, entryBytesMax: 0)
        await none.keep(answer(0), for: key("a"))
        #expect(none.entryCount == 0)
    }

    @Test func `counts the chunks of a stream with what they take beside their bytes`() {
        let chunks = (0..<100).map { _ in BodyChunk([1, 2, 3]) }
        let stream = StoredAnswer(.stream(chunks), headers: [], record: RequestRecord(), storedAt: start, keep: keep)

        #expect(stream.byteCount >= 100 * (3 + 32 + MemoryLayout<BodyChunk>.stride))
    }

    @Test func `never holds more than its budget, whatever many threads put in and take out`() async {
        let store = MemoryCacheStore(bytesMax: 400_000, entryBytesMax: 3000)

        await withTaskGroup(of: Int.self) { group in
            for thread in 0..<8 {
                group.addTask {
                    var random = SeededRandom(seed: UInt64(thread))
                    var tooLarge = 0
                    for _ in 0..<3000 {
                        let name = key("\(Int.random(in: 0..<500, using: &random))")
                        if Bool.random(using: &random) {
                            await store.keep(answer(Int.random(in: 0...2500, using: &random)), for: name)
                        } else {
                            _ = await store.answer(for: name, now: start + .seconds(Int.random(in: 0...70, using: &random)))
                        }
                        if store.byteCount > 400_000 { tooLarge += 1 }
                    }
                    return tooLarge
                }
            }
            for await tooLarge in group { #expect(tooLarge == 0) }
        }

        var held = 0
        for name in 0..<500 { held += await store.answer(for: key("\(name)"), now: start)?.byteCount ?? 0 }
        #expect(held == store.byteCount)
        #expect(store.entryCount > 50)
    }
}
