/// The `authn` block of a route: who may use it.
///
/// | `acceptsKeys` | `anonymous` | no key | valid key | unknown key |
/// | --- | --- | --- | --- | --- |
/// | true | false | refused | let in | refused |
/// | true | true | let in | let in, as that caller | refused |
/// | false | true | let in | let in, key ignored | let in, key ignored |
package struct AuthnConfig: ConfigBlock, Equatable, Sendable {
    /// Whether API keys of `callers` are looked at.
    package let acceptsKeys: Bool
    /// Whether requests without a key are let in, as the one caller `anonymous`.
    package let anonymous: Bool

    /// A kind of credential.
    private enum Credential: String, CaseIterable, Sendable { case key }

    package init(reading fields: inout Fields) {
        anonymous = fields.flag("anonymous", default: false)
        let accept: [Credential]? = fields.list("accept", of: .choice())
        acceptsKeys = accept.map { $0.contains(.key) } ?? !anonymous
        fields.finish()
    }
}
