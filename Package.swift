// swift-tools-version: 6.2
import PackageDescription

/// Where the compiler finds how often each branch is taken, in a build that .ci/release makes; `count` in the build that counts them.
let profile = Context.environment["WEIR_PROFILE"] ?? ""
let profiled: [String] =
    switch profile {
    case "": []
    case "count": ["-Xfrontend", "-ir-profile-generate"]
    default:
        ["-Xfrontend", "-ir-profile-use=\(profile)"]
            // What a hundredth of the mix's 88,000 requests runs is hot: loops over bytes would hide the rest.
            + ["-profile-summary-hot-count=800", "-profile-summary-cold-count=20", "-enable-split-machine-functions", "-no-pgo-warn-mismatch"]
            .flatMap { ["-Xllvm", $0] }
    }
/// Functions of a file are told apart by its name alone, not by the folder that they are built in.
let profiling: [String] = profiled.isEmpty ? [] : profiled + ["-Xllvm", "-static-func-strip-dirname-prefix=99"]

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
    .unsafeFlags(["-enforce-exclusivity=unchecked"] + profiling, .when(configuration: .release)),
]
/// What counts has to be written down when the process ends.
let counting: [LinkerSetting] = profile == "count" ? [.unsafeFlags(["-profile-generate"])] : []

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
        .target(name: "CRevision", cSettings: [.define("WEIR_REVISION", to: "\"\(Context.environment["WEIR_REVISION"] ?? "")\"")]),
        .target(name: "CScan"),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        // Without pkgConfig: what hiredis' .pc file adds to the defaults is a flag that SwiftPM prohibits, and says so on each build.
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        // The allocator of the gateway: linked before libc, it takes the place of malloc for everything in the process.
        .systemLibrary(name: "CMimalloc", providers: [.apt(["libmimalloc-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),

        module("MonotonicClock"),

        // Bytes in, bytes out: no I/O, fuzzed.
        module("HTTPWire"),
        module("JSONBytes", ["CScan"]),
        module("YAMLReader", ["CYAML"]),
        module(
            "WebTokens",
            ["JSONBytes", .product(name: "JWTKit", package: "jwt-kit")]),

        module("Deflate", ["CZlib"]),

        // Input and output.
        module("EventLoop", ["CLinux", "MonotonicClock"]),
        module("CurlClient", ["CCurl", "EventLoop", "MonotonicClock", "HTTPWire", "JSONBytes"]),
        module("HTTPServer", ["EventLoop", "MonotonicClock", "HTTPWire"]),
        // Of the gateway it knows the port it serves, so that a reply is made once.
        module("RedisClient", ["CHiredis", "EventLoop", "MonotonicClock", "GatewayCore", .product(name: "Crypto", package: "swift-crypto")]),

        // The gateway.
        module("GatewayCore", ["JSONBytes", "HTTPWire", "MonotonicClock"]),
        module(
            "GatewayConfig",
            [
                "YAMLReader", "GatewayCore", "JSONBytes", "HTTPWire", "MonotonicClock", "WebTokens",
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
        module("GatewayTelemetry", ["GatewayCore", "MonotonicClock"]),
        module("GatewayDialects", ["GatewayCore", "JSONBytes", "HTTPWire"]),
        module(
            "GatewayFilters",
            [
                "GatewayCore", "GatewayConfig", "GatewayDialects", "JSONBytes", "HTTPWire", "MonotonicClock", "Deflate", "WebTokens",
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
        module(
            "GatewayServer",
            [
                "GatewayCore", "GatewayConfig", "GatewayFilters", "GatewayDialects", "GatewayTelemetry", "HTTPServer",
                "CurlClient", "RedisClient", "EventLoop", "HTTPWire", "JSONBytes", "MonotonicClock",
                .product(name: "Crypto", package: "swift-crypto"),
            ]),

        // The demo's, the tests' and the benchmark's provider.
        module("MockProvider", ["HTTPServer", "EventLoop", "HTTPWire", "JSONBytes"]),

        // The only place that knows everything.
        .executableTarget(
            name: "weir",
            dependencies: [
                "CMimalloc", "CRevision", "GatewayServer", "GatewayConfig", "MockProvider", "CurlClient", "RedisClient", "YAMLReader", "EventLoop",
                "HTTPWire", "JSONBytes", "MonotonicClock",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: strict, linkerSettings: counting),
        .executableTarget(
            name: "mock-provider",
            dependencies: ["MockProvider", "EventLoop", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: strict, linkerSettings: counting),

        tests(of: "MonotonicClock"),
        tests(of: "HTTPWire", exclude: ["Fixtures"]),
        tests(of: "JSONBytes", ["CScan"], exclude: ["Fixtures"]),
        tests(of: "YAMLReader"),
        tests(of: "Deflate"),
        tests(of: "WebTokens"),
        tests(of: "EventLoop", ["MonotonicClock"]),
        tests(of: "HTTPServer", ["EventLoop", "HTTPWire", "MonotonicClock"]),
        tests(of: "CurlClient", ["EventLoop", "HTTPWire", "JSONBytes", "MockProvider", "MonotonicClock"]),
        tests(of: "RedisClient", ["EventLoop", "GatewayCore", "MonotonicClock"]),
        tests(of: "GatewayCore"),
        tests(of: "GatewayConfig", ["GatewayCore", "JSONBytes", "MonotonicClock", "YAMLReader"], exclude: ["Refused"]),
        tests(of: "GatewayTelemetry", ["GatewayCore", "MonotonicClock"]),
        tests(of: "GatewayDialects", ["GatewayCore", "HTTPWire", "JSONBytes"], exclude: ["Fixtures", "Goldens"]),
        tests(
            of: "GatewayFilters",
            [
                "GatewayCore", "GatewayConfig", "GatewayDialects", "HTTPWire", "JSONBytes", "MonotonicClock", "WebTokens",
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
