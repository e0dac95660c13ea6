import Crypto
import Deflate

/// How an answer stands in Redis: what it is, whether it is compressed, and a checksum over all of it and its key.
///
///     WRC1 | stale: 13 digits, milliseconds | 0 or 1: compressed | checksum: 16 bytes | body
///
/// Whatever is not exactly that (another version's, another program's, moved to another key, or damaged) is no answer. The first 18 bytes are
/// ASCII for the scripts (`CacheScripts`), which tell by them whether an entry is fresh. A compressed body has its length in front, eight bytes.
struct CacheEnvelope {
    private static let version = Array("WRC1".utf8)
    private static let headBytes = 18
    private static let checksumBytes = 16
    /// What is compressed or inflated in one go: about a millisecond's work, and then others have their turn.
    private static let sliceBytes = 64 << 10

    /// Longer bodies are compressed.
    let compressedBytesMin: Int
    /// Of a body, not compressed.
    let bytesMax: Int

    /// - Parameter staleMilliseconds: what of the entry's time in Redis is not fresh any more.
    /// - Returns: nil when it is too long.
    func sealed(_ body: [UInt8], for key: CacheKey, staleMilliseconds: Int) async -> [UInt8]? {
        guard body.count <= bytesMax else { return nil }
        let small = body.count > compressedBytesMin ? await Self.compressed(body) : nil
        let digits = String(staleMilliseconds)
        var bytes = Self.version
        bytes += [UInt8](repeating: UInt8(ascii: "0"), count: max(0, 13 - digits.utf8.count)) + digits.utf8
        bytes.append(small == nil ? UInt8(ascii: "0") : UInt8(ascii: "1"))
        guard bytes.count == Self.headBytes else { return nil }
        let rest = small ?? body
        return bytes + Self.checksum(key, bytes[...], rest[...]) + rest
    }

    /// - Returns: nil for what is no answer, or not this key's.
    func opened(_ bytes: [UInt8], for key: CacheKey) async -> [UInt8]? {
        let bodyStart = Self.headBytes + Self.checksumBytes
        guard bytes.count >= bodyStart, bytes.count <= bytesMax + bodyStart + 8, bytes.starts(with: Self.version) else { return nil }
        let checksum = Self.checksum(key, bytes[..<Self.headBytes], bytes[bodyStart...])
        guard checksum.elementsEqual(bytes[Self.headBytes..<bodyStart]) else { return nil }
        guard bytes[Self.headBytes - 1] == UInt8(ascii: "1") else { return Array(bytes[bodyStart...]) }
        return await inflated(bytes, from: bodyStart)
    }

    private static func checksum(_ key: CacheKey, _ head: ArraySlice<UInt8>, _ body: ArraySlice<UInt8>) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: key.bytes)
        hash.update(data: head)
        hash.update(data: body)
        return Array(hash.finalize().prefix(checksumBytes))
    }

    /// - Returns: nil when it would not be smaller.
    private static func compressed(_ body: [UInt8]) async -> [UInt8]? {
        guard var deflater = Deflater() else { return nil }
        var length = ByteFieldWriter()
        length.append(body.count)
        var output = length.bytes
        var at = 0
        while at < body.count {
            let end = min(at + sliceBytes, body.count)
            deflater.add(body[at..<end], isLast: end == body.count, to: &output)
            at = end
            if at < body.count { await Task.yield() }
        }
        return output.count < body.count ? output : nil
    }

    private func inflated(_ bytes: [UInt8], from start: Int) async -> [UInt8]? {
        guard bytes.count >= start + 8 else { return nil }
        let length = bytes[start..<start + 8].reduce(0) { $0 << 8 | Int($1) }
        guard (0...bytesMax).contains(length), var inflater = Inflater(bytes, from: start + 8) else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(length + 1)
        while true {
            switch inflater.step(Self.sliceBytes, to: &output, total: length) {
            case .more: await Task.yield()
            case .ended: return output.count == length ? output : nil
            case .broken: return nil
            }
        }
    }
}
