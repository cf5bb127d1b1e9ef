"""Policies at random over one schema, and what Cedar's own validator makes of them.

Arguments: a seed and a number. Prints the schema as a JSON string, then a JSON list for each policy:
its text, and whether it is valid.
"""
import json, random, sys
import cedarpy

seed, count = map(int, sys.argv[1:])
dice = random.Random(seed)
one = lambda *options: dice.choice(options)

schema = """
entity Colour enum ["red", "green"];
entity Group in [Group] = { name: String, boss?: User } tags Long;
entity User in [Group, Team] = {
  name: String, age?: Long, home: Place, pal?: User, words?: Set<String>, good: Bool,
  joined: datetime, span?: duration, from: ipaddr, worth: decimal,
};
entity Team = {};
type Place = { city: String, zip?: Long, at?: { x: Long, y?: Long } };
action all;
action view, edit in [all] appliesTo {
  principal: User, resource: [Group, User],
  context: { here: Place, why?: String, who?: User, list: Set<Long>, c?: Colour }
};
action ask in [view] appliesTo {
  principal: [User, Group], resource: Team, context: { why: String }
};
namespace N {
  entity Person in [Club];
  entity Club;
  action look appliesTo { principal: Person, resource: Club, context: {} };
  action other;
}
"""
entities = ['User::"a"', 'Group::"g"', 'Team::"t"', 'Colour::"red"', 'N::Person::"u"', 'N::Club::"q"']
actions = ['Action::"view"', 'Action::"all"', 'Action::"ask"', 'N::Action::"look"', 'N::Action::"other"']
odd_entities = ['Colour::"blue"', 'Nope::"x"']
odd_actions = ['Action::"nope"', 'N::Action::"x"']
types = ["User", "Group", "Team", "Colour", "Action", "N::Person", "N::Action", "N::Club"]
names = ["name", "age", "home", "pal", "words", "good", "joined", "span", "from", "worth", "boss",
         "city", "zip", "at", "x", "y", "here", "why", "who", "list", "c", "nothing"]


def named_action():
    return dice.choice(odd_actions if dice.random() < .02 else actions)


def named():
    if dice.random() < .3:
        return named_action()
    return dice.choice(odd_entities if dice.random() < .02 else entities)


def path(depth):
    base = one("principal", "resource", "context", "context.who", "principal.pal", "resource.boss",
               "principal.home", "context.here", "context.here.at", "principal.home.at", "action")
    if depth > 0 and dice.random() < .1:
        return f"(if {truth(depth - 1)} then {base} else {path(0)})"
    return base


def leaf():
    return one(
        "true", "false", f"{path(0)} has {one(*names)}", f"{path(0)} has {one(*names)}",
        f"{path(0)}.good", f"principal is {one(*types)}", f"resource is {one(*types)}",
        f"principal == {named()}", f"action == {named()}", f"action in {named()}",
        f"resource in {named()}", "1 == 2", '"a" == "a"', f"{named()} == {named()}",
        f"{named()} in {named()}", "principal == resource", 'principal.hasTag("k")',
        'resource.hasTag("k")', 'context.why == "x"', "principal.age == 1",
        "principal.home has at.y", "context has here.at.x", "principal has pal.home.zip")


def truth(depth):
    if depth <= 0:
        return leaf()
    down = depth - 1
    return one(
        lambda: f"({truth(down)} && {truth(down)})", lambda: f"({truth(down)} && {truth(down)})",
        lambda: f"{leaf()} && {leaf()} && {truth(down)}",
        lambda: f"({truth(down)} || {truth(down)})", lambda: f"!({truth(down)})",
        lambda: f"(if {truth(down)} then {truth(down)} else {truth(down)})",
        lambda: f"({value(down)} {one('==', '!=')} {value(down)})",
        lambda: f"({number(down)} {one('<', '<=', '>', '>=')} {number(down)})",
        lambda: f"({entity(down)} in {one(entity(down), listed())})",
        lambda: f"{values(down)}.contains({value(down)})",
        lambda: f"{values(down)}.{one('containsAll', 'containsAny')}({values(down)})",
        lambda: f"({entity(down)} is {one(*types)} in {entity(0)})",
        lambda: f'({text(down)} like "a*")',
        lambda: f'({path(0)}.hasTag({label()}) && {path(0)}.getTag({label()}) > 1)',
        lambda: f"({moment()} {one('<', '>=')} {moment()})",
        lambda: f"{path(down)}.{one(*names)}")()


def listed():
    return "[" + ", ".join(named() for _ in range(dice.randint(0, 3))) + "]"


def label():
    return one('"k"', '"j"', "context.why")


def moment():
    return one("principal.joined", 'datetime("2024-01-01")', 'datetime("2024-13-01")',
               "datetime(context.why)", "principal.span", 'duration("1d")', "1",
               'principal.joined.offset(duration("1d"))', "principal.joined.toDate()")


def number(depth):
    if depth <= 0 or dice.random() < .5:
        return one("1", "-1", "principal.age", "principal.home.zip", "context.here.zip",
                   "context.here.at.x", "context.here.at.y", "principal.pal.age", "resource.age")
    return one(f"({number(depth - 1)} + {number(depth - 1)})", f"({number(depth - 1)} * 2)",
               f"-({number(depth - 1)})",
               f"(if {truth(depth - 1)} then {number(depth - 1)} else {number(depth - 1)})")


def text(depth):
    return one('"a"', "principal.name", "resource.name", "context.why", "principal.home.city")


def entity(depth):
    if depth <= 0 or dice.random() < .7:
        return one("principal", "resource", "action", "principal.pal", "context.who",
                   "resource.boss", named())
    return f"(if {truth(depth - 1)} then {entity(depth - 1)} else {entity(depth - 1)})"


def values(depth):
    return one("context.list", "principal.words", "[1, 2]", '["a"]', "[]", "[principal]",
               "[principal, resource]", "[true, false]", "[[1], [2]]", f"[{value(depth)}]")


def fields(depth):
    return one("{a: 1}", "{a: true}", "{a: false}", '{a: "x"}', "{a: 1, b: 2}",
               '{city: "x", zip: 1}', "principal.home", "context.here", "context", "{}")


def value(depth):
    kind = one(truth, number, text, entity, fields, lambda _: moment())
    return kind(max(depth, 0))


def head(name):
    return one(name, name, name, name, f"{name} == {named()}", f"{name} in {named()}",
               f"{name} is {one(*types)}", f"{name} is {one(*types)} in {named()}")


def action_head():
    some = ", ".join(named_action() for _ in range(dice.randint(0, 3)))
    return one("action", 'action == Action::"view"', 'action == Action::"edit"',
               'action == Action::"ask"', f"action == {named_action()}",
               f"action in {named_action()}", f"action in [{some}]")


print(json.dumps(schema))
for _ in range(count):
    conditions = "".join(f" {one('when', 'when', 'unless')} {{ {truth(dice.randint(0, 3))} }}"
                         for _ in range(dice.randint(0, 3)))
    policy = f"permit ({head('principal')}, {action_head()}, {head('resource')}){conditions};"
    print(json.dumps([policy, cedarpy.validate_policies(policy, schema).validation_passed]))
