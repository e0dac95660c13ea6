import GatewayConfig

/// Appends what a value says, all that it is made of included. Equal values say the same in every process, which `String(describing:)` does not
/// promise: sets and dictionaries have another order in each. Values that describe themselves, as secrets do, are not looked into; but what a
/// header says is said here, since answers depend on it: the text is only for making a hash of it.
func appendStableText(of value: Any, to text: inout String) {
    if let header = value as? HeaderSetting {
        appendList([header.name, header.value.reveal()].map { stableText(of: $0) }, to: &text)
        return
    }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .set, .dictionary: appendList(mirror.children.map { stableText(of: $0.value) }.sorted(), to: &text)
    case .optional: appendList(mirror.children.map { stableText(of: $0.value) }, to: &text)
    case .collection: appendList(mirror.children.map { stableText(of: $0.value) }, to: &text)
    default:
        if let value = value as? any CustomStringConvertible {
            appendQuoted(value.description, to: &text)
        } else if mirror.children.isEmpty {
            appendQuoted("\(value)", to: &text)
        } else {
            appendList(mirror.children.map { "\($0.label ?? ""):" + stableText(of: $0.value) }, to: &text)
        }
    }
}

private func stableText(of value: Any) -> String {
    var text = ""
    appendStableText(of: value, to: &text)
    return text
}

private func appendList(_ parts: [String], to text: inout String) { text += "(" + parts.joined(separator: " ") + ")" }

/// With its length: nothing in it can be taken for something else.
private func appendQuoted(_ part: String, to text: inout String) { text += "\(part.utf8.count)'" + part }
