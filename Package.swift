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

/// Optimised in debug builds too: curve arithmetic is two hundred times slower without, every byte of
/// an entry goes through Wire, and Cedar's tests end their process. Optimising the others takes a
/// minute of building, which everything waits for, and saves ten seconds of all tests.
let alwaysOptimised: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

/// A product that only our programs use, and nobody who embeds the libraries.
func ofPrograms(_ product: String, _ package: String) -> Target.Dependency {
    .product(name: product, package: package, condition: .when(traits: ["Programs"]))
}

/// What a third party embeds, and what everything else is built on.
let pure: [Target.Dependency] = [
    "Curve", "Wire", "Transparency", "Commitments", "Sharing", "Rules", "Verification",
]

let package = Package(
    name: "trine",
    products: [
        .executable(name: "trine", targets: ["trine"]),
        .library(name: "Curve", targets: ["Curve"]),
        .library(name: "Wire", targets: ["Wire"]),
        .library(name: "Transparency", targets: ["Transparency"]),
        .library(name: "Commitments", targets: ["Commitments"]),
        .library(name: "Sharing", targets: ["Sharing"]),
        .library(name: "Rules", targets: ["Rules"]),
        .library(name: "Verification", targets: ["Verification"]),
        .library(name: "Cedar", targets: ["Cedar"]),
    ],
    traits: [
        .default(enabledTraits: ["Programs"]),
        .trait(
            name: "Programs",
            description:
                "The gateway and the command line. The libraries don't need their packages."),
    ],
    dependencies: [
        // The libraries use this one; all others are for our programs, in the versions they are
        // tested with.
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1",
            traits: ["FullFoundation"]),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CAllocator"),
        .systemLibrary(
            name: "CQPDF", pkgConfig: "libqpdf", providers: [.apt(["libqpdf-dev"])]),
        .target(name: "Curve", dependencies: ["CSodium"], swiftSettings: alwaysOptimised),
        .target(
            name: "Wire", dependencies: ["CSodium", "Curve", crypto],
            swiftSettings: alwaysOptimised),
        .target(
            name: "Transparency", dependencies: ["Wire", crypto], swiftSettings: strict),
        .target(
            name: "Commitments", dependencies: ["CSodium", "Curve", "Wire"],
            swiftSettings: alwaysOptimised),
        .target(name: "Cedar", swiftSettings: alwaysOptimised),
        .target(name: "CedarTools", dependencies: ["Cedar", "Wire"], swiftSettings: strict),
        .target(
            name: "Sharing",
            dependencies: ["CSodium", "Curve", "Wire", "Commitments", "Transparency", crypto],
            resources: [.embedInCode("Records/Types")], swiftSettings: strict),
        .target(
            name: "Rules", dependencies: ["Wire", "Transparency", "Sharing", "Cedar"],
            // Links to the files of the folder Policies.
            resources: [
                .embedInCode("Policies/separation.cedar"),
                .embedInCode("Policies/trine.cedarschema"),
            ],
            swiftSettings: strict),
        .target(
            name: "PolicyTools", dependencies: ["Wire", "Sharing", "Cedar", "Rules"],
            swiftSettings: strict),
        .target(
            name: "Verification",
            dependencies: ["Wire", "Transparency", "Commitments", "Sharing", "Rules"],
            swiftSettings: strict),
        .target(
            name: "Interface",
            dependencies: ["Wire", "Transparency", "Sharing", "Rules", "Verification"],
            swiftSettings: strict),
        .target(
            name: "Importing", dependencies: ["Wire", "Sharing"], swiftSettings: strict),
        .target(name: "PDF", dependencies: ["CQPDF"], swiftSettings: strict),
        .target(
            name: "Custody", dependencies: ["CSodium", "Wire", "Sharing", crypto],
            exclude: ["Words/LICENSE"], resources: [.embedInCode("Words/english.txt")],
            swiftSettings: strict),
        .target(
            name: "Storage",
            dependencies: [
                "CSodium", "Wire", "Transparency", "Sharing", "Rules",
                ofPrograms("GRDB", "GRDB.swift"), ofPrograms("GRDBSQLite", "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "Gateway",
            dependencies: [
                "Wire", "Transparency", "Sharing", "Rules", "Verification", "Custody", "Interface",
                "Storage", .target(name: "CAllocator", condition: .when(platforms: [.linux])),
                ofPrograms("HTTPTypes", "swift-http-types"),
                ofPrograms("Hummingbird", "hummingbird"),
                ofPrograms("HummingbirdCore", "hummingbird"),
                ofPrograms("Logging", "swift-log"),
                ofPrograms("NIOCore", "swift-nio"),
                ofPrograms("ServiceLifecycle", "swift-service-lifecycle"),
                ofPrograms("UnixSignals", "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(
            name: "Client",
            dependencies: pure + [
                "CCurl", "CSodium", "Custody", "Interface", "Importing", "PolicyTools", crypto,
            ],
            swiftSettings: strict),
        .target(
            name: "Demo",
            dependencies: pure + [
                "Custody", "Importing", "Storage", "Gateway", "Client",
                ofPrograms("Logging", "swift-log"),
            ],
            resources: [.embedInCode("business.json")], swiftSettings: strict),
        .executableTarget(
            name: "trine",
            dependencies: pure + [
                "Cedar", "CedarTools", "PolicyTools", "Custody", "Interface", "Importing",
                "PDF", "Storage", "Gateway",
                "Client", "Demo",
                ofPrograms("ArgumentParser", "swift-argument-parser"),
                ofPrograms("Logging", "swift-log"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "trine-bench",
            dependencies: pure + [
                "CSodium", "Custody", "Interface", "Importing", "Storage", "Gateway", "Client",
                "Demo",
                ofPrograms("GRDB", "GRDB.swift"),
                ofPrograms("Hummingbird", "hummingbird"),
                ofPrograms("Logging", "swift-log"),
                ofPrograms("NIOCore", "swift-nio"),
                ofPrograms("NIOPosix", "swift-nio"),
            ],
            path: "Sources/bench", swiftSettings: strict),
        .executableTarget(
            name: "trine-fuzz", dependencies: ["TestSignatures"], path: "Sources/fuzz",
            swiftSettings: strict),
        .executableTarget(
            name: "trine-fuzz-readers", dependencies: ["TestReaders"],
            path: "Sources/fuzz-readers", swiftSettings: strict),
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        .target(
            name: "TestSignatures", dependencies: ["CSodium", "TestSupport", "Wire"],
            path: "Tests/TestSignatures", swiftSettings: strict),
        .target(
            name: "TestReaders", dependencies: ["Importing", "PDF", "Sharing", "Wire"],
            path: "Tests/TestReaders", swiftSettings: strict),
        .target(
            name: "TestWorld", dependencies: ["Wire", "Transparency", "Sharing", "Rules"],
            path: "Tests/TestWorld", swiftSettings: strict),
        .target(
            name: "TestGateway",
            dependencies: [
                "Client", "Gateway",
                ofPrograms("HTTPTypes", "swift-http-types"),
                ofPrograms("Hummingbird", "hummingbird"),
                ofPrograms("Logging", "swift-log"),
                ofPrograms("NIOCore", "swift-nio"),
                ofPrograms("NIOEmbedded", "swift-nio"),
            ],
            path: "Tests/TestGateway", swiftSettings: strict),
        .testTarget(
            name: "WireTests",
            dependencies: ["TestSignatures", "TestSupport", "Curve", "Wire", "CSodium"],
            exclude: ["Fixtures"],
            swiftSettings: strict),
        .testTarget(
            name: "TransparencyTests",
            dependencies: ["TestSupport", "Wire", "Transparency", crypto],
            swiftSettings: strict),
        .testTarget(
            name: "CommitmentsTests",
            dependencies: ["TestSupport", "Curve", "Commitments", "CSodium", "Wire", crypto],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "CedarTests", dependencies: ["TestSupport", "Cedar", "CedarTools", "Wire"],
            exclude: ["Validation"], swiftSettings: strict),
        .testTarget(
            name: "SharingTests",
            dependencies: [
                "TestSupport", "CSodium", "Curve", "Wire", "Transparency", "Commitments", "Sharing",
                crypto,
            ],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "RulesTests",
            dependencies: [
                "TestSupport", "TestWorld", "Cedar", "CedarTools", "Wire", "Transparency",
                "Sharing", "Rules", "PolicyTools",
            ],
            exclude: ["Readers"],
            swiftSettings: strict),
        .testTarget(
            name: "VerificationTests",
            dependencies: pure + [
                "Interface", "Custody", "Client", "TestSupport", "TestWorld", crypto,
            ],
            exclude: ["Fixtures", "Readers"],
            swiftSettings: strict),
        .testTarget(
            name: "ImportingTests",
            dependencies: [
                "TestReaders", "TestSupport", "Wire", "Sharing", "Importing", "PDF", "Demo",
            ],
            exclude: ["Corpus"], swiftSettings: strict),
        .testTarget(
            name: "StorageTests",
            dependencies: [
                "TestSupport",
                "CSodium", "Wire", "Transparency", "Sharing", "Rules", "Storage",
                ofPrograms("GRDB", "GRDB.swift"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "GatewayTests",
            dependencies: pure + [
                "TestSupport", "TestGateway", "TestWorld",
                "Custody", "Interface", "Importing", "Storage", "Gateway", "Client", "Demo",
                "trine",
                ofPrograms("Logging", "swift-log"), ofPrograms("GRDB", "GRDB.swift"),
            ],
            exclude: ["Readers"], swiftSettings: strict),
        .testTarget(
            name: "ClientTests",
            dependencies: pure + [
                "TestSupport", "TestGateway", "Custody", "Interface", "Importing", "Client",
                "Storage", "Gateway",
                "Demo",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CommandTests",
            dependencies: pure + [
                "Cedar", "CedarTools", "trine", "Custody", "Interface", "Importing", "Storage",
                "Client", "Gateway",
                "Demo", "TestSupport",
                ofPrograms("ArgumentParser", "swift-argument-parser"),
            ],
            exclude: ["Fixtures", "Transcripts"], swiftSettings: strict),
        .testTarget(name: "StructureTests", swiftSettings: strict),
    ]
)
