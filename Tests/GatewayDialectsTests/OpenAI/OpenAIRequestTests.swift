import GatewayCore
import JSONBytes
import Testing

@testable import GatewayDialects

@Suite("Requests of OpenAI clients")
struct OpenAIRequestTests {
    private func read(_ body: String, _ path: String = "/v1/chat/completions", method: String = "POST") throws(GatewayError) -> OpenAIRequest {
        try OpenAIRequest(method: method, path: path, body: Array(body.utf8))
    }

    @Test(arguments: (Recording.streams + Recording.wholeAnswers).filter { $0.path.hasPrefix("/v1/") })
    func `are understood as recorded`(_ recording: Recording) throws {
        let request = try OpenAIRequest(method: "POST", path: recording.path, body: recording.request)

        #expect(request.operation == recording.operation)
        #expect(request.model != nil)
        #expect(request.isStreaming == recording.isStream)
    }

    @Test func `are described by model, stream and wishes`() throws {
        let body = #"{"messages":[],"model":"fast","stream":true,"stream_options":{"include_usage":true}}"#
        let request = try read(body)

        #expect(request.model == "fast")
        #expect(request.isStreaming)
        #expect(request.wantsUsageEvent)
        #expect(!request.isBoundToAccount)
        #expect(request.scan?["model"].map { Array(body.utf8)[$0.value] } == Array("\"fast\"".utf8)[...])
    }

    @Test(arguments: [#""stream":null"#, #""stream":false"#, #""stream_options":null"#, #""stream":true,"stream_options":{}"#])
    func `do not ask for token counts by saying nothing`(_ members: String) throws {
        let request = try read(#"{"model":"m",\#(members)}"#)

        #expect(!request.wantsUsageEvent)
    }

    @Test(arguments: [
        "", "{", "[]", "null", #"{"model":"m"} x"#, #"{"model":"m","messages":[}"#, #"{"model":"m","model":"n"}"#,
        #"{"model":"m","stream":true,"stream":false}"#, #"{"model":"m","Model":"n"}"#, #"{"model":"m","\u006dodel":"n"}"#, #"{"model":"\ud800"}"#,
    ])
    func `are refused when two readers could disagree about them`(_ body: String) {
        #expect { try read(body) } throws: { error in
            guard case GatewayError.malformedBody = error else { return false }
            return true
        }
    }

    @Test func `are refused with a place and without a quote`() {
        #expect(throws: GatewayError.malformedBody(reason: "\"model\" occurs twice (byte 13).")) {
            try read(#"{"model":"m","model":"secret"}"#)
        }
    }

    @Test(arguments: ["{}", #"{"model":null}"#, #"{"model":""}"#])
    func `are refused without a model`(_ body: String) {
        #expect(throws: GatewayError.modelMissing) { try read(body) }
        #expect(throws: GatewayError.modelMissing) { try read(body, "/v1/embeddings") }
    }

    @Test(arguments: [
        (#"{"model":1}"#, "model"), (#"{"model":["m"]}"#, "model"), (#"{"model":"m","stream":"yes"}"#, "stream"),
        (#"{"model":"m","stream":1}"#, "stream"), (#"{"model":"m","stream":true,"stream_options":1}"#, "stream_options"),
        (#"{"model":"m","stream":true,"stream_options":{"include_usage":"x"}}"#, "include_usage"),
        (#"{"model":"\#(String(repeating: "m", count: 300))"}"#, "model"),
    ])
    func `are refused when a field has the wrong type or size`(_ body: String, _ field: String) {
        #expect { try read(body) } throws: { error in
            guard case GatewayError.fieldRefused(field, _) = error else { return false }
            return true
        }
    }

    @Test(arguments: [#""previous_response_id":"resp_1""#, #""conversation":"conv_1""#, #""conversation":{"id":"c"}"#, #""background":true"#])
    func `are bound to an account that keeps what they go on with`(_ member: String) throws {
        #expect(try read(#"{"model":"m","input":"a",\#(member)}"#, "/v1/responses").isBoundToAccount)
    }

    @Test func `of another kind are read if they look like JSON, whatever they say they are`() throws {
        #expect(try read(#"{"model":"dall-e"}"#, "/v1/images/generations").model == "dall-e")
        #expect(try read("--boundary", "/v1/audio/transcriptions").model == nil)
        #expect(try read("", "/v1/files", method: "GET").model == nil)
        #expect(throws: GatewayError.self) { try read(#"{"model":"a","model":"b"}"#, "/v1/images/generations") }
    }

    @Test(
        arguments: [
            [0xEF, 0xBB, 0xBF] + Array(#"{"model":"m"}"#.utf8), Array(#"{"model":"m"}"#.utf16).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] },
            [0xFE, 0xFF] + Array(#" {"model":"m"}"#.utf16).flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] },
            [0xFF, 0xFE, 0, 0] + Array(#"{"model":"m"}"#.utf8).flatMap { [$0, 0, 0, 0] }, Array(#"{"model":"m"}"#.utf8).flatMap { [0, 0, 0, $0] },
        ] as [[UInt8]])
    func `are UTF-8 without a mark, on any path`(_ body: [UInt8]) {
        for path in ["/v1/chat/completions", "/v1/images/generations"] {
            #expect {
                try OpenAIRequest(method: "POST", path: path, body: body)
            } throws: { error in
                guard case GatewayError.malformedBody = error else { return false }
                return true
            }
        }
    }

    @Test func `name their model in a form too`() throws {
        let body = Array("--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--b--\r\n".utf8)
        let type = "multipart/form-data; boundary=b"
        let request = try OpenAIRequest(method: "POST", path: "/v1/audio/transcriptions", contentType: type, body: body)

        #expect(request.model == "whisper-1")
        #expect(request.modelRange.map { Array(body[$0]) } == Array("whisper-1".utf8))
        #expect(try OpenAIRequest(method: "POST", path: "/v1/audio/transcriptions", contentType: "application/octet-stream", body: body).model == nil)
    }
}
