import GatewayCore
import JSONBytes

// `tools` and `toolConfig`.
extension GeminiRequestReader {
    /// - SeeAlso: wire.md, section 7.3
    mutating func readTool(_ field: GeminiField) throws(GatewayError) {
        var fields = try field.fields()
        for declaration in try fields.take("functionDeclarations")?.list() ?? [] { try readFunction(declaration) }
        // Whatever else stands here is a tool that Google runs itself.
        for other in fields.left { meaning(other, "it is a tool that Google runs, which other providers do not have.") }
    }

    private mutating func readFunction(_ field: GeminiField) throws(GatewayError) {
        var fields = try field.fields()
        guard let name = try fields.take("name")?.name() else { throw .fieldRefused(field: field.place, reason: "it must have a name.") }
        var tool = ChatTool(name: name, description: try fields.take("description")?.string())
        let openAPI = fields.take("parameters")
        if let schema = fields.take("parametersJsonSchema") {
            if openAPI != nil { throw .fieldRefused(field: schema.place, reason: "there are parameters too: leave one of them out.") }
            tool.parameters = .object(try schema.object())
        } else if let openAPI {
            tool.parameters = GeminiSchema.jsonSchema(from: .object(try openAPI.object()))
        }
        request.tools.append(tool)
        // What a function returns shows when it does. Google's own client writes it for every function of Python's.
        for name in ["response", "responseJsonSchema"] { if let result = fields.take(name) { add(result, .hint) } }
        addUnknown(fields)
    }

    mutating func readToolConfig(_ field: GeminiField) throws(GatewayError) {
        var fields = try field.fields()
        if let calling = fields.take("functionCallingConfig") { try readCalling(calling) }
        addUnknown(fields)
    }

    private mutating func readCalling(_ field: GeminiField) throws(GatewayError) {
        var fields = try field.fields()
        let names = try fields.take("allowedFunctionNames")?.strings() ?? []
        let mode = fields.take("mode")
        switch try mode?.word() {
        case nil, "MODE_UNSPECIFIED", "AUTO":
            if !names.isEmpty { request.toolChoice = .allowed(names, isRequired: false) } else if mode != nil { request.toolChoice = .auto }
        case "VALIDATED":
            request.toolChoice = names.isEmpty ? .auto : .allowed(names, isRequired: false)
            // That arguments are sure to match their schema is Google's promise alone.
            if names.isEmpty, let mode { add(mode, .tuning) }
        case "NONE": request.toolChoice = ChatToolChoice.none
        case "ANY":
            switch names.count {
            case 0: request.toolChoice = .any
            case 1: request.toolChoice = .tool(names[0])
            default: request.toolChoice = .allowed(names, isRequired: true)
            }
        default: throw .fieldRefused(field: mode?.place ?? field.place, reason: "it must be AUTO, ANY, NONE or VALIDATED.")
        }
        // How arguments arrive, not what they say.
        if let streamed = fields.take("streamFunctionCallArguments") { add(streamed, .hint) }
        addUnknown(fields)
    }
}
