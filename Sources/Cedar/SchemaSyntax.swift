/// A schema as written, before its names are looked up.
enum SchemaSyntax {
    struct Namespace {
        /// `nil` for declarations outside of any.
        let name: String?
        var entityTypes: [EntityDeclaration] = []
        var actions: [ActionDeclaration] = []
        var types: [(name: String, type: TypeSyntax)] = []
    }

    struct EntityDeclaration {
        var name = ""
        var parents: [String] = []
        var shape = TypeSyntax.record([])
        var tags: TypeSyntax?
        var choices: [Text]?
        let annotations: [Policy.Annotation]
    }

    struct ActionDeclaration {
        var name: Text = ""
        var parents: [ActionReference] = []
        var principals: [String] = []
        var resources: [String] = []
        var context = TypeSyntax.record([])
        let annotations: [Policy.Annotation]
    }

    /// An action; without a type, of the type of actions in the same namespace.
    typealias ActionReference = (type: String?, id: Text)

    indirect enum TypeSyntax {
        case set(TypeSyntax)
        case record([AttributeSyntax])
        case reference(String, Meaning)
    }

    /// What a name may be the name of.
    enum Meaning { case commonType, entityType, either }

    typealias AttributeSyntax = (name: Text, type: TypeSyntax, isRequired: Bool)
}
