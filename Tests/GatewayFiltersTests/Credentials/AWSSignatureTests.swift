import GatewayCore
import Testing

@testable import GatewayFilters
import HTTPWire

/// Signatures that botocore 1.44.8 (`SigV4Auth`) made of the same requests at the same moment.
@Suite("A request signed for AWS")
struct AWSSignatureTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let name: String
        let url: String
        let path: String
        let region: String
        let token: String?
        let body: String
        let signed: String
        let signature: String

        var testDescription: String { name }
    }

    static let vectors = [
        Vector(
            name: "a version with a colon", url: "https://bedrock-runtime.eu-central-1.amazonaws.com",
            path: "/model/anthropic.claude-3-5-sonnet-20240620-v1%3A0/converse", region: "eu-central-1",
            token: nil, body: #"{"messages":[{"role":"user","content":[{"text":"Grüße, 世界"}]}]}"#,
            signed: "content-type;host;x-amz-content-sha256;x-amz-date",
            signature: "25316e3cf46cf193f21afe4a88e754e08819e5e43300a78b5fb21084115a1c45"),
        Vector(
            name: "a stream", url: "https://bedrock-runtime.us-east-1.amazonaws.com",
            path: "/model/us.amazon.nova-2-lite-v1%3A0/converse-stream", region: "us-east-1",
            token: nil, body: #"{}"#,
            signed: "content-type;host;x-amz-content-sha256;x-amz-date",
            signature: "02067ad27137530abfe880cc44e328b3913fdf611634eb2dbe1d2059593501e1"),
        Vector(
            name: "an ARN", url: "https://bedrock-runtime.eu-central-1.amazonaws.com",
            path: "/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A123456789012%3Aapplication-inference-profile%2Fabc123/converse",
            region: "eu-central-1",
            token: nil, body: #"{"messages":[{"role":"user","content":[{"text":"Grüße, 世界"}]}]}"#,
            signed: "content-type;host;x-amz-content-sha256;x-amz-date",
            signature: "a81dcfedf789ce3d71a71479c256f3dbc1b12071ec19ab51501cf8109aee3228"),
        Vector(
            name: "a session token", url: "https://bedrock-runtime.eu-central-1.amazonaws.com",
            path: "/model/amazon.nova-pro-v1%3A0/converse", region: "eu-central-1",
            token: "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaDGV1==", body: #"{"messages":[{"role":"user","content":[{"text":"Grüße, 世界"}]}]}"#,
            signed: "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token",
            signature: "89646b0198bd5dc225c730e58a83465ee27955661c8536d7e75b294b352f2d50"),
        Vector(
            name: "a port and a prefix", url: "http://127.0.0.1:8123/mock/status=503",
            path: "/model/openai.gpt-oss-120b-1%3A0/converse", region: "eu-central-1",
            token: nil, body: #""#,
            signed: "content-type;host;x-amz-content-sha256;x-amz-date",
            signature: "e04bc0749de3e35df187e3a028e9b320665d588d68e05ed1be729aba9ebc8886"),
    ]

    private func headers(_ vector: Vector, body: String? = nil, now: Int = 1_787_150_094) -> [HeaderField] {
        let request = UpstreamRequest(
            endpoint: UpstreamEndpoint(provider: "p", url: vector.url), method: "POST", path: vector.path,
            headers: [HeaderField("content-type", "application/json"), HeaderField("traceparent", "00-1-2-01"), HeaderField("user-agent", "weir")],
            body: Array((body ?? vector.body).utf8), timeouts: UpstreamTimeouts())
        let keys = AWSSigningKeys(id: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", sessionToken: vector.token)
        return AWSSignature(keys: keys, region: vector.region, service: "bedrock").headers(for: request, now: now)
    }

    @Test(arguments: vectors) func `has the signature that AWS's own client makes`(vector: Vector) {
        let headers = headers(vector)

        #expect(headers.first("x-amz-date") == "20260819T143454Z")
        #expect(headers.first("x-amz-security-token") == vector.token)
        #expect(
            headers.first("authorization")
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260819/\(vector.region)/bedrock/aws4_request, SignedHeaders=\(vector.signed), Signature=\(vector.signature)"
        )
    }

    @Test func `has another one for another body, and at another time`() {
        let vector = Self.vectors[0]
        let plain = headers(vector).first("authorization")

        #expect(headers(vector, body: vector.body + " ").first("authorization") != plain)
        #expect(headers(vector, now: 1_787_150_095).first("authorization") != plain)
    }
}
