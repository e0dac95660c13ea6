package import GatewayFilters
import Synchronization

/// The pipeline that new requests run on. Written by a reload, read by every worker.
///
/// A worker compares one number per request and takes the new reference when it changed, so a reload is one store: requests that began
/// before it end on the pipeline they began with.
package final class LivePipeline: Sendable {
    private let current: Mutex<Pipeline>
    private let generation: Atomic<Int>

    package init(_ pipeline: Pipeline) {
        current = Mutex(pipeline)
        generation = Atomic(pipeline.generation)
    }

    package var pipeline: Pipeline { current.withLock { $0 } }

    package func publish(_ pipeline: Pipeline) {
        current.withLock { $0 = pipeline }
        generation.store(pipeline.generation, ordering: .releasing)
    }

    /// One worker's view. Belongs to the worker.
    struct View {
        private(set) var pipeline: Pipeline
        private let live: LivePipeline

        init(_ live: LivePipeline) {
            self.live = live
            pipeline = live.pipeline
        }

        /// - Returns: true when the pipeline changed since the last call.
        mutating func refresh() -> Bool {
            guard live.generation.load(ordering: .acquiring) != pipeline.generation else { return false }
            pipeline = live.pipeline
            return true
        }
    }
}
