import JSONBytes

/// `POST /embeddings`: vectors that depend on their input and on nothing else.
struct EmbeddingsAnswers {
    let request: MockRequest

    /// What real models have is 1,536; short ones are easier to look at.
    private static let dimensionsDefault = 16
    private static let dimensionsMax = 4096
    private static let inputsMax = 2048

    func answer() -> MockAnswer {
        let inputs = inputs
        guard (1...Self.inputsMax).contains(inputs.count) else {
            return ErrorAnswers.answer(status: 400, message: "input must be a string or an array.")
        }
        let dimensions = max(1, min(Self.dimensionsMax, request.json?["dimensions"]?.int ?? Self.dimensionsDefault))
        let isBase64 = request.json?["encoding_format"]?.string == "base64"
        let data = inputs.enumerated().map { index, input -> JSONValue in
            let vector = Self.vector(of: input, dimensions)
            return ["object": "embedding", "index": JSONValue(index), "embedding": isBase64 ? JSONValue(Self.base64(vector)) : Self.numbers(vector)]
        }
        let tokens = inputs.reduce(0) { $0 + ($1.count + 3) / 4 }
        let body: JSONValue = [
            "object": "list", "data": JSONValue(data), "model": JSONValue(request.model),
            "usage": ["prompt_tokens": JSONValue(tokens), "total_tokens": JSONValue(tokens)],
        ]
        return .json(body.written())
    }

    /// The bytes each vector is made from.
    private var inputs: [[UInt8]] {
        switch request.json?["input"] {
        case .string(let text)?: [Array(text.utf8)]
        case .array(let elements)? where elements.allSatisfy({ $0.number != nil }): [JSONValue(elements).written()]
        case .array(let elements)?: elements.map { element in element.string.map { Array($0.utf8) } ?? element.written() }
        default: []
        }
    }

    /// Numbers between -1 and 1 from a generator seeded with the input's FNV-1a hash.
    private static func vector(of input: [UInt8], _ dimensions: Int) -> [Float] {
        var state: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in input { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return (0..<dimensions).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(Int(state >> 40) - (1 << 23)) / Float(1 << 23)
        }
    }

    private static func numbers(_ vector: [Float]) -> JSONValue {
        JSONValue(vector.map { JSONValue(Double($0)) ?? 0 })
    }

    /// Little-endian 32-bit floats in base64, which is what openai-python asks for unless told otherwise.
    private static func base64(_ vector: [Float]) -> String {
        var bytes: [UInt8] = []
        for number in vector {
            for shift in stride(from: UInt32(0), to: 32, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number.bitPattern >> shift)) }
        }
        return Base64.encoded(bytes)
    }
}
