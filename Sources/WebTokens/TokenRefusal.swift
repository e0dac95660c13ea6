/// Why a token was not believed.
///
/// A message quotes nothing of the token: what it says is nobody's word until its signature has been checked.
package enum TokenRefusal: Error, Equatable, Sendable {
    case tooLong(bytesMax: Int)
    /// What is wrong, as a sentence.
    case malformed(String)
    case algorithmRefused
    case issuerUnknown
    case audienceWrong
    case expiryMissing
    case expired
    case notYetValid
    case issuedInTheFuture
    case lifetimeTooLong
    /// No key of the issuer has the token's `kid`, or none that it may be signed with.
    case keyUnknown
    case signatureWrong
    /// A claim that the file names is not there, or is not what it has to be.
    case claimUnusable(name: String)
    case claimNotAccepted(name: String)

    package var message: String {
        switch self {
        case .tooLong(let bytesMax): "it is longer than \(bytesMax) bytes."
        case .malformed(let reason): reason
        case .algorithmRefused: "its algorithm is not one that this issuer's keys sign with."
        case .issuerUnknown: "tokens of its issuer are not taken here."
        case .audienceWrong: "it is meant for another audience."
        case .expiryMissing: "it has no expiry (exp)."
        case .expired: "it has expired. Get a new one."
        case .notYetValid: "it is not valid yet (nbf)."
        case .issuedInTheFuture: "it says that it was issued in the future (iat). Compare the clocks."
        case .lifetimeTooLong: "it lives for longer than is taken here."
        case .keyUnknown: "its issuer has no such key (kid)."
        case .signatureWrong: "its signature is wrong."
        case .claimUnusable(let name): "its claim \(name) is missing or not usable."
        case .claimNotAccepted(let name): "its claim \(name) has none of the values that are asked for."
        }
    }
}
