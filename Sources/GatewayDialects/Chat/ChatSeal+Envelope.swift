import JSONBytes

// How a seal travels through a client whose format is not that of the provider who made it: in the place where that format keeps a seal of its own, in an
// envelope that tells which one it is. Whoever reads the conversation back opens it, and a provider only ever sees its own seals.

extension ChatSeal {
    private static let mark = "weir1."

    /// Base64, so that it fits wherever a format wants bytes: `weir1.<kind>.<id, base64>.<data>`.
    package var envelope: String {
        let text = Self.mark + kind.rawValue + "." + Base64.encoded((id ?? "").utf8) + "." + data
        return Base64.encoded(text.utf8)
    }

    /// - Returns: nil when `text` is no envelope, and so a seal of the format in which it was found.
    package init?(envelope text: String) {
        // The base64 of the mark, as far as it does not depend on what follows.
        guard text.hasPrefix("d2VpcjEu"), let bytes = Base64.decoded(text), let plain = String(validating: bytes, as: UTF8.self) else { return nil }
        let fields = plain.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        guard fields.count == 4, let kind = Kind(rawValue: String(fields[1])), let id = Base64.decoded(String(fields[2])) else { return nil }
        self.init(kind, String(fields[3]), id: id.isEmpty ? nil : String(decoding: id, as: UTF8.self))
    }

    /// A seal as found in a place for seals of kind `native`: one of that kind, or whatever the envelope holds.
    package init(found text: String, native: Kind, id: String? = nil) {
        self = ChatSeal(envelope: text) ?? ChatSeal(native, text, id: id)
    }

    /// What to write in a place for seals of kind `native`.
    package func text(native: Kind) -> String { kind == native ? data : envelope }
}
