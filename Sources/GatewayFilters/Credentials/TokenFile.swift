import Dispatch
import GatewayConfig
import GatewayCore

/// A token that a cluster puts into a file and replaces from time to time.
enum TokenFile {
    private static let bytesMax = 64 << 10

    /// Reads the file on another thread than the worker's, which a slow disk must not hold up.
    ///
    /// - Throws: `upstreamFailed` with a credential problem when there is no token in it.
    static func text(of path: String, for provider: String) async throws(GatewayError) -> String {
        let result = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: ConfigEnvironment.process.readFile(path, bytesMax)) }
        }
        guard case .success(let bytes) = result, let text = String(validating: bytes, as: UTF8.self) else {
            throw .upstreamFailed(UpstreamFailure(provider: provider, status: 401))
        }
        let trimmed = text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        guard !trimmed.isEmpty, trimmed.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .upstreamFailed(UpstreamFailure(provider: provider, status: 401))
        }
        return trimmed
    }
}
