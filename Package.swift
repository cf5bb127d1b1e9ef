// swift-tools-version: 6.2
import PackageDescription

/// Every target is compiled in the Swift 6 language mode with the stricter import rules of upcoming
/// versions, and with warnings as errors.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// The curve and the tokenizer are some two hundred times slower without optimisation, which would
/// make every debug build and test unusable, so these targets are always optimised.
let alwaysOptimised: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

let package = Package(
    name: "trine",
    products: [
        .executable(name: "trine", targets: ["trine"]),
        .library(name: "Verification", targets: ["Verification"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1",
            traits: ["FullFoundation"]),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .target(name: "Wire", dependencies: ["CSodium", crypto], swiftSettings: alwaysOptimised),
        .target(
            name: "Transparency", dependencies: ["Wire", crypto], swiftSettings: alwaysOptimised),
        .target(
            name: "Commitments", dependencies: ["CSodium", "Wire", crypto],
            swiftSettings: alwaysOptimised),
        .target(name: "Cedar", dependencies: ["Wire"], swiftSettings: strict),
        .target(
            name: "Sharing",
            dependencies: ["CSodium", "Wire", "Commitments", "Transparency", crypto],
            swiftSettings: strict),
        .target(
            name: "Rules", dependencies: ["Wire", "Transparency", "Sharing"], swiftSettings: strict),
        .target(
            name: "Verification",
            dependencies: ["Wire", "Transparency", "Commitments", "Sharing", "Rules"],
            swiftSettings: strict),
        .target(name: "Importing", dependencies: ["Wire", "Sharing"], swiftSettings: strict),
        .target(
            name: "Storage",
            dependencies: [
                "Wire", "Transparency", "Sharing", "Rules",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "Gateway",
            dependencies: [
                "CSodium", "Wire", "Transparency", "Sharing", "Rules", "Verification", "Storage",
                crypto,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "Client",
            dependencies: [
                "CSodium", "Wire", "Transparency", "Commitments", "Sharing", "Rules",
                "Verification", "Importing", crypto,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "trine",
            dependencies: [
                "Wire", "Transparency", "Sharing", "Rules", "Verification", "Importing", "Storage",
                "Gateway", "Client",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "WireTests", dependencies: ["Wire"], swiftSettings: strict),
    ]
)
