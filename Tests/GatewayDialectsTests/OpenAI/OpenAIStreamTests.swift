import GatewayCore
import Testing

@testable import GatewayDialects

@Suite("A stream of the OpenAI dialect")
struct OpenAIStreamTests {
    private let role = #"data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}"# + "\n\n"
    private let word = #"data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}],"usage":null}"# + "\n\n"
    private let finish = #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"# + "\n\n"
    private let counts = #"data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}}"# + "\n\n"
    private let done = "data: [DONE]\n\n"

    @Test(arguments: [
        #"{"role":"assistant","content":""}"#, #"{"role":"assistant","content":null,"refusal":null}"#, "{}", #"{"content":""}"#,
        #"{"role":"assistant","tool_calls":[]}"#,
    ])
    func `has not begun with a delta that says nothing`(_ delta: String) {
        var stream = OpenAIStream(operation: .chatCompletions, eventBytesMax: 1 << 20)

        let step = stream.received(Array(#"data: {"choices":[{"index":0,"delta":\#(delta),"finish_reason":null}]}\#n\#n"#.utf8))

        #expect(!stream.hasContent)
        #expect(step.isProgress)
        #expect(step.chunks.count == 1)
    }

    @Test(arguments: [
        #"{"content":"a"}"#, #"{"refusal":"No."}"#, #"{"reasoning_content":"Hm"}"#, #"{"tool_calls":[{"index":0,"id":"c"}]}"#,
        #"{"function_call":{"name":"f"}}"#, #"{"audio":{"id":"x"}}"#, #"{"role":"assistant","something_new":1}"#,
    ])
    func `has begun with a delta that says something`(_ delta: String) {
        var stream = OpenAIStream(operation: .chatCompletions, eventBytesMax: 1 << 20)

        _ = stream.received(Array(#"data: {"choices":[{"index":0,"delta":\#(delta),"finish_reason":null}]}\#n\#n"#.utf8))

        #expect(stream.hasContent)
    }

    @Test(arguments: [#"{"text":"a","index":0}"#, #"{"index":0,"delta":{},"finish_reason":"stop"}"#])
    func `has begun with text or a reason to stop`(_ choice: String) {
        var stream = OpenAIStream(operation: .completions, eventBytesMax: 1 << 20)

        _ = stream.received(Array(#"data: {"choices":[\#(choice)]}\#n\#n"#.utf8))

        #expect(stream.hasContent)
    }

    @Test func `is not kept going by comments`() {
        var stream = OpenAIStream(operation: .chatCompletions, eventBytesMax: 1 << 20)

        let step = stream.received(Array(": ping\n\n".utf8))

        #expect(!step.isProgress)
        #expect(!stream.hasContent)
        #expect(step.chunks == [BodyChunk(Array(": ping\n\n".utf8))])
    }

    @Test func `leaves as one piece when several events arrive together`() {
        var stream = OpenAIStream(operation: .chatCompletions, eventBytesMax: 1 << 20)

        let step = stream.received(Array((role + word + finish + done).utf8))

        #expect(step.chunks.count == 1)
    }

    @Test func `keeps the order around the event with the token counts`() {
        let run = StreamRun(role + word + finish + counts + done)

        #expect(run.chunks.map(\.isUsageOnly) == [false, true, false])
        #expect(run.stream.usage == Usage(input: 7, output: 2))
        #expect(run.fault == nil)
    }

    @Test func `does not take the first event of Azure for token counts`() {
        let first = #"data: {"choices":[],"created":0,"id":"","model":"","prompt_filter_results":[]}"# + "\n\n"

        let run = StreamRun(first + word + done)

        #expect(run.usageOnly.isEmpty)
    }

    @Test func `passes on counts that come with content`() {
        let both = #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1}}"# + "\n\n"

        let run = StreamRun(word + both + done)

        #expect(run.usageOnly.isEmpty)
        #expect(run.stream.usage?.input == 3)
    }

    @Test(arguments: [
        (#"{"error":{"message":"x","type":"server_error","code":null}}"#, 500),
        (#"{"error":{"message":"x","code":"rate_limit_exceeded"}}"#, 429), (#"{"error":{"message":"x","code":503}}"#, 503),
        (#"{"error":{"message":"x"}}"#, nil), (#"{"error":"x"}"#, nil), (#"{"object":"error","message":"x","code":40301}"#, nil),
    ])
    func `ends at an error event, before and after content`(_ data: String, _ status: Int?) {
        let early = StreamRun(role + "data: \(data)\n\n" + word + done)
        let late = StreamRun(word + "data: \(data)\n\n" + word + done)

        #expect(early.fault == .errorEvent(status: status, event: Array(data.utf8)))
        #expect(late.fault == early.fault)
        #expect(late.forwardedText == word)
        #expect(!early.stream.hasContent)
    }

    @Test func `ends at an event named error, whatever its data looks like`() {
        let run = StreamRun(word + "event: error\ndata: {\"message\":\"x\",\"code\":503}\n\n" + done)

        #expect(run.fault == .errorEvent(status: 503, event: Array(#"{"message":"x","code":503}"#.utf8)))
    }

    @Test func `is not stopped by words about errors and usage in its text`() {
        let text = #"data: {"choices":[{"index":0,"delta":{"content":"\"error\": \"usage\""},"finish_reason":null}]}"# + "\n\n"
        let bare = #"data: {"choices":[{"index":0,"delta":{"content":"error"},"finish_reason":null}]}"# + "\n\n"

        let run = StreamRun(word + text + bare + bare.replacing("error", with: "usage") + done)

        #expect(run.fault == nil)
        #expect(run.forwardedText == word + text + bare + bare.replacing("error", with: "usage") + done)
    }

    @Test func `is broken by a first event that is no JSON`() {
        let run = StreamRun("data: <html>\n\n")

        #expect(run.fault == .broken(reason: "an event of its stream is not JSON."))
    }

    @Test func `is broken by an event that is too long`() {
        let run = StreamRun(word + "data: " + String(repeating: "x", count: 2000), eventBytesMax: 1000)

        #expect(run.fault == .broken(reason: "one event is too long."))
    }

    @Test(arguments: ["", ": ping\n\n", "data: {\"choices\":[{\"ind"])
    func `is cut when it ends without its mark`(_ rest: String) {
        let run = StreamRun(word + finish + rest)

        #expect(run.fault == .cut)
    }

    @Test func `does not pass on half an event that nothing may join`() {
        let run = StreamRun(word + "data: {\"choices\":[{\"ind")

        #expect(run.forwardedText == word)
    }

    @Test(arguments: ["data: [DONE]", "data: [DONE]\n"])
    func `is complete when only the last empty line is missing, which is added`(_ end: String) {
        let run = StreamRun(word + end)

        #expect(run.fault == nil)
        #expect(run.forwardedText == word + done)
    }

    @Test func `passes on what follows its end mark unread`() {
        let run = StreamRun(word + done + "\n: bye\n\n")

        #expect(run.fault == nil)
        #expect(run.forwardedText == word + done + "\n: bye\n\n")
    }

    @Test(arguments: 0..<24)
    func `shows its counts and errors wherever in an event they stand`(_ shift: Int) {
        let filler = String(repeating: "x", count: shift)
        for name in ["usage", "error"] {
            #expect(OpenAIMarks.needsReading(Array("{\"a\":\"\(filler)\",\"\(name)\":{}}".utf8)[...]))
            #expect(OpenAIMarks.needsReading(Array("\(filler)\"\"\(name)\"".utf8)[...]))
            #expect(!OpenAIMarks.needsReading(Array("{\"\(filler)\(name)\":1,\"\(name)\(filler)x\":1}".utf8)[...]) || shift == 0)
        }
        #expect(!OpenAIMarks.needsReading(Array("{\"a\":\"\(filler)\",\"usage\": null}".utf8)[...]))
    }

    @Test(arguments: ["\r\n", "\r", "\n"])
    func `keeps its line ends`(_ end: String) {
        let text = (word + finish + counts + done).replacing("\n", with: end)

        let run = StreamRun(text)

        #expect(run.forwardedText == text)
        #expect(run.fault == nil)
        #expect(run.usageOnly.count == 1)
    }
}

@Suite("A stream of responses events")
struct OpenAIResponsesStreamTests {
    private func event(_ name: String, _ more: String = "") -> String { "event: \(name)\ndata: {\"type\":\"\(name)\"\(more)}\n\n" }

    @Test func `has not begun before something is said`() {
        var stream = OpenAIStream(operation: .responses, eventBytesMax: 1 << 20)

        _ = stream.received(Array((event("response.created") + event("response.in_progress") + event("response.output_item.added")).utf8))
        #expect(!stream.hasContent)
        _ = stream.received(Array(event("response.output_text.delta", #","delta":"a""#).utf8))

        #expect(stream.hasContent)
    }

    @Test(arguments: ["response.completed", "response.incomplete"])
    func `ends with the event that repeats the answer`(_ name: String) {
        let text =
            event("response.output_text.delta")
            + event(name, #","response":{"usage":{"input_tokens":5,"output_tokens":3,"output_tokens_details":{"reasoning_tokens":2}}}"#)

        let run = StreamRun(text, operation: .responses)

        #expect(run.fault == nil)
        #expect(run.stream.usage == Usage(input: 5, output: 3, reasoning: 2))
        #expect(run.forwardedText == text)
    }

    @Test func `fails with the provider's own word for it`() {
        let failed = #"{"type":"response.failed","response":{"error":{"code":"server_error","message":"x"},"usage":null}}"#
        let text = event("response.output_text.delta") + "event: response.failed\ndata: \(failed)\n\n"

        let run = StreamRun(text, operation: .responses)

        #expect(run.fault == .errorEvent(status: 500, event: Array(failed.utf8)))
    }

    @Test func `is read without event names too`() {
        let text = #"data: {"type":"response.output_text.delta"}"# + "\n\n" + #"data: {"type":"response.completed","response":{}}"# + "\n\n"

        let run = StreamRun(text, operation: .responses)

        #expect(run.fault == nil)
        #expect(run.stream.hasContent)
    }

    @Test func `is cut when its last event is missing`() {
        let run = StreamRun(event("response.output_text.delta") + "data: [DONE]\n\n", operation: .responses)

        #expect(run.fault == .cut)
    }
}
