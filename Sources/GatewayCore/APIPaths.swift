/// How the paths of the APIs begin that clients speak.
package enum APIPaths {
    /// First segments that are a version. Without one, a path is taken as one of `v1`.
    package static let versions: Set<String> = ["v1", "v1beta"]

    /// First segments of the OpenAI API below its version. A path without `/v1` belongs to it only if it starts with one of these.
    ///
    /// - SeeAlso: https://platform.openai.com/docs/api-reference
    package static let openAIRoots: Set<String> = [
        "assistants", "audio", "batches", "chat", "completions", "containers", "conversations", "embeddings", "evals", "files", "fine_tuning",
        "images", "models", "moderations", "realtime", "responses", "threads", "uploads", "vector_stores", "videos",
    ]

    /// What the path of a request that is served can begin with.
    package static let firstSegments = versions.union(openAIRoots)
}
