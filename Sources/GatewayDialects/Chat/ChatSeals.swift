import Synchronization

/// Remembers, for clients whose format has no place for them, the seals that a provider wants back with its calls: Anthropic's signed thoughts, OpenAI's encrypted
/// reasoning, Gemini's thought signatures.
///
/// Keyed by the id of the call they came with, which every client brings back, and by who asked. Bounded; the oldest go first. What has gone is left
/// out, as if the model had not thought. It is kept in this process alone: with several pods in front of one app, the next turn may reach another one.
package final class ChatSeals: Sendable {
    private struct Key: Hashable {
        let owner: String
        let call: String
    }

    /// What came before a call, and on it.
    private struct Entry {
        let thinking: [ChatThinking]
        let seal: ChatSeal?
        let byteCount: Int
    }

    private struct Memory {
        var entries: [Key: Entry] = [:]
        var order: [Key] = []
        /// How much of `order` has gone.
        var gone = 0
        var byteCount = 0
    }

    private static let overheadBytes = 256
    private let bytesMax: Int
    private let memory = Mutex(Memory())

    /// - Parameter bytesMax: of all entries together.
    package init(bytesMax: Int = 16 << 20) {
        self.bytesMax = bytesMax
    }

    /// Bytes that entries take, overheads included.
    package var byteCount: Int { memory.withLock { $0.byteCount } }

    /// Keeps what a provider wants back of an answer.
    ///
    /// - Parameter owner: whoever asked; nobody else gets it back.
    package func keep(_ parts: [ChatPart], for owner: String) {
        var thinking: [ChatThinking] = []
        for part in parts {
            switch part {
            case .thinking(let thought): if thought.seal != nil { thinking.append(thought) }
            case .call(let call):
                if !thinking.isEmpty || call.seal != nil { insert(thinking, call.seal, Key(owner: owner, call: call.id)) }
                thinking = []
            default: break
            }
        }
    }

    /// Puts what was kept back into the turns of a conversation where it is missing.
    package func restore(_ request: inout ChatRequest, for owner: String) {
        for index in request.turns.indices where request.turns[index].role == .assistant { restore(&request.turns[index].parts, owner) }
    }

    private func restore(_ parts: inout [ChatPart], _ owner: String) {
        guard parts.contains(where: { if case .call = $0 { true } else { false } }) else { return }
        let isSealed = parts.contains { if case .thinking(let thinking) = $0 { thinking.seal != nil } else { false } }
        var result: [ChatPart] = []
        for part in parts {
            guard case .call(var call) = part, let entry = memory.withLock({ $0.entries[Key(owner: owner, call: call.id)] }) else {
                result.append(part)
                continue
            }
            if !isSealed { result += entry.thinking.map { .thinking($0) } }
            if call.seal == nil { call.seal = entry.seal }
            result.append(.call(call))
        }
        parts = result
    }

    private func insert(_ thinking: [ChatThinking], _ seal: ChatSeal?, _ key: Key) {
        let text = thinking.reduce(seal?.data.utf8.count ?? 0) { $0 + $1.text.utf8.count + ($1.seal?.data.utf8.count ?? 0) }
        let entry = Entry(thinking: thinking, seal: seal, byteCount: text + key.owner.utf8.count + key.call.utf8.count + Self.overheadBytes)
        guard entry.byteCount <= bytesMax else { return }
        memory.withLock { memory in
            if let old = memory.entries.updateValue(entry, forKey: key) {
                memory.byteCount -= old.byteCount
            } else {
                memory.order.append(key)
            }
            memory.byteCount += entry.byteCount
            while memory.byteCount > bytesMax, memory.gone < memory.order.count {
                if let old = memory.entries.removeValue(forKey: memory.order[memory.gone]) { memory.byteCount -= old.byteCount }
                memory.gone += 1
            }
            if memory.gone > 1024, memory.gone > memory.order.count / 2 {
                memory.order.removeFirst(memory.gone)
                memory.gone = 0
            }
        }
    }
}
