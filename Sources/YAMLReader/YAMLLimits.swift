/// How much a YAML file may cost to read.
package struct YAMLLimits: Sendable {
    package var bytesMax = 8 << 20
    /// Collections inside collections, counted through aliases.
    package var depthMax = 64
    package var nodesMax = 1_000_000
    /// Nodes that aliases stand for, all aliases together.
    package var aliasedNodesMax = 250_000

    package init() {}
}
