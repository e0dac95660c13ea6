import GatewayFilters
import GatewayTelemetry

extension OperationalLog {
    /// One line when an issuer's keys cannot be had any more, and one when they can again.
    func tell(_ news: KeySetNews) {
        switch news {
        case .failing(let issuer, let reason, let hasKeys):
            let message =
                hasKeys
                ? "the keys of an issuer cannot be fetched, those at hand stay in use"
                : "the keys of an issuer cannot be fetched: its tokens are answered 503"
            warning(message, ("issuer", .string(issuer)), ("reason", .string(reason)))
        case .back(let issuer): info("the keys of an issuer can be fetched again", ("issuer", .string(issuer)))
        }
    }
}
