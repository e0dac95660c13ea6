// swift-tools-version: 6.2
import PackageDescription

/// Release builds leave out the run-time checks of exclusive access, a twelfth of a request's instructions: the tests run with them.
/// Every target of ours: Swift 6 mode, strict memory safety, warnings are errors, async functions stay on their caller's executor.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil) -> Target {
    .target(name: name, dependencies: dependencies, path: path, swiftSettings: strict)
}

func tests(of name: String, _ more: [Target.Dependency] = [], resources: [Resource] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.byName(name: name)] + more, exclude: exclude, resources: resources,
        swiftSettings: strict)
}

let package = Package(
    name: "weir",
    platforms: [.macOS(.v26)],
    products: [
        .executable(name: "weir", targets: ["weir"]),
        .executable(name: "mock-provider", targets: ["mock-provider"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        // C headers, with typed inline functions where a C call is variadic or a macro.
        .target(name: "CLinux"),
        .target(name: "CScan"),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // Without pkgConfig: what hiredis' .pc file adds to the defaults is a flag that SwiftPM prohibits, and says so on each build.
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        // The allocator of the gateway: linked before libc, it takes the place of malloc for everything in the process.
        .systemLibrary(name: "CMimalloc", providers: [.apt(["libmimalloc-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),

        // Bytes in, bytes out: no I/O, fuzzed.
        module("HTTPWire"),
        module("JSONBytes", ["CScan"]),
        module("YAMLReader", ["CYAML"]),
        module(
            "WebTokens",
            ["JSONBytes", .product(name: "JWTKit", package: "jwt-kit")]),

        module("Deflate", ["CZlib"]),

        // Input and output.
        module("EventLoop", ["CLinux"]),
        module("CurlClient", ["CCurl", "EventLoop", "HTTPWire", "JSONBytes"]),
        module("HTTPServer", ["EventLoop", "HTTPWire"]),
        // Of the gateway it knows the port it serves, so that a reply is made once.
        module("RedisClient", ["CHiredis", "EventLoop", "GatewayCore", .product(name: "Crypto", package: "swift-crypto")]),

        // The gateway.
        module("GatewayCore", ["JSONBytes", "HTTPWire"]),
        module(
            "GatewayConfig",
            [
                "YAMLReader", "GatewayCore", "JSONBytes", "HTTPWire", "WebTokens", .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
        module("GatewayTelemetry", ["GatewayCore"]),
        module("GatewayDialects", ["GatewayCore", "JSONBytes", "HTTPWire"]),
        module(
            "GatewayFilters",
            [
                "GatewayCore", "GatewayConfig", "GatewayDialects", "JSONBytes", "HTTPWire", "Deflate", "WebTokens",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
        module(
            "GatewayServer",
            [
                "GatewayCore", "GatewayConfig", "GatewayFilters", "GatewayDialects", "GatewayTelemetry", "HTTPServer",
                "CurlClient", "RedisClient", "EventLoop", "HTTPWire", "JSONBytes", .product(name: "Crypto", package: "swift-crypto"),
            ]),

        // The demo's, the tests' and the benchmark's provider.
        module("MockProvider", ["HTTPServer", "EventLoop", "HTTPWire", "JSONBytes"]),

        // The only place that knows everything.
        .executableTarget(
            name: "weir",
            dependencies: [
                "CMimalloc", "GatewayServer", "GatewayConfig", "MockProvider", "CurlClient", "EventLoop", "HTTPWire", "JSONBytes",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: strict),
        .executableTarget(
            name: "mock-provider",
            dependencies: ["MockProvider", "EventLoop", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: strict),

        tests(of: "HTTPWire", exclude: ["Fixtures"]),
        tests(of: "JSONBytes", ["CScan"], exclude: ["Fixtures"]),
        tests(of: "YAMLReader"),
        tests(of: "Deflate"),
        tests(of: "WebTokens"),
        tests(of: "EventLoop"),
        tests(of: "HTTPServer", ["EventLoop", "HTTPWire"]),
        tests(of: "CurlClient", ["EventLoop", "HTTPWire", "JSONBytes", "MockProvider"]),
        tests(of: "RedisClient", ["EventLoop", "GatewayCore"]),
        tests(of: "GatewayCore"),
        tests(of: "GatewayConfig", ["GatewayCore", "JSONBytes", "YAMLReader"], exclude: ["Refused"]),
        tests(of: "GatewayTelemetry", ["GatewayCore"]),
        tests(of: "GatewayDialects", ["GatewayCore", "HTTPWire", "JSONBytes"], exclude: ["Fixtures", "Goldens"]),
        tests(
            of: "GatewayFilters",
            [
                "GatewayCore", "GatewayConfig", "GatewayDialects", "HTTPWire", "JSONBytes", "WebTokens",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
        tests(of: "GatewayServer", ["EventLoop", "GatewayConfig", "HTTPServer"]),
    ]
)

// Part of `make bench`, and of no other build.
if Context.environment["WEIR_BENCH"] != nil {
    package.targets.append(
        .executableTarget(name: "json-bench", dependencies: ["JSONBytes"], path: "Tests/Bench/json", swiftSettings: strict))
    package.targets.append(
        .executableTarget(
            name: "token-bench",
            dependencies: [
                "JSONBytes", .product(name: "Crypto", package: "swift-crypto"), .product(name: "CryptoExtras", package: "swift-crypto"),
            ], path: "Tests/Bench/tokens", swiftSettings: strict))
}
