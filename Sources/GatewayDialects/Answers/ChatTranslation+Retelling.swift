package import GatewayCore
import JSONBytes

extension ChatTranslation {
    /// A kept whole answer, as a client of another format would have got it.
    ///
    /// - Parameters:
    ///   - answer: in the format `provider`.
    ///   - usage: as the provider counted, which `answer` may say less exactly.
    /// - Returns: nil for an answer that would lose something: thoughts, and what their provider wants back with them, are of one format only.
    package func retold(_ answer: [UInt8], usage: Usage?) -> [UInt8]? {
        guard let value = try? JSONValue(parsing: answer), var read = try? provider.wire.answer(from: value, ids: ids) else { return nil }
        for part in read.parts {
            switch part {
            case .text, .refusal: continue
            case .call(let call) where call.seal == nil: continue
            default: return nil
            }
        }
        read.usage = usage ?? read.usage
        return client.wire.body(of: read, to: facts).written()
    }

    private var ids: ChatIDs { ChatIDs(seed: facts.seed) }
}
