import GatewayCore

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
