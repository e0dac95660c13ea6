package import GatewayConfig
import GatewayCore
package import JSONBytes

extension RequestTransform {
    /// - Throws: when two edits contradict each other.
    package init(_ config: TransformConfig) throws(JSONEditPlanError) {
        let system = SystemPrompt(prepend: config.systemPrepend, append: config.systemAppend)
        self.init(
            body: try BodyTransform(edits: config.edits, system: system),
            headers: HeaderTransform(
                pass: config.headers.pass, set: config.headers.set.map(HeaderField.init), remove: config.headers.remove))
    }
}

extension TransformConfig {
    fileprivate var edits: [JSONEdit] {
        let sets: [JSONEdit] = self.set.map { .set(JSONBytes.JSONPointer($0.pointer), value: $0.json) }
        let fills: [JSONEdit] = defaults.map { .default(JSONBytes.JSONPointer($0.pointer), value: $0.json) }
        let removals: [JSONEdit] = remove.map { .remove(JSONBytes.JSONPointer($0)) }
        let clamps: [JSONEdit] = clamp.map { .clamp(JSONBytes.JSONPointer($0.pointer), min: number($0.min), max: number($0.max)) }
        return sets + fills + removals + clamps
    }

    private func number(_ number: GatewayConfig.JSONNumber?) -> JSONBytes.JSONNumber? {
        number.flatMap { JSONBytes.JSONNumber($0.text) }
    }
}

extension JSONBytes.JSONPointer {
    fileprivate init(_ pointer: GatewayConfig.JSONPointer) { self.init(tokens: pointer.path) }
}
