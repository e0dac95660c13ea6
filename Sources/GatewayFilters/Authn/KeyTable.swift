package import GatewayCore

/// Who holds which key, made once per configuration and shared by all workers.
///
/// It holds digests only. A presented key is hashed; the first bits of its digest choose a bucket, which holds one digest on average, and
/// all of that bucket is compared in constant time. So how long a look-up takes tells nothing about how near a guess came, and does not
/// grow with the number of callers.
package final class KeyTable: Sendable {
    /// A key as the file has it.
    package struct Holder: Sendable {
        package let digest: KeyDigest
        package let caller: Caller
        /// Seconds since 1970; the key is refused from then on. nil: it does not expire.
        package let expires: Int?

        package init(digest: KeyDigest, caller: Caller, expires: Int? = nil) {
            self.digest = digest
            self.caller = caller
            self.expires = expires
        }
    }

    /// A longer key is not hashed and belongs to nobody.
    package static let keyBytesMax = 4096

    /// Where each bucket begins in `digests`, and, last, where the last one ends.
    private let bucketStarts: [Int32]
    private let holders: [Holder]
    /// How many bits of a digest's prefix are not used for choosing a bucket.
    private let shift: UInt64

    /// - Parameter holders: each key once. Of two holders of one key the first has it.
    package init(_ holders: [Holder]) {
        var bits: UInt64 = 1
        while 1 << bits < holders.count * 2 { bits += 1 }
        let shift = 64 - bits
        // Swift's sort keeps the order of equal elements, so the first of two holders stays in front.
        let sorted = holders.sorted { $0.digest.prefix < $1.digest.prefix }
        var starts = [Int32](repeating: 0, count: 1 << Int(bits) + 1)
        for holder in sorted { starts[Int(holder.digest.prefix >> shift) + 1] += 1 }
        for bucket in starts.indices.dropFirst() { starts[bucket] += starts[bucket - 1] }
        self.shift = shift
        bucketStarts = starts
        self.holders = sorted
    }

    package func holder(of digest: KeyDigest) -> Holder? {
        let bucket = Int(digest.prefix >> shift)
        var found: Int?
        for index in Int(bucketStarts[bucket])..<Int(bucketStarts[bucket + 1]) where holders[index].digest == digest {
            found = found ?? index  // no early way out: the whole bucket is compared, whatever is found
        }
        return found.map { holders[$0] }
    }
}
