/// What libyaml finds in a file, in the order of the file.
enum YAMLEvent: Equatable {
    case documentStart
    case alias(String)
    case scalar(YAMLNode.Scalar, anchor: String?, tag: String?)
    case sequenceStart(anchor: String?, tag: String?)
    case mappingStart(anchor: String?, tag: String?)
    case collectionEnd
    /// Nothing that a tree is made of.
    case other
}
