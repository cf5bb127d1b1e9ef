/// The labels that keep the transcripts of this module apart from one another. The labels of the
/// range proof itself are those of the crates it agrees with, and stand beside its steps.
enum Labels {
    /// Weights for verifying many equations at once.
    static let batch = "trine/commitments/batch/v1"
    /// A presentation: statements about committed values in a context.
    static let presentation = "trine/commitments/presentation/v1"
}
