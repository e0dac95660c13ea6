import GatewayCore
import JSONBytes

/// Whether the same request would get the same answer again: at temperature 0 it would, give or take.
package struct Determinism: Sendable {
    /// Where the formats have the temperature.
    package static let pointers = [["temperature"], ["generationConfig", "temperature"], ["generation_config", "temperature"]]

    /// What the route writes whatever the client says; nil: it leaves the temperature alone.
    private let forced: Bool?
    /// What the route writes where the client says nothing.
    private let whenAbsent: Bool

    package init(forced: Bool? = nil, whenAbsent: Bool = false) {
        self.forced = forced
        self.whenAbsent = whenAbsent
    }

    /// Embeddings always have it. What cannot be read has not.
    func holds(for exchange: Exchange) -> Bool {
        switch exchange.operation {
        case .embeddings, .embedContent, .batchEmbedContents: return true
        default: break
        }
        if let forced { return forced }
        guard let temperature = Self.temperature(of: exchange) else { return whenAbsent }
        return temperature.double == 0
    }

    private static func temperature(of exchange: Exchange) -> JSONNumber? {
        let body = exchange.request.body
        guard let value = try? JSONValue(parsing: body) else { return nil }
        for pointer in pointers {
            if let found = value[JSONPointer(tokens: pointer)], !found.isNull { return found.number ?? JSONNumber(1) }
        }
        return nil
    }
}
