/// A schema as written, before its names are looked up.
enum SchemaSyntax {
    struct Namespace {
        /// `nil` for declarations outside of any.
        let name: String?
        var entityTypes: [EntityDeclaration] = []
        var actions: [ActionDeclaration] = []
        var types: [TypeDeclaration] = []
    }

    struct EntityDeclaration {
        let name: String
        var parents: [String] = []
        var shape: TypeSyntax = .record([])
        var tags: TypeSyntax?
        var choices: [Text]?
        var annotations: [Policy.Annotation] = []
    }

    struct ActionDeclaration {
        let name: Text
        var parents: [ActionReference] = []
        var principals: [String] = []
        var resources: [String] = []
        var context: TypeSyntax = .record([])
        var annotations: [Policy.Annotation] = []
    }

    struct ActionReference {
        /// `nil` for the type of actions in the same namespace.
        let type: String?
        let id: Text
    }

    struct TypeDeclaration {
        let name: String
        let type: TypeSyntax
    }

    indirect enum TypeSyntax {
        case bool, long, string
        case set(TypeSyntax)
        case record([AttributeSyntax])
        case `extension`(String)
        case reference(String, Meaning)
    }

    /// What a name may be the name of.
    enum Meaning { case commonType, entityType, either }

    struct AttributeSyntax {
        let name: Text
        let type: TypeSyntax
        let isRequired: Bool
    }
}
