/// One step of a route. What it takes it gives back in the same function, or, for a streamed answer, when the body ends.
package protocol Filter: Sendable {
    func handle(_ exchange: Exchange, next: Next) async throws(GatewayError) -> Response
}

/// The filters of one route, outermost first.
package final class FilterChain: Sendable {
    fileprivate let filters: [any Filter]

    package init(_ filters: [any Filter]) {
        self.filters = filters
    }

    package func run(_ exchange: Exchange) async throws(GatewayError) -> Response {
        try await Next(chain: self, index: 0)(exchange)
    }
}

/// The rest of the pipeline, seen from one filter.
package struct Next: Sendable {
    private let chain: FilterChain
    private let index: Int

    fileprivate init(chain: FilterChain, index: Int) {
        self.chain = chain
        self.index = index
    }

    /// For a filter by itself: the rest of the pipeline is `filters`.
    package init(_ filters: [any Filter]) {
        self.init(chain: FilterChain(filters), index: 0)
    }

    package func callAsFunction(_ exchange: Exchange) async throws(GatewayError) -> Response {
        guard index < chain.filters.count else {
            throw .internalFailure(reason: "a route without a last filter.")
        }
        return try await chain.filters[index].handle(exchange, next: Next(chain: chain, index: index + 1))
    }
}
