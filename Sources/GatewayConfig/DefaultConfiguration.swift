/// What the gateway does when it is given no file.
package enum DefaultConfiguration {
    /// What messages call it.
    package static let name = "built-in configuration"

    package static let text = """
        # What `weir serve` runs when it is given no file: the built-in demo provider, for anyone on this machine.
        version: 1
        listen: { address: 127.0.0.1:8000 }
        admin: { address: 127.0.0.1:9901 }
        providers:
          demo: { dialect: openai, url: "demo:" }
        models:
          demo: { targets: [{ provider: demo, model: demo }] }
        routes:
          - name: everything
            authn: { anonymous: true }
            upstream: { provider: demo }

        """
}
