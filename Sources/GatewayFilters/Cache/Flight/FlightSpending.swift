import GatewayCore

/// What a flight has cost up to some moment.
struct FlightSpending: Equatable, Sendable {
    var usage: Usage?
    var cost: Money?

    init() {}

    init(_ record: RequestRecord) {
        usage = record.usage
        cost = record.cost
    }
}

extension FlightBill {
    /// Without what is still growing: whoever is on board at the end accounts for that.
    var beforeTheEnd: FlightBill {
        guard case .everything(var record) = self else { return self }
        record.usage = nil
        record.cost = nil
        for index in record.attempts.indices {
            record.attempts[index].usage = nil
            record.attempts[index].cost = nil
        }
        return .everything(record)
    }
}
