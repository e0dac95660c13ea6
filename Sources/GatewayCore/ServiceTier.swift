/// A class of service that a provider says an answer was given in, where it is not the usual one.
package enum ServiceTier: String, CaseIterable, Sendable {
    /// Cheaper, for those who can wait.
    case flex
    case batch
    /// Dearer, for those who cannot.
    case priority
    /// Dearer still: Anthropic's `speed: fast`.
    case fast
}
