/// One step of a route. What it takes it gives back in the same function, or, for a streamed answer, when the body ends.
package protocol Filter: Sendable {
    func handle(_ exchange: Exchange, next: Next) async throws(GatewayError) -> Response
    /// Does all there is to do for a request whose answer is of no concern, without a wait.
    ///
    /// - Returns: false when nothing has been done: `handle` is called then.
    func passes(_ exchange: Exchange) throws(GatewayError) -> Bool
}

extension Filter {
    package func passes(_ exchange: Exchange) throws(GatewayError) -> Bool { false }
}

/// The filters of one route, outermost first.
package final class FilterChain: Sendable {
    fileprivate let filters: [any Filter]

    package init(_ filters: [any Filter]) {
        self.filters = filters
    }

    package func run(_ exchange: Exchange) async throws(GatewayError) -> Response {
        var index = 0
        let filter = try filter(for: exchange, at: &index)
        return try await filter.handle(exchange, next: Next(chain: self, index: index))
    }

    /// The first filter from `index` on that has to handle the request; `index` is behind it then.
    fileprivate func filter(for exchange: Exchange, at index: inout Int) throws(GatewayError) -> any Filter {
        while index < filters.count {
            let filter = filters[index]
            index += 1
            if try !filter.passes(exchange) { return filter }
        }
        throw .internalFailure(reason: "a route without a last filter.")
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
        var index = index
        let filter = try chain.filter(for: exchange, at: &index)
        return try await filter.handle(exchange, next: Next(chain: chain, index: index))
    }
}
