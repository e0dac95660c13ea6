package import GatewayConfig
import GatewayCore
package import GatewayDialects
package import JSONBytes
import HTTPWire

extension RequestTransform {
    /// - Throws: when two edits contradict each other.
    package convenience init(_ config: TransformConfig, seals: ChatSeals) throws(JSONEditPlanError) {
        let system = SystemPrompt(prepend: config.systemPrepend, append: config.systemAppend)
        self.init(
            body: try BodyTransform(edits: config.edits, system: system),
            headers: HeaderTransform(
                pass: config.headers.pass, set: config.headers.set.map(HeaderField.init), remove: config.headers.remove),
            lossy: config.lossy == .drop ? .drop : .refuse, seals: seals)
    }
}

extension TransformConfig {
    fileprivate var edits: [JSONEdit] {
        let sets: [JSONEdit] = self.set.map { .set($0.pointer, value: $0.json) }
        let fills: [JSONEdit] = defaults.map { .default($0.pointer, value: $0.json) }
        let removals: [JSONEdit] = remove.map { .remove($0) }
        let clamps: [JSONEdit] = clamp.map { .clamp($0.pointer, min: $0.min, max: $0.max) }
        return sets + fills + removals + clamps
    }
}
