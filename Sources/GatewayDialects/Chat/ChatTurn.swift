/// One turn of a conversation.
package struct ChatTurn: Equatable, Sendable {
    package enum Role: Equatable, Sendable {
        /// Instructions in the middle of a conversation; those at its beginning are `ChatRequest.system`.
        case system
        case user
        case assistant
        /// Results of calls, and nothing else. Formats that put results into the user's turn are taken apart: a `tool` turn, then a `user` turn.
        case tool
    }

    package var role: Role
    package var parts: [ChatPart]
    /// Where the client wrote it, for errors: `messages[3]`.
    package var place: String

    package init(_ role: Role, _ parts: [ChatPart], place: String = "") {
        self.role = role
        self.parts = parts
        self.place = place
    }

    /// Where it was written does not count.
    package static func == (left: ChatTurn, right: ChatTurn) -> Bool {
        left.role == right.role && left.parts == right.parts
    }
}

/// A piece of a turn or of an answer.
package enum ChatPart: Equatable, Sendable {
    case text(String)
    case image(ChatMedia)
    case audio(ChatMedia)
    /// A PDF or another file.
    case document(ChatMedia)
    /// The model's words why it will not answer.
    case refusal(String)
    case thinking(ChatThinking)
    case call(ChatCall)
    case result(ChatResult)
}

/// Bytes or the address of a picture, a sound or a document.
package struct ChatMedia: Equatable, Sendable {
    package enum Source: Equatable, Sendable {
        /// Base64 text, as the client spelled it. `type` is a media type such as `image/png`.
        case base64(type: String, data: String)
        /// Not fetched by the gateway. `type` when the client named it.
        case url(String, type: String?)
        /// Plain text of a document.
        case text(String)
    }

    package var source: Source
    /// A file name or title.
    package var title: String?

    package init(_ source: Source, title: String? = nil) {
        self.source = source
        self.title = title
    }
}

/// What the model thought, and the seal its provider wants back with it.
package struct ChatThinking: Equatable, Sendable {
    /// Empty when only the seal came.
    package var text: String
    package var seal: ChatSeal?

    package init(text: String, seal: ChatSeal? = nil) {
        self.text = text
        self.seal = seal
    }
}

/// Opaque data of one provider's format, which means something to that format alone: a thinking block's signature, redacted thinking, encrypted
/// reasoning, a thought signature.
package struct ChatSeal: Equatable, Sendable {
    package enum Kind: String, Sendable {
        /// Anthropic: the signature of a thinking block.
        case signature
        /// Anthropic: the data of a redacted thinking block.
        case redacted
        /// OpenAI Responses: a reasoning item's `encrypted_content`.
        case encrypted
        /// Gemini: a part's `thoughtSignature`.
        case thought
        /// Bedrock: a `redactedContent`, in base64.
        case blob
    }

    package var kind: Kind
    package var data: String
    /// The id of the item it belongs to, where the format has one (Responses).
    package var id: String?

    package init(_ kind: Kind, _ data: String, id: String? = nil) {
        self.kind = kind
        self.data = data
        self.id = id
    }
}

/// The model's wish to have a function called.
package struct ChatCall: Equatable, Sendable {
    /// As the provider made it, or minted by the reader (`ChatIDs.call`) where it made none.
    package var id: String
    package var name: String
    /// JSON text of an object, never empty: `{}` when there are none.
    package var arguments: String
    /// Gemini's thought signature on the call.
    package var seal: ChatSeal?

    package init(id: String, name: String, arguments: String, seal: ChatSeal? = nil) {
        self.id = id
        self.name = name
        self.arguments = arguments
        self.seal = seal
    }
}

/// What a called function returned.
package struct ChatResult: Equatable, Sendable {
    package var id: String
    /// The function's name where the format says it; else the writer finds it by the id (`ChatRequest.toolName`).
    package var name: String?
    /// Texts, images and documents.
    package var parts: [ChatPart]
    package var isError: Bool
    /// Where the client wrote it, for errors.
    package var place: String

    package init(id: String, name: String? = nil, parts: [ChatPart], isError: Bool = false, place: String = "") {
        self.id = id
        self.name = name
        self.parts = parts
        self.isError = isError
        self.place = place
    }

    /// Where it was written does not count.
    package static func == (left: ChatResult, right: ChatResult) -> Bool {
        left.id == right.id && left.name == right.name && left.parts == right.parts && left.isError == right.isError
    }

    /// The texts, one after another on lines of their own.
    package var text: String {
        parts.compactMap { if case .text(let text) = $0 { text } else { nil } }.joined(separator: "\n")
    }
}

extension ChatRequest {
    /// The name of the function that a call with this id asked for; nil when no turn has such a call.
    package func toolName(ofCall id: String) -> String? {
        for turn in turns.reversed() {
            for case .call(let call) in turn.parts where call.id == id { return call.name }
        }
        return nil
    }
}
