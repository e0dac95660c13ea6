package import GatewayCore
import WebTokens

/// Tells whose the credential of a request is. Made once per configuration, shared by all workers.
package final class CallerDirectory: Sendable {
    private let keys: KeyTable
    /// nil: the file names no issuer.
    private let tokens: TokenTable?

    package init(keys: KeyTable, tokens: TokenTable? = nil) {
        self.keys = keys
        self.tokens = tokens
    }

    /// Who sent the request, by its credential; found out once for each exchange.
    ///
    /// Says whose it is, not whether the route takes it: that is `AuthnFilter`'s to decide. Returns without a pause unless the credential is
    /// a token whose issuer's keys have to be fetched first.
    package func identify(_ exchange: Exchange) async -> Identity {
        if let identity = exchange.identity { return identity }
        let identity =
            switch look(at: exchange) {
            case .identity(let identity): identity
            case .unknownToken(let token, let digest, let tokens): await identity(by: token, digest, tokens, exchange)
            }
        exchange.identity = identity
        return identity
    }

    /// The same, if that takes no pause; nil: it might.
    package func identifyAtOnce(_ exchange: Exchange) -> Identity? {
        if let identity = exchange.identity { return identity }
        guard case .identity(let identity) = look(at: exchange) else { return nil }
        exchange.identity = identity
        return identity
    }

    private enum Look {
        case identity(Identity)
        /// Has to be verified.
        case unknownToken([UInt8], KeyDigest, TokenTable)
    }

    private func look(at exchange: Exchange) -> Look {
        guard let credential = PresentedKey.find(in: exchange.request.head) else { return .identity(.absent) }
        let mayBeToken = tokens != nil && SignedToken.isLikely(credential)
        guard credential.count <= (mayBeToken ? SignedToken.bytesMax : KeyTable.keyBytesMax) else {
            return .identity(
                mayBeToken ? .refused(.jwt, .tokenRefused(.tooLong(bytesMax: SignedToken.bytesMax))) : .refused(.key, .keyUnknown))
        }
        let digest = KeyDigest(of: credential)
        if let holder = keys.holder(of: digest) {
            let hasExpired = holder.expires.map { exchange.worker.secondsSince1970 >= $0 } ?? false
            return .identity(hasExpired ? .refused(.key, .keyExpired) : .known(holder.caller, by: .key))
        }
        guard mayBeToken, let tokens else { return .identity(.refused(.key, .keyUnknown)) }
        do throws(GatewayError) {
            guard let caller = try tokens.remembered(digest, exchange) else { return .unknownToken(credential, digest, tokens) }
            return .identity(.known(caller, by: .jwt))
        } catch {
            return .identity(.refused(.jwt, error))
        }
    }

    private func identity(by token: [UInt8], _ digest: KeyDigest, _ tokens: TokenTable, _ exchange: Exchange) async -> Identity {
        do throws(GatewayError) {
            return .known(try await tokens.caller(of: token, digest, exchange), by: .jwt)
        } catch {
            return .refused(.jwt, error)
        }
    }
}

extension GatewayError {
    static func tokenRefused(_ refusal: TokenRefusal) -> GatewayError {
        .tokenRefused(reason: refusal.message, hasExpired: refusal == .expired)
    }
}
