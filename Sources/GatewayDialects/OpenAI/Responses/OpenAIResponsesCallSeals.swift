/// This format has no place for a seal on a call. It travels in an empty reasoning item behind the call, in an envelope with the call's id.
extension ChatCall {
    /// What stands in that item's `encrypted_content`.
    var sealEnvelope: String? {
        seal.map { ChatSeal($0.kind, $0.data, id: id).envelope }
    }
}

extension [ChatTurn] {
    /// Gives seals of calls back to them: by the call's id, wherever the client has put the item, or else, from another writer's hand, to the
    /// call right before or after it.
    mutating func attachCallSeals() {
        var called: Set<String> = []
        var seals: [String: ChatSeal] = [:]
        var hasSeals = false
        for part in lazy.filter({ $0.role == .assistant }).flatMap(\.parts) {
            if case .call(let call) = part { called.insert(call.id) }
            guard let seal = part.callSeal else { continue }
            hasSeals = true
            if let id = seal.id { seals[id] = seal }
        }
        guard hasSeals else { return }
        seals = seals.filter { called.contains($0.key) }
        for index in indices where self[index].role == .assistant {
            self[index].parts = Self.attached(self[index].parts, seals)
        }
        removeAll { $0.parts.isEmpty }
    }

    /// - Parameter seals: by the ids of their calls.
    private static func attached(_ parts: [ChatPart], _ seals: [String: ChatSeal]) -> [ChatPart] {
        var kept: [ChatPart?] = parts
        for index in parts.indices {
            guard case .call(var call) = parts[index], let seal = seals[call.id] else { continue }
            call.seal = ChatSeal(seal.kind, seal.data)
            kept[index] = .call(call)
        }
        for index in parts.indices.reversed() {
            guard let seal = parts[index].callSeal else { continue }
            if let id = seal.id {
                if seals[id] != nil { kept[index] = nil }
                continue
            }
            for neighbour in [index - 1, index + 1] where kept.indices.contains(neighbour) {
                guard case .call(var call) = kept[neighbour], call.seal == nil else { continue }
                call.seal = seal
                kept[neighbour] = .call(call)
                kept[index] = nil
                break
            }
        }
        return kept.compactMap(\.self)
    }
}

extension ChatPart {
    /// The seal of an empty thinking part that may be a call's.
    fileprivate var callSeal: ChatSeal? {
        if case .thinking(let thinking) = self, thinking.text.isEmpty, thinking.seal?.kind == .thought { thinking.seal } else { nil }
    }
}
