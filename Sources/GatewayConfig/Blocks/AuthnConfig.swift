/// The `authn` block of a route: who may use it.
///
/// | `acceptsKeys` | `anonymous` | no key | valid key | unknown key |
/// | --- | --- | --- | --- | --- |
/// | true | false | refused | let in | refused |
/// | true | true | let in | let in, as that caller | refused |
/// | false | true | let in | let in, key ignored | let in, key ignored |
package struct AuthnConfig: Equatable, Sendable {
    /// Whether API keys of `callers` are looked at.
    package let acceptsKeys: Bool
    /// Whether requests without a key are let in, as the one caller `anonymous`.
    package let anonymous: Bool
}
