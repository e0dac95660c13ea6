import JSONBytes
import YAMLReader

extension TransformConfig: ConfigBlock {
    package init(reading fields: inout Fields) {
        var request = fields.optionalBlock("request") { RequestEdits(reading: &$0) }
        if request == nil { request = RequestEdits() }
        set = request?.set ?? []
        defaults = request?.defaults ?? []
        remove = request?.remove ?? []
        clamp = request?.clamp ?? []
        systemPrepend = request?.prepend
        systemAppend = request?.append
        headers = fields.block("headers")
        answerHeaders =
            fields.optionalBlock("response") { response in
                let headers: AnswerHeaders = response.block("headers")
                response.finish()
                return headers
            } ?? AnswerHeaders(set: [], remove: [])
        lossy = fields.choice("lossy", default: .refuse)
        fields.finish()
    }
}

/// The `transform.request` block.
private struct RequestEdits {
    var set: [TransformConfig.Edit] = []
    var defaults: [TransformConfig.Edit] = []
    var remove: [JSONPointer] = []
    var clamp: [TransformConfig.Clamp] = []
    var prepend: String?
    var append: String?

    init() {}

    init(reading fields: inout Fields) {
        var claims = PointerClaims(context: fields.context)
        set = Self.edits("set", of: &fields, claims: &claims)
        remove = Self.removals(of: &fields, claims: &claims)
        defaults = Self.edits("default", of: &fields, claims: &claims)
        clamp = Self.clamps(of: &fields, claims: &claims)
        (prepend, append) =
            fields.optionalBlock("system") { system in
                let texts = (system.optional("prepend", .text()), system.optional("append", .text()))
                system.finish()
                return texts
            } ?? (nil, nil)
        fields.finish()
    }

    private static func edits(_ key: String, of fields: inout Fields, claims: inout PointerClaims) -> [TransformConfig.Edit] {
        fields.optionalBlock(key) { members in
            members.takeAll().compactMap { entry in
                guard let pointer = members.pointer(entry.key, at: entry.keyPosition) else { return nil }
                claims.claim(pointer, for: key, at: entry.keyPosition)
                return members.json(entry.value, of: entry.key).map { TransformConfig.Edit(pointer: pointer, json: $0) }
            }
        } ?? []
    }

    private static func removals(of fields: inout Fields, claims: inout PointerClaims) -> [JSONPointer] {
        guard let node = fields.take("remove"), let pointers = fields.list("remove", of: .pointer, mayBeEmpty: true) else { return [] }
        let items = if case .sequence(let items) = node.value { items } else { [node] }
        for (pointer, item) in zip(pointers, items) where pointer != .unreadable { claims.claim(pointer, for: "remove", at: item.position) }
        return pointers
    }

    private static func clamps(of fields: inout Fields, claims: inout PointerClaims) -> [TransformConfig.Clamp] {
        fields.optionalBlock("clamp") { members in
            members.takeAll().compactMap { entry in
                guard let pointer = members.pointer(entry.key, at: entry.keyPosition) else { return nil }
                claims.claim(pointer, for: "clamp", at: entry.keyPosition)
                guard case .mapping = entry.value.value else {
                    return TransformConfig.Clamp(pointer: pointer, min: nil, max: members.read(entry.value, of: entry.key, .number))
                }
                var bounds = Fields(entry.value, name: entry.key, context: members.context)
                return TransformConfig.Clamp(pointer: pointer, reading: &bounds)
            }
        } ?? []
    }
}

extension TransformConfig.Clamp {
    init(pointer: JSONPointer, reading fields: inout Fields) {
        self.pointer = pointer
        min = fields.optional("min", .number)
        max = fields.optional("max", .number)
        if min == nil, max == nil { fields.reportMissing("max", hint: "`\(pointer.tokens.joined(separator: "/")): { min: 0, max: 1 }`") }
        if let min, let max, max.isLess(than: min) { fields.conflict("min (\(min.spelling)) is above max (\(max.spelling))", at: "min") }
        fields.finish()
    }
}

extension TransformConfig.Headers: ConfigBlock {
    package init(reading fields: inout Fields) {
        pass = fields.list("pass", of: .headerName, mayBeEmpty: true) ?? []
        set = fields.headerSettings("set")
        remove = fields.list("remove", of: .headerName, mayBeEmpty: true) ?? []
        for name in pass where HTTPText.framingHeaders.contains(name) {
            fields.error("the header \(name) cannot be passed on: the gateway writes it itself", at: "pass")
        }
        for name in pass where HTTPText.credentialHeaders.contains(name) {
            fields.error("the header \(name) cannot be passed on: it holds the client's credentials", at: "pass")
        }
        for name in remove where HTTPText.framingHeaders.contains(name) || name == "authorization" {
            fields.error("the header \(name) cannot be removed: the gateway writes it itself", at: "remove")
        }
        let setNames = set.map(\.name)
        for name in remove where !name.isEmpty && (pass.contains(name) || setNames.contains(name)) {
            fields.error("the header \(name) is both removed and \(pass.contains(name) ? "passed" : "set")", at: "remove")
        }
        for name in setNames where !name.isEmpty && pass.contains(name) {
            fields.error("the header \(name) is both passed and set", at: "pass", hint: "set wins whatever the client sends: remove it from pass")
        }
        fields.finish()
    }
}

extension TransformConfig.AnswerHeaders: ConfigBlock {
    /// Written by the gateway itself where there is something to say, and read by clients and probes as its own word.
    private static let own: Set<String> = HTTPText.framingHeaders.union(["x-request-id", "request-id", "date"])

    package init(reading fields: inout Fields) {
        set = fields.headerSettings("set")
        remove = fields.list("remove", of: .headerName, mayBeEmpty: true) ?? []
        for name in remove where HTTPText.framingHeaders.contains(name) {
            fields.error("the header \(name) cannot be removed: the gateway writes it itself", at: "remove")
        }
        for setting in set where Self.own.contains(setting.name) && !HTTPText.framingHeaders.contains(setting.name) {
            fields.error("the header \(setting.name) cannot be set: the gateway writes it itself", at: "set")
        }
        for name in set.map(\.name) + remove where name.hasPrefix("access-control-") {
            let key = remove.contains(name) ? "remove" : "set"
            fields.error("the header \(name) cannot be edited: listen.cors makes it", at: key)
        }
        let setNames = set.map(\.name)
        for name in remove where !name.isEmpty && setNames.contains(name) { fields.error("the header \(name) is both removed and set", at: "remove") }
        fields.finish()
    }
}

extension Fields {
    fileprivate func pointer(_ text: String, at position: Position) -> JSONPointer? {
        do throws(ScalarMistake) {
            return try ScalarType<JSONPointer>.pointer.parse(ScalarText(text, isPlain: false))
        } catch {
            context.error("a key here \(error.message)", at: position, hint: error.hint)
            return nil
        }
    }
}
