/// A schema as written, before its names are looked up.
package enum SchemaSyntax {
    package struct Namespace {
        /// `nil` for declarations outside of any.
        package let name: String?
        package var entityTypes: [EntityDeclaration] = []
        package var actions: [ActionDeclaration] = []
        package var types: [TypeDeclaration] = []

        package init(name: String?) { self.name = name }
    }

    package struct EntityDeclaration {
        package let name: String
        package var parents: [String]
        package var shape: TypeSyntax
        package var tags: TypeSyntax?
        package var choices: [Text]?
        package var annotations: [Policy.Annotation]

        package init(
            name: String, parents: [String] = [], shape: TypeSyntax = .record([]),
            tags: TypeSyntax? = nil, choices: [Text]? = nil, annotations: [Policy.Annotation] = []
        ) {
            self.name = name
            self.parents = parents
            self.shape = shape
            self.tags = tags
            self.choices = choices
            self.annotations = annotations
        }
    }

    package struct ActionDeclaration {
        package let name: Text
        package var parents: [ActionReference]
        package var principals: [String]
        package var resources: [String]
        package var context: TypeSyntax
        package var annotations: [Policy.Annotation]

        package init(
            name: Text, parents: [ActionReference] = [], principals: [String] = [],
            resources: [String] = [], context: TypeSyntax = .record([]),
            annotations: [Policy.Annotation] = []
        ) {
            self.name = name
            self.parents = parents
            self.principals = principals
            self.resources = resources
            self.context = context
            self.annotations = annotations
        }
    }

    package struct ActionReference {
        /// `nil` for the type of actions in the same namespace.
        package let type: String?
        package let id: Text

        package init(type: String?, id: Text) {
            self.type = type
            self.id = id
        }
    }

    package struct TypeDeclaration {
        package let name: String
        package let type: TypeSyntax

        package init(name: String, type: TypeSyntax) {
            self.name = name
            self.type = type
        }
    }

    package indirect enum TypeSyntax {
        case bool, long, string
        case set(TypeSyntax)
        case record([AttributeSyntax])
        case `extension`(String)
        case reference(String, Meaning)
    }

    /// What a name may be the name of.
    package enum Meaning { case commonType, entityType, either }

    package struct AttributeSyntax {
        package let name: Text
        package let type: TypeSyntax
        package let isRequired: Bool

        package init(name: Text, type: TypeSyntax, isRequired: Bool) {
            self.name = name
            self.type = type
            self.isRequired = isRequired
        }
    }
}
