package import GatewayCore
import GatewayDialects
import HTTPWire

/// The last filter of a route: has a model's targets asked and, while nothing of an answer has reached the client, the fallbacks
/// further down the list.
///
/// Retries, fallbacks and the answer itself share one deadline. A model is visited at most once for a request.
package final class FallbackFilter: Filter {
    private let models: [String: ServedModel]
    private let passThrough: Target?
    private let caller: UpstreamCaller
    private let rules: [FallbackRule]
    private let switches: [ModelSwitch]

    /// - Parameters:
    ///   - models: those of the file, by name.
    ///   - passThrough: gets, unchanged, the requests whose model is not among them; nil refuses them.
    ///   - rules: in the order of the file.
    ///   - switches: in the order of the file; the first that holds decides.
    package init(
        models: [String: ServedModel], passThrough: Target?, caller: UpstreamCaller, rules: [FallbackRule] = [],
        switches: [ModelSwitch] = []
    ) {
        self.models = models
        self.passThrough = passThrough
        self.caller = caller
        self.rules = rules
        self.switches = switches
    }

    package func handle(_ exchange: Exchange, next: Next) async throws(GatewayError) -> Response {
        // A path that no reader of this API could agree on goes nowhere, whatever a route matches.
        if exchange.operation == .other, exchange.dialect == .openai {
            let method = exchange.request.head.method.name
            guard OpenAIPath.versioned(exchange.path, method: method) != nil else { throw .routeMissing }
        }
        var model = try model(for: exchange)
        exchange.record.baseline = model.baseline
        if let other = switched(exchange) { model = other }
        let deadline = caller.deadline(of: exchange)
        var visited: [String] = []
        var position = 0
        var failure: GatewayError?
        while true {
            if !rules.isEmpty { visited.append(model.name) }
            do {
                let mayGiveUp = position < rules.count && rule(for: .noTargetLeft(model: model.name), from: position, visited, exchange) != nil
                return try await caller.answer(exchange, from: model, by: deadline, mayGiveUp: mayGiveUp)
            } catch {
                let cause = Self.cause(of: error, after: failure)
                guard exchange.cancellation.error == nil, let index = rule(for: cause, from: position, visited, exchange) else { throw cause }
                failure = cause
                position = index + 1
                model = try fallBack(on: rules[index], exchange)
            }
        }
    }

    /// A fallback that cannot take the request, being of another dialect, is passed over: what the client gets told is why it was needed.
    private static func cause(of error: GatewayError, after earlier: GatewayError?) -> GatewayError {
        if case .fieldRefused = error, let earlier { return earlier }
        return error
    }

    /// What serves a request instead of the model it names. What one account keeps stays there.
    private func switched(_ exchange: Exchange) -> ServedModel? {
        guard !switches.isEmpty, !exchange.isBoundToAccount, exchange.record.modelLabel != nil else { return nil }
        var tokens: Int?
        return switches.first { rule in
            rule.holds(for: exchange) {
                let count = tokens ?? InputEstimate.tokens(of: exchange.request.body)
                tokens = count
                return count
            }
        }?.model
    }

    /// Whom a request is for.
    private func model(for exchange: Exchange) throws(GatewayError) -> ServedModel {
        if let name = exchange.model, let model = models[name] {
            exchange.record.modelLabel = name
            return model
        }
        if let passThrough { return ServedModel(only: passThrough) }
        if let name = exchange.model { throw .modelUnknown(model: name) }
        throw exchange.operation == .other ? .routeMissing : .modelMissing
    }

    /// The first rule further down that is about this failure and leads somewhere new.
    private func rule(for error: GatewayError, from position: Int, _ visited: [String], _ exchange: Exchange) -> Int? {
        rules.indices.dropFirst(position).first { index in
            guard rules[index].on.include(error) else { return false }
            switch rules[index].action {
            case .model(let model): return !visited.contains(model.name) && !exchange.isBoundToAccount
            case .answer: return true
            }
        }
    }

    private func fallBack(on rule: FallbackRule, _ exchange: Exchange) throws(GatewayError) -> ServedModel {
        switch rule.action {
        case .model(let model):
            exchange.record.fallbacks.append(model.name)
            caller.countFallback(of: exchange)
            return model
        case .answer(let status, let message):
            exchange.record.fallbacks.append("answer")
            throw .staticAnswer(status: status, message: message)
        }
    }
}
