/// The texts of the folder Policies, byte for byte, as they were when this was built.
public enum StandardTexts {
    public static let separation = String(
        decoding: PackageResources.separation_cedar, as: UTF8.self)
    public static let schema = String(decoding: PackageResources.trine_cedarschema, as: UTF8.self)
}
