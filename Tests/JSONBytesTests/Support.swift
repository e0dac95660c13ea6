import Foundation

@testable import JSONBytes

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

func pointer(_ text: String) throws -> JSONPointer { try JSONPointer(text) }

/// The reason why a body is refused, nil when it is not.
func reason(_ work: () throws -> Void) -> JSONError.Reason? {
    do {
        try work()
        return nil
    } catch { return (error as? JSONError)?.reason }
}

func canonical(_ body: [UInt8], excluding names: JSONNames = [], limits: JSONLimits = .standard) throws -> String {
    var output: [UInt8] = []
    try JSONCanonical.append(body, excluding: names, limits: limits, into: &output)
    return text(output)
}

/// The bodies of recorded requests, in the order of their names.
enum Fixtures {
    static func bodies() throws -> [[UInt8]] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        let bodies = files.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }
        return try bodies.map { Array(try Data(contentsOf: $0)) }
    }
}
