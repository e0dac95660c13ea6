import Testing

@testable import JSONBytes

@Suite("An edit plan")
struct EditPlanTests {
    private func applied(_ edits: JSONEdit..., to body: String) throws -> String {
        let result = try JSONEditPlan(edits).applied(to: bytes(body))
        try JSONScanner.check(result)
        return text(result)
    }

    @Test(arguments: [
        (#"{"a":1.0,"b":2}"#, #"{"a":9,"b":2}"#), (#"{"b":2}"#, #"{"b":2,"a":9}"#), ("{ }", #"{"a":9 }"#), (#"{"a":{"x":[1]}}"#, #"{"a":9}"#),
        (#" {"b" : 1e0 , "\u0061" : null}"#, #" {"b" : 1e0 , "\u0061" : 9}"#),
    ])
    func `sets a member, adding it behind the others when it is absent`(body: String, expected: String) throws {
        #expect(try applied(.set(pointer("a"), value: bytes(" 9 ")), to: body) == expected)
    }

    @Test(arguments: [
        ("{}", #"{"a":{"b":{"c":1}}}"#), (#"{"a":null}"#, #"{"a":{"b":{"c":1}}}"#), (#"{"a":{}}"#, #"{"a":{"b":{"c":1}}}"#),
        (#"{"a":{"b":null,"x":0}}"#, #"{"a":{"b":{"c":1},"x":0}}"#), (#"{"a":{"b":{"c":0}}}"#, #"{"a":{"b":{"c":1}}}"#),
    ])
    func `makes the objects on the way that are absent or null`(body: String, expected: String) throws {
        #expect(try applied(.set(pointer("/a/b/c"), value: bytes("1")), to: body) == expected)
    }

    @Test func `makes an object for a name of digits, as logit_bias has them`() throws {
        #expect(try applied(.set(pointer("/logit_bias/50256"), value: bytes("-100")), to: "{}") == #"{"logit_bias":{"50256":-100}}"#)
    }

    @Test(arguments: [
        ("/a/b", #"{"a":5}"#, JSONError.Reason.wrongType(path: "/a", expected: .object, found: .number)),
        ("/a/b", #"{"a":"x"}"#, .wrongType(path: "/a", expected: .object, found: .string)),
        ("/a/b/c", #"{"a":{"b":true}}"#, .wrongType(path: "/a/b", expected: .object, found: .boolean)),
        ("/a/b", #"{"a":[]}"#, .missingElement(path: "/a/b")), ("/a/1", #"{"a":[0]}"#, .missingElement(path: "/a/1")),
        ("/a/-", #"{"a":{}}"#, .wrongType(path: "/a", expected: .array, found: .object)),
        ("/a", "[]", .wrongType(path: "", expected: .object, found: .array)),
        ("/a", "null", .wrongType(path: "", expected: .object, found: .null)),
    ])
    func `names the pointer when the body has another shape`(at: String, body: String, expected: JSONError.Reason) throws {
        #expect(reason { _ = try applied(.set(pointer(at), value: bytes("1")), to: body) } == expected)
    }

    @Test(arguments: [
        (#"{"a":1}"#, #"{}"#), (#"{ "a" : 1 }"#, "{  }"), (#"{"a":1,"b":2}"#, #"{"b":2}"#), (#"{"b":2,"a":1}"#, #"{"b":2}"#),
        (#"{"b":2 , "a":1 , "c":3}"#, #"{"b":2 , "c":3}"#), (#"{"b":2}"#, #"{"b":2}"#), (#"{"A1":2}"#, #"{"A1":2}"#),
    ])
    func `removes the only, the first, a middle and the last member with its comma`(body: String, expected: String) throws {
        #expect(try applied(.remove(pointer("a")), to: body) == expected)
    }

    @Test(arguments: [
        ([0], "[1,2,3]"), ([3], "[0,1,2]"), ([1], "[0,2,3]"), ([0, 1], "[2,3]"), ([2, 3], "[0,1]"), ([1, 2], "[0,3]"), ([0, 3], "[1,2]"),
        ([0, 2], "[1,3]"),
        ([0, 1, 2, 3], "[]"), ([1, 2, 3], "[0]"), ([0, 1, 2], "[3]"), ([7], "[0,1,2,3]"),
    ])
    func `removes neighbours together, counting positions as they came`(positions: [Int], expected: String) throws {
        let edits = try positions.map { JSONEdit.remove(try pointer("/a/\($0)")) }

        #expect(text(try JSONEditPlan(edits).applied(to: bytes(#"{"a":[0,1,2,3]}"#))) == #"{"a":\#(expected)}"#)
        #expect(text(try JSONEditPlan(edits.reversed()).applied(to: bytes(#"{"a":[0,1,2,3]}"#))) == #"{"a":\#(expected)}"#)
    }

    @Test func `adds where everything else is removed`() throws {
        let result = try applied(.remove(pointer("a")), .remove(pointer("b")), .set(pointer("c"), value: bytes("3")), to: #"{ "a":1, "b":2 }"#)

        #expect(result == #"{ "c":3 }"#)
        #expect(try applied(.remove(pointer("/a/0")), .set(pointer("/a/-"), value: bytes("9")), to: #"{"a":[1]}"#) == #"{"a":[9]}"#)
        #expect(try applied(.remove(pointer("/a/1")), .set(pointer("/a/-"), value: bytes("9")), to: #"{"a":[0,1]}"#) == #"{"a":[0,9]}"#)
    }

    @Test func `appends several elements, and makes the array`() throws {
        let plan = try JSONEditPlan([.set(pointer("/stop/-"), value: bytes("\"a\"")), .set(pointer("/stop/-"), value: bytes("\"b\""))])

        for (body, expected) in [
            ("{}", #"{"stop":["a","b"]}"#), (#"{"stop":null}"#, #"{"stop":["a","b"]}"#), (#"{"stop":["x"]}"#, #"{"stop":["x","a","b"]}"#),
        ] {
            #expect(text(try plan.applied(to: bytes(body))) == expected)
        }
    }

    @Test func `defaults only what is absent`() throws {
        for (body, expected) in [("{}", #"{"n":1}"#), (#"{"n":2}"#, #"{"n":2}"#), (#"{"n":null}"#, #"{"n":null}"#)] {
            #expect(try applied(.default(pointer("n"), value: bytes("1")), to: body) == expected)
        }
    }

    @Test(arguments: [
        ("1", "1"), ("4096", "4096"), ("4096.0", "4096.0"), ("4.096e3", "4.096e3"), ("4096.0000000000000000001", "4096"), ("1e9", "4096"), ("0", "0"),
        ("-0", "-0"), ("-1e-400", "0.0"), ("-7", "0.0"), ("null", "null"),
    ])
    func `clamps a number and keeps its spelling within the bounds`(number: String, expected: String) throws {
        let clamp = JSONEdit.clamp(try pointer("max_tokens"), min: JSONNumber("0.0"), max: JSONNumber("4096"))

        #expect(try applied(clamp, to: #"{"max_tokens":\#(number)}"#) == #"{"max_tokens":\#(expected)}"#)
    }

    @Test func `leaves an absent number alone and refuses one in a string`() throws {
        let clamp = JSONEdit.clamp(try pointer("n"), min: nil, max: JSONNumber(10))

        #expect(try applied(clamp, to: #"{"m":1}"#) == #"{"m":1}"#)
        #expect(reason { _ = try applied(clamp, to: #"{"n":"99"}"#) } == .wrongType(path: "/n", expected: .number, found: .string))
    }

    @Test func `clamps its own default`() throws {
        for (body, expected) in [("{}", #"{"n":10}"#), (#"{"n":50}"#, #"{"n":10}"#), (#"{"n":5}"#, #"{"n":5}"#)] {
            #expect(
                try applied(.default(pointer("n"), value: bytes("20")), .clamp(pointer("n"), min: nil, max: JSONNumber(10)), to: body) == expected)
        }
    }

    @Test func `clamps what it cannot pass off as another member`() throws {
        let clamp = JSONEdit.clamp(try pointer("n"), min: nil, max: JSONNumber(10))

        #expect(reason { _ = try applied(clamp, to: #"{"n":1,"n":99}"#) } == .duplicateMember("n"))
        #expect(reason { _ = try applied(clamp, to: #"{"n":1,"\u006e":99}"#) } == .duplicateMember("n"))
        #expect(reason { _ = try applied(clamp, to: #"{"n":1,"N":99}"#) } == .ambiguousMember("n"))
    }

    @Test func `tells names apart by case below the top level`() throws {
        #expect(
            try applied(.set(pointer("/metadata/user"), value: bytes("1")), to: #"{"metadata":{"User":2}}"#) == #"{"metadata":{"User":2,"user":1}}"#)
    }

    @Test(arguments: [
        ("{}", #"{"system":"New"}"#), (#"{"system":null}"#, #"{"system":"New"}"#), (#"{"system":""}"#, #"{"system":"New"}"#),
        (#"{"system":"Old"}"#, #"{"system":"New\nOld"}"#), (#"{"system":[]}"#, #"{"system":[{"type":"text","text":"New"}]}"#),
        (#"{"system":[{"type":"text","text":"Old"}]}"#, #"{"system":[{"type":"text","text":"New"},{"type":"text","text":"Old"}]}"#),
    ])
    func `adds text to a string, a list of parts, or nothing`(body: String, expected: String) throws {
        #expect(try applied(.addText(pointer("system"), "New", at: .start, separator: "\n"), to: body) == expected)
    }

    @Test(arguments: [
        (#"{"messages":[{"role":"user"}]}"#, #"{"messages":[1,2,{"role":"user"}]}"#), (#"{"messages":[]}"#, #"{"messages":[1,2]}"#),
        (#"{"messages":[{"role":"system"},{"role":"user"}]}"#, #"{"messages":[1,{"role":"system"},2,{"role":"user"}]}"#),
        ("{}", #"{"messages":[1,2]}"#),
    ])
    func `puts messages at the start and behind the instructions`(body: String, expected: String) throws {
        let result = try applied(
            .insertElement(pointer("messages"), element: bytes("1"), afterRoles: []),
            .insertElement(pointer("messages"), element: bytes("2"), afterRoles: ["system", "developer"]), to: body)

        #expect(result == expected)
    }

    @Test func `is refused when two edits could get in each other's way`() throws {
        let value = bytes("1")
        func conflict(_ edits: JSONEdit...) -> JSONEditPlanError? {
            do {
                _ = try JSONEditPlan(edits)
                return nil
            } catch { return error }
        }

        #expect(try conflict(.set(pointer("a"), value: value), .remove(pointer("/a"))) == .conflict("/a", "/a"))
        #expect(try conflict(.set(pointer("/a/b"), value: value), .set(pointer("a"), value: value)) == .conflict("/a", "/a/b"))
        #expect(try conflict(.set(pointer("a"), value: value), .set(pointer("/a/b"), value: value)) == .conflict("/a", "/a/b"))
        #expect(try conflict(.remove(pointer("/a/-"))) == .misplacedDash("/a/-"))
        #expect(try conflict(.set(pointer("/a/-/b"), value: value)) == .misplacedDash("/a/-/b"))
        #expect(try conflict(.set(pointer("a"), value: bytes("{"))) == .badValue("/a", JSONError(.unexpectedEnd, at: 1)))
        #expect(try conflict(.clamp(pointer("a"), min: JSONNumber(2), max: JSONNumber(1))) == .badBounds("/a"))
        #expect(try conflict(.clamp(pointer("a"), min: nil, max: nil)) == .badBounds("/a"))
        #expect(
            try conflict(.default(pointer("a"), value: bytes("\"x\"")), .clamp(pointer("a"), min: nil, max: JSONNumber(1)))
                == .defaultNotANumber("/a"))
        #expect(try conflict(.set(pointer("/a/b"), value: value), .set(pointer("/a/c"), value: value)) == nil)
    }

    @Test func `checks the whole body like the scanner`() throws {
        let plan = try JSONEditPlan([.set(pointer("a"), value: bytes("1"))])

        for body in [#"{"a":1}x"#, #"{"a":1,}"#, #"{"b":[}"#, "{", "", #"{"a":01}"#, #"{"a":"\x"}"#, "[1", "nul"] {
            #expect(throws: JSONError.self) { try plan.applied(to: bytes(body)) }
        }
    }
}
