import CCurl
import HTTPWire

extension CurlError {
    /// libcurl's time-outs are those of connecting; the others are our own.
    ///
    /// - Parameter proxyStatus: of the answer to CONNECT; 0 when there was none.
    init(_ code: CURLcode, hasHead: Bool, proxyStatus: Int) {
        let number = Int(code.rawValue)
        guard proxyStatus < 300 else {
            self = .refusedByProxy(status: proxyStatus)
            return
        }
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION,
            CURLE_SSL_CACERT_BADFILE, CURLE_INTERFACE_FAILED, CURLE_PROXY:
            self = .unreachable(code: number)
        case CURLE_OPERATION_TIMEDOUT:
            self = .timedOut(.connect)
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM:
            self = hasHead ? .cut(code: number) : .closedBeforeAnswer(code: number)
        case CURLE_ABORTED_BY_CALLBACK:
            self = .pooledConnectionEnded
        case CURLE_URL_MALFORMAT, CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT:
            self = .refusedRequest(code: number)
        default:
            self = .malformed(code: number)
        }
    }

    init(_ fault: ResponseFault) {
        switch fault {
        case .headTooLarge: self = .headTooLarge
        case .tooManyInterimAnswers: self = .tooManyInterimAnswers
        case .unaskedUpgrade: self = .unaskedUpgrade
        case .malformedHead: self = .malformed(code: Int(CURLE_WEIRD_SERVER_REPLY.rawValue))
        // As libcurl has it: what cannot be read any further is cut.
        case .malformedBody: self = .cut(code: Self.receiveFailed)
        case .cut: self = .cut(code: Self.partial)
        }
    }

    // libcurl's numbers for what our own connections find.
    static var receiveFailed: Int { Int(CURLE_RECV_ERROR.rawValue) }
    static var partial: Int { Int(CURLE_PARTIAL_FILE.rawValue) }
    static var gotNothing: Int { Int(CURLE_GOT_NOTHING.rawValue) }
}
