import Testing

@testable import Deflate

@Suite("Compression")
struct DeflateTests {
    private struct OutOfMemory: Error {}

    private func compressed(_ bytes: [UInt8], pieces: Int = 1) throws -> [UInt8] {
        guard var deflater = Deflater() else { throw OutOfMemory() }
        var output: [UInt8] = []
        let size = max(1, (bytes.count + pieces - 1) / pieces)
        var at = 0
        repeat {
            let end = min(at + size, bytes.count)
            deflater.add(bytes[at..<end], isLast: end == bytes.count, to: &output)
            at = end
        } while at < bytes.count
        return output
    }

    private func inflated(_ bytes: [UInt8], step: Int = 1000, total: Int = 1 << 20) throws -> [UInt8]? {
        guard var inflater = Inflater(bytes) else { throw OutOfMemory() }
        var output: [UInt8] = []
        while true {
            switch inflater.step(step, to: &output, total: total) {
            case .more: #expect(output.count <= total)
            case .ended: return output
            case .broken: return nil
            }
        }
    }

    private static let samples: [[UInt8]] = [
        [], [7], Array("data: {\"delta\":\"Hello\"}\n\n".utf8), [UInt8](repeating: 0x20, count: 300_000),
        (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7 ^ $0) },
    ]

    @Test(arguments: samples, [1, 3, 50])
    func `gives back what went in, however it is cut`(bytes: [UInt8], pieces: Int) throws {
        let small = try compressed(bytes, pieces: pieces)

        for step in [1, 1000, 1 << 20] where step > 1 || bytes.count < 1000 { #expect(try inflated(small, step: step) == bytes) }
        if bytes.count == 300_000 { #expect(small.count < 3000) }
    }

    @Test func `never gives more than is allowed`() throws {
        let small = try compressed([UInt8](repeating: 0, count: 1_000_000))

        #expect(try inflated(small, total: 1_000_000)?.count == 1_000_000)
        #expect(try inflated(small, total: 999_999) == nil)
        #expect(try inflated(small, total: 0) == nil)
    }

    @Test func `takes neither a cut nor a longer text for a whole one`() throws {
        let small = try compressed(Array("Hello, hello, hello".utf8))

        for length in 0..<small.count { #expect(try inflated(Array(small.prefix(length))) == nil) }
        #expect(try inflated(small + [0]) == nil)
        #expect(try inflated(Array("no deflate at all".utf8)) == nil)
    }
}
