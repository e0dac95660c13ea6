import Crypto
package import GatewayCore
import HTTPWire
import JSONBytes

/// What equal requests have in common: a SHA-256.
package struct CacheKey: Hashable, Sendable {
    private let words: SIMD4<UInt64>

    init(of bytes: [UInt8]) {
        var words = SIMD4<UInt64>()
        for (index, byte) in SHA256.hash(data: bytes).enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
        self.words = words
    }

    /// Spreads keys evenly.
    var prefix: UInt64 { words[0] }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words[0])  // as good as random already
    }
}

/// Which requests of a route are equal, and which are none of the cache's business.
package struct CacheKeyRecipe: Sendable {
    /// What says how an answer is delivered or who asked, and not what it says.
    private static let leftOut: JSONNames = ["stream", "stream_options", "user", "metadata"]
    private static let operations: Set<Operation> = [
        .chatCompletions, .completions, .embeddings, .responses, .messages, .generateContent, .embedContent, .batchEmbedContents,
    ]

    private let route: String
    private let scope: CacheScope
    private let sentHeaders: [String]
    private let fingerprint: [UInt8]
    private let convertible: Set<Operation>

    /// - Parameters:
    ///   - sentHeaders: client headers, in lower case, that are sent on to providers and may change what they answer.
    ///   - fingerprint: stands for what the route does to requests and where it sends them, so that a reload that changes this does not go
    ///     on with old answers. Any bytes that differ when it does.
    ///   - convertible: operations whose answers can be turned from JSON into a stream and back; of the others a stream and its JSON twin
    ///     are two different requests.
    package init(route: String, scope: CacheScope, sentHeaders: [String] = [], fingerprint: [UInt8] = [], convertible: Set<Operation> = []) {
        self.route = route
        self.scope = scope
        self.sentHeaders = sentHeaders
        self.fingerprint = fingerprint
        self.convertible = convertible
    }

    /// - Returns: nil for a request that is neither looked up nor kept: another operation, no JSON object, JSON that has no canonical form,
    ///   or a request that goes on with something one provider account keeps.
    package func key(for exchange: Exchange) -> CacheKey? {
        let head = exchange.request.head
        guard head.method == .post, Self.operations.contains(exchange.operation), !exchange.isBoundToAccount,
            !head.fields.contains("content-encoding")
        else { return nil }
        var text = KeyText(capacity: exchange.request.body.count + 512)
        text.append("weir answer 1")
        text.append(route)
        text.append(fingerprint)
        text.append(scope.identity(of: exchange.caller))
        text.append(exchange.dialect.rawValue)
        text.append(exchange.operation.rawValue)
        // Gemini's path says how the answer is delivered, too; its model is what counts.
        text.append(exchange.dialect == .gemini ? exchange.model ?? "" : exchange.path)
        text.append(convertible.contains(exchange.operation) ? "either" : exchange.isStreaming ? "stream" : "json")
        for name in sentHeaders {
            let values = head.fields.all(name)
            text.append(name)
            text.append(String(values.count))
            for value in values { text.append(value) }
        }
        guard text.append(canonical: exchange.request.body, leavingOut: Self.leftOut) else { return nil }
        return CacheKey(of: text.bytes)
    }
}

/// Fields one behind the other, each with its length in front: no two lists of fields give the same bytes.
private struct KeyText {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    mutating func append(_ text: String) {
        append(Array(text.utf8))
    }

    mutating func append(_ field: [UInt8]) {
        bytes.append(contentsOf: "\(field.count):".utf8)
        bytes.append(contentsOf: field)
    }

    /// The last field, and so without a length.
    ///
    /// - Returns: false when it is no JSON object that has a canonical form.
    mutating func append(canonical body: [UInt8], leavingOut names: JSONNames) -> Bool {
        let start = bytes.count
        do throws(JSONError) {
            try JSONCanonical.append(body, excluding: names, into: &bytes)
        } catch {
            return false
        }
        return bytes[start] == UInt8(ascii: "{")
    }
}
