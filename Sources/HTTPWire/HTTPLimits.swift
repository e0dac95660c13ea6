/// What one request may cost before it is refused.
package struct HTTPLimits: Sendable, Equatable {
    /// Bytes of the request line with its line end. One more is a 414.
    package var requestLineBytes: Int
    /// Bytes of all header fields with their line ends and the empty line. One more is a 431.
    package var headerBytes: Int
    /// Number of header fields, and of trailer fields. One more is a 431.
    package var headerCount: Int
    /// Bytes of the body, after the chunked coding is taken off. One more is a 413.
    package var bodyBytes: Int
    /// Bytes of a chunk-size line with its extensions and line end. One more is a 400.
    package var chunkLineBytes: Int
    /// Bytes of the trailer section with its line ends and the empty line. One more is a 431.
    package var trailerBytes: Int

    /// - Precondition: every limit is between 1 and 1 TiB, and a whole head stays within 1 GiB.
    package init(
        requestLineBytes: Int = 8 << 10, headerBytes: Int = 32 << 10, headerCount: Int = 100, bodyBytes: Int = 10 << 20,
        chunkLineBytes: Int = 256, trailerBytes: Int = 8 << 10
    ) {
        let sizes = [requestLineBytes, headerBytes, headerCount, bodyBytes, chunkLineBytes, trailerBytes]
        precondition(sizes.allSatisfy { (1...(1 << 40)).contains($0) }, "an HTTP limit is out of range")
        precondition(requestLineBytes + headerBytes <= 1 << 30, "a request head is limited to 1 GiB")
        self.requestLineBytes = requestLineBytes
        self.headerBytes = headerBytes
        self.headerCount = headerCount
        self.bodyBytes = bodyBytes
        self.chunkLineBytes = chunkLineBytes
        self.trailerBytes = trailerBytes
    }
}
