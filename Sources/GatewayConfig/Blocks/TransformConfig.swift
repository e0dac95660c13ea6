package import JSONBytes

/// The `transform` block of a route: what is changed on the way to the provider.
package struct TransformConfig: Equatable, Sendable {
    package struct Edit: Equatable, Sendable {
        package let pointer: JSONPointer
        /// One JSON value.
        package let json: [UInt8]
    }

    package struct Clamp: Equatable, Sendable {
        package let pointer: JSONPointer
        /// At least one of the two is set, and `min` is not above `max`.
        package let min: JSONNumber?
        package let max: JSONNumber?
    }

    package struct Headers: Equatable, Sendable {
        /// Lower case. Client headers that are sent on, in addition to those that always are.
        package let pass: [String]
        package let set: [HeaderSetting]
        /// Lower case. Headers that are not sent on although a provider or a default would.
        package let remove: [String]
    }

    /// Edits of the heads of answers.
    package struct AnswerHeaders: Equatable, Sendable {
        package let set: [HeaderSetting]
        /// Lower case.
        package let remove: [String]
    }

    /// What happens to fields that the provider's dialect does not have.
    package enum Lossy: String, CaseIterable, Sendable {
        case refuse, drop
    }

    package let lossy: Lossy
    /// Written whatever the client sent.
    package let set: [Edit]
    /// Written where the client sent nothing.
    package let defaults: [Edit]
    package let remove: [JSONPointer]
    /// Numbers outside the bounds are moved to the bound; absent members stay absent.
    package let clamp: [Clamp]
    package let systemPrepend: String?
    package let systemAppend: String?
    package let headers: Headers
    package let answerHeaders: AnswerHeaders
}
