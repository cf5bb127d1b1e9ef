/// A schema as written, before its names are looked up.
package enum SchemaSyntax {
    package struct Namespace {
        /// `nil` for declarations outside of any.
        package let name: String?
        package var entityTypes: [EntityDeclaration] = []
        package var actions: [ActionDeclaration] = []
        package var types: [(name: String, type: TypeSyntax)] = []

        package init(name: String?) { self.name = name }
    }

    package struct EntityDeclaration {
        package var name: String
        package var parents: [String] = []
        package var shape = TypeSyntax.record([])
        package var tags: TypeSyntax?
        package var choices: [Text]?
        package var annotations: [Policy.Annotation] = []

        package init(name: String) { self.name = name }
    }

    package struct ActionDeclaration {
        package var name: Text
        package var parents: [ActionReference] = []
        package var principals: [String] = []
        package var resources: [String] = []
        package var context = TypeSyntax.record([])
        package var annotations: [Policy.Annotation] = []

        package init(name: Text) { self.name = name }
    }

    /// An action; without a type, of the type of actions in the same namespace.
    package typealias ActionReference = (type: String?, id: Text)

    package indirect enum TypeSyntax {
        case known(Schema.ValueType)
        case set(TypeSyntax)
        case record([AttributeSyntax])
        case reference(String, Meaning)
    }

    /// What a name may be the name of.
    package enum Meaning { case commonType, entityType, either }

    package typealias AttributeSyntax = (name: Text, type: TypeSyntax, isRequired: Bool)
}
