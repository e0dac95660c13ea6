import Testing

@Suite("The tests' stand-in for a worker's thread")
struct WorkerThreadTests {
    /// Not safe for several threads: ThreadSanitizer tells when they meet here.
    private final class Count: @unchecked Sendable {
        var value = 0
    }

    @Test func `runs what it is given, and what that spawns, one after another`() async {
        let thread = WorkerThread()
        let count = Count()

        await thread.run {
            let worker = QuotaWorker(nil, thread: thread)
            for _ in 0..<100 {
                worker.spawn {
                    let before = count.value
                    count.value = before + 1
                    await Task.yield()
                }
                let before = count.value
                await Task.yield()
                count.value = max(before, count.value) + 1
            }
            await until { count.value == 200 }
        }

        #expect(count.value == 200)
    }
}
