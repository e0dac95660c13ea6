package import GatewayCore
package import HTTPWire

/// The `authn` block of a route: who may use it.
///
/// | `accepted` | `anonymous` | no credential | a valid one of an accepted kind | any other |
/// | --- | --- | --- | --- | --- |
/// | some | false | refused | let in, as its caller | refused |
/// | some | true | let in | let in, as its caller | refused |
/// | none | true | let in | let in, not looked at | let in, not looked at |
package struct AuthnConfig: ConfigBlock, Equatable, Sendable {
    /// The kinds of credentials that are looked at: keys of `callers`, tokens of the issuers in `jwt`.
    package let accepted: Set<CredentialKind>
    /// Whether requests without a credential are let in, as the one caller `anonymous`.
    package let anonymous: Bool
    /// Where requests may come from; nil means anywhere.
    package let addresses: [AddressBlock]?

    /// Whether the route knows its callers.
    package var tellsCallers: Bool { !accepted.isEmpty }

    package init(reading fields: inout Fields) {
        anonymous = fields.flag("anonymous", default: false)
        let accept: [CredentialKind]? = fields.list("accept", of: .choice())
        accepted = accept.map(Set.init) ?? (anonymous ? [] : [.key])
        addresses = fields.list("ips", of: .addressBlock)
        fields.finish()
    }
}
