import Testing

@testable import GatewayDialects

@Suite("A data: address")
struct OpenAIDataURITests {
    @Test(arguments: [
        ("data:image/png;base64,iVBO", "image/png", "iVBO"), ("data:image/png;charset=utf-8;base64,iVBO", "image/png", "iVBO"),
        ("Data:IMAGE/JPEG ; BASE64,iVBO", "image/jpeg", "iVBO"), ("data:;base64,iVBO", "text/plain", "iVBO"),
        ("data:image/png;base64,iV%2BO%3D", "image/png", "iV+O="), ("data:image/png;base64,a,b", "image/png", "a,b"),
        ("data:,A%20B%zz", "text/plain", "QSBCJXp6"), ("data:image/svg+xml,%3Csvg/%3e", "image/svg+xml", "PHN2Zy8+"),
    ])
    func `is taken apart at its first comma`(_ address: String, _ type: String, _ base64: String) throws {
        let data = try #require(OpenAIDataURI(address))

        #expect(data.type == type)
        #expect(data.base64 == base64)
    }

    @Test(arguments: ["", "data:", "data:image/png;base64", "data:image/png;base64,", "https://a/b,c", "iVBO"])
    func `is nothing else`(_ address: String) {
        #expect(OpenAIDataURI(address) == nil)
    }

    @Test(arguments: [
        ("https://a/b", true), ("HTTP://a", true), ("https://", false), ("file:///a", false), ("gs://a/b", false), ("data:image/png,a", false),
        ("", false),
    ])
    func `is told from an address of the web`(_ address: String, _ isWeb: Bool) {
        #expect(OpenAIDataURI.isWebAddress(address) == isWeb)
    }
}
