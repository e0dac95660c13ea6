/// A value of a YAML file that knows where it stands.
///
/// What an alias stands for keeps the position of its anchor.
package struct YAMLNode: Equatable, Sendable {
    package enum Value: Equatable, Sendable {
        case scalar(Scalar)
        case sequence([YAMLNode])
        /// In the order of the file, merged entries last. No key occurs twice.
        case mapping([Entry])
    }

    package struct Scalar: Equatable, Sendable {
        package let text: String
        /// Whether it was written without quotes, and so may be a number, a truth value or null. Block text (`|`, `>`) and `!!str` count as quoted.
        package let isPlain: Bool

        package init(text: String, isPlain: Bool) {
            self.text = text
            self.isPlain = isPlain
        }
    }

    package struct Entry: Equatable, Sendable {
        package let key: String
        package let keyPosition: Position
        package let value: YAMLNode

        package init(key: String, keyPosition: Position, value: YAMLNode) {
            self.key = key
            self.keyPosition = keyPosition
            self.value = value
        }
    }

    package let value: Value
    package let position: Position

    package init(_ value: Value, at position: Position) {
        self.value = value
        self.position = position
    }
}
