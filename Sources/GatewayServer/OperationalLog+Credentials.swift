import GatewayFilters
import GatewayTelemetry

extension OperationalLog {
    /// One line when a provider's credential cannot be had any more, and one when it can again.
    func tell(_ news: CredentialNews) {
        switch news {
        case .failing(let provider, let reason, let hasOld):
            let message =
                hasOld
                ? "the credential of a provider cannot be fetched, the one at hand stays in use until it ends"
                : "the credential of a provider cannot be fetched: requests to it fail"
            warning(message, ("provider", .string(provider)), ("reason", .string(reason)))
        case .back(let provider): info("the credential of a provider can be fetched again", ("provider", .string(provider)))
        }
    }
}
