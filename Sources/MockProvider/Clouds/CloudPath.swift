/// Where clouds have the paths of dialects.
enum CloudPath: Equatable, Sendable {
    /// `deployment` is nil for the v1 API.
    case azure(path: String, deployment: String?)
    case vertexGemini(model: String, verb: String)
    case vertexClaude(model: String, verb: String)
    case bedrock(model: String, verb: String)

    /// - Parameter path: without `/v1` in front.
    /// - Returns: nil for a path of no cloud's.
    init?(_ path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        if parts.count > 3, parts[0] == "openai", parts[1] == "deployments" {
            self = .azure(path: "/" + parts[3...].joined(separator: "/"), deployment: parts[2])
        } else if parts.count > 1, parts[0] == "openai" {
            self = .azure(path: "/" + parts[(parts[1] == "v1" ? 2 : 1)...].joined(separator: "/"), deployment: nil)
        } else if parts.count == 8, parts[0] == "projects", parts[2] == "locations", parts[4] == "publishers", parts[6] == "models",
            let colon = parts[7].lastIndex(of: ":")
        {
            let (model, verb) = (String(parts[7][..<colon]), String(parts[7][colon...].dropFirst()))
            self = parts[5] == "anthropic" ? .vertexClaude(model: model, verb: verb) : .vertexGemini(model: model, verb: verb)
        } else if parts.count == 3, parts[0] == "model" {
            self = .bedrock(model: parts[1], verb: parts[2])
        } else {
            return nil
        }
    }

    /// As the dialect's maker has it.
    var plain: String {
        switch self {
        case .azure(let path, _): path
        case .vertexGemini(let model, let verb): "/v1beta/models/\(model):\(verb)"
        case .vertexClaude(let model, _): model == "count-tokens" ? "/messages/count_tokens" : "/messages"
        case .bedrock(let model, let verb): "/model/\(model)/\(verb)"
        }
    }
}
