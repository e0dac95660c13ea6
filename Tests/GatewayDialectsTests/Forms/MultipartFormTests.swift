import GatewayCore
import Testing

@testable import GatewayDialects

@Suite("A form's model")
struct MultipartFormTests {
    private func model(_ body: String, boundary: String = "b") throws(GatewayError) -> String? {
        let bytes = Array(body.utf8)
        return try MultipartForm(bytes, boundary: Array(boundary.utf8)).field("model").map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    private func part(_ disposition: String, _ content: String, more: String = "") -> String {
        "--b\r\nContent-Disposition: form-data; \(disposition)\r\n\(more)\r\n\(content)\r\n"
    }

    @Test func `is found among files, as libraries write them`() throws {
        let file = part("name=\"file\"; filename=\"a.mp3\"", "\0\r\n--c\r\nname=\"model\"\r\n-", more: "Content-Type: audio/mpeg\r\n")
        let quoted = part("name=\"model\"", "whisper-1")
        // .NET leaves the quotes out and says what the text is.
        let bare = part("name=model", "whisper-1", more: "Content-Type: text/plain; charset=utf-8\r\n")

        #expect(try model(file + quoted + "--b--\r\n") == "whisper-1")
        #expect(try model(quoted + file + "--b--") == "whisper-1")
        #expect(try model(bare + part("name=file; filename=a.mp3; filename*=utf-8''a.mp3", "") + "--b--\r\n") == "whisper-1")
        #expect(try model(file + part("name=\"prompt\"", "model") + "--b--\r\n") == nil)
    }

    @Test(arguments: [
        "", "--b", "--b--\r\n", "x\r\n--b\r\n", "--b\r\n\r\n--b--\r\n",
        "--b\r\n\r\nfast\r\n--b--\r\n", "--b\nContent-Disposition: form-data; name=\"model\"\n\nfast\n--b--\n",
        "--b\r\nContent-Disposition: form-data\r\n\r\nfast\r\n--b--\r\n", "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nfast",
        "--b\r\nContent-Disposition: form-data;\r\n name=\"model\"\r\n\r\nfast\r\n--b--\r\n",
        "--b\r\nContent-Disposition: form-data; name=\"x\"\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nfast\r\n--b--\r\n",
        "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\na\n--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nfast\r\n--b--\r\n",
        "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\na\r\n--b \r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nfast\r\n--b--\r\n",
        "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\na\r\n--b--\r\n--b\r\n",
    ])
    func `is not looked for in a form that two readers could cut differently`(_ body: String) {
        #expect(throws: GatewayError.self) { try model(body) }
    }

    @Test(arguments: [
        "name=\"x\"; name=\"model\"", "name=\"x\"; name*=utf-8''model", "name=\"mod\\el\"", "name=\"m%6Fdel\"", "name=\"Model\"", "name=\"model[]\"",
        "name=\" model\"", "name=\"model\"; filename=\"m\"", "name=\"x\" name=\"model\"", "name=\"x", "filename=\"a\"", "name=\"mödel\"", "name",
    ])
    func `is not what only some readers take for it`(_ disposition: String) {
        #expect(throws: GatewayError.self) { try model(part(disposition, "fast") + "--b--\r\n") }
    }

    @Test(arguments: ["Content-Transfer-Encoding: base64\r\n", "Content-Type: text/plain; charset=utf-16\r\n", "Content-Type: application/json\r\n"])
    func `is not in a coding`(_ field: String) {
        #expect(throws: GatewayError.self) { try model(part("name=\"model\"", "fast", more: field) + "--b--\r\n") }
    }

    @Test func `is named once`() {
        let twice = part("name=\"model\"", "fast") + part("name=\"model\"", "fast") + "--b--\r\n"

        #expect(throws: GatewayError.malformedBody(reason: "as multipart/form-data, \"model\" occurs twice.")) { try model(twice) }
    }

    @Test func `is separated by what the type says`() throws {
        #expect(try MultipartForm.boundary(in: "multipart/form-data; boundary=abc") == Array("abc".utf8))
        #expect(try MultipartForm.boundary(in: "Multipart/Form-Data;charset=utf-8; Boundary=\"a b\"".replacing(" b", with: "b")) == Array("ab".utf8))
        #expect(try MultipartForm.boundary(in: "application/json") == nil)
        for type in [
            "", "; boundary=", "; boundary=a; boundary=b", "; boundary=\"a;b\"", "; boundary=\"a", "; boundary*=utf-8''a", "; x=\"; boundary=a\"",
            "; boundary=a b", "; boundary=" + String(repeating: "a", count: 71),
        ] {
            #expect(throws: GatewayError.self, "\(type)") { try MultipartForm.boundary(in: "multipart/form-data" + type) }
        }
    }
}
