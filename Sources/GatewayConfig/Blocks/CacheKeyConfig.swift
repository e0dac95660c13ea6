package import JSONBytes

/// The `cache.key` block of a route: what counts when two requests are compared, besides the usual.
package struct CacheKeyConfig: ConfigBlock, Equatable, Sendable {
    /// Members that are left out unless they are named here.
    package enum Optional: String, CaseIterable, Sendable { case user, metadata }

    /// Without these there is no telling one question from another.
    private static let essential: Set<String> = ["model", "messages", "input", "contents", "prompt", "system", "systemInstruction", "instructions"]

    /// Members of the client's body that do not count.
    package let ignored: [JSONPointer]
    package let added: [Optional]
    /// Lower case. Client headers that count although no provider gets them.
    package let headers: [String]

    package init(reading fields: inout Fields) {
        ignored = fields.list("ignore", of: .pointer, mayBeEmpty: true) ?? []
        added = fields.list("add", of: .choice(), mayBeEmpty: true) ?? []
        headers = fields.list("headers", of: .headerName, mayBeEmpty: true) ?? []
        for pointer in ignored where pointer.tokens.count == 1 && Self.essential.contains(pointer.tokens[0]) {
            fields.error("\(pointer.tokens[0]) cannot be ignored: every question would get the first one's answer", at: "ignore")
        }
        for member in added where ignored.contains(where: { $0.tokens == [member.rawValue] }) {
            fields.error("\(member.rawValue) is both ignored and added", at: "add")
        }
        for name in headers where HTTPText.credentialHeaders.contains(name) || HTTPText.framingHeaders.contains(name) {
            fields.error("the header \(name) cannot be a part of the key", at: "headers", hint: "`scope: caller` tells callers apart")
        }
        fields.finish()
    }
}
