import GatewayConfig
import GatewayCore
import JSONBytes
import HTTPWire

/// AWS keys for some hours, from what pods and tasks have.
enum AWSKeysFetch {
    /// ECS, and EKS Pod Identity.
    ///
    /// - Parameter tokenFile: nil: the address itself is the secret, as on ECS.
    /// - SeeAlso: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
    static func container(tokenFile: String?, from server: TokenServer) -> RefreshedValue<AWSSigningKeys>.Fetch {
        { worker throws(GatewayError) in
            var headers = [HeaderField("accept", "application/json")]
            if let tokenFile { headers.append(HeaderField("authorization", try await TokenFile.text(of: tokenFile, for: server.endpoint.provider))) }
            let body = try await server.get(headers: headers, on: worker)
            guard let answer = try? JSONValue(parsing: body) else { throw server.unreadable }
            return try keys(
                answer["AccessKeyId"]?.string, answer["SecretAccessKey"]?.string, answer["Token"]?.string, answer["Expiration"]?.string, server,
                worker)
        }
    }

    /// A service account's token of the cluster, exchanged at STS (EKS's IRSA).
    ///
    /// - SeeAlso: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
    static func webIdentity(_ identity: WorkloadIdentity, from server: TokenServer) -> RefreshedValue<AWSSigningKeys>.Fetch {
        { worker throws(GatewayError) in
            let form = [
                ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", identity.role), ("RoleSessionName", "weir"),
                ("WebIdentityToken", try await TokenFile.text(of: identity.tokenFile, for: server.endpoint.provider)),
            ]
            let body = String(decoding: try await server.post(form, path: "/", on: worker), as: UTF8.self)
            return try keys(
                element("AccessKeyId", of: body), element("SecretAccessKey", of: body), element("SessionToken", of: body),
                element("Expiration", of: body), server, worker)
        }
    }

    private static func keys(
        _ id: String?, _ secret: String?, _ token: String?, _ end: String?, _ server: TokenServer, _ worker: any WorkerServices
    ) throws(GatewayError) -> FetchedValue<AWSSigningKeys> {
        let texts = [id, secret, token].compactMap(\.self)
        guard let id, let secret, texts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } }) else {
            throw server.unreadable
        }
        let seconds = end.flatMap(CivilTime.unixSeconds).map { $0 - worker.secondsSince1970 } ?? 900
        return FetchedValue(
            value: AWSSigningKeys(id: id, secret: secret, sessionToken: token), lifetime: .seconds(max(1, min(seconds, 7 * 86_400))))
    }

    /// The text of the first element of this name. STS's answer has each of them once, and no markup inside.
    private static func element(_ name: String, of xml: String) -> String? {
        guard let start = xml.firstRange(of: "<\(name)>")?.upperBound, let end = xml[start...].firstRange(of: "</\(name)>")?.lowerBound else {
            return nil
        }
        return String(xml[start..<end])
    }
}
