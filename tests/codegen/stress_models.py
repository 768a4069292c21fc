"""Models that are meant to hurt: many operations, and names that meet each other, the language or the generator."""

from support import enum_of, int_enum_of, list_of, map_of, member, operation, structure, tree, union

JSON_1_0 = "aws.protocols#awsJson1_0"
JSON_1_1 = "aws.protocols#awsJson1_1"
REST_JSON = "aws.protocols#restJson1"
REST_XML = "aws.protocols#restXml"
QUERY = "aws.protocols#awsQuery"
EC2 = "aws.protocols#ec2Query"
CBOR = "smithy.protocols#rpcv2Cbor"
PROTOCOLS = (JSON_1_0, JSON_1_1, REST_JSON, REST_XML, QUERY, EC2, CBOR)
REST = (REST_JSON, REST_XML)
WITH_DOCUMENTS = (JSON_1_0, JSON_1_1, REST_JSON)
WITH_MAPS_AND_UNIONS = (*WITH_DOCUMENTS, REST_XML, CBOR)

# Of C, of C++, of the C library, and of the generator itself.
WORDS = """
    auto break case char const continue default do double else enum extern float for goto if inline int long register
    restrict return short signed sizeof static struct switch typedef union unsigned void volatile while Bool bool class
    delete export friend mutable namespace new nullptr operator private protected public template this throw try typename
    virtual and or not xor errno stdin stdout stderr linux unix major minor assert isnan environ NULL EOF BUFSIZ true false
    Client ClientOptions ClientCreate ClientDestroy Call Error ErrorKind ErrorOf Endpoint EndpointParams ResolveEndpoint
    Request Response Input Output Result input output call request response token json xml cbor form member item items
    count key value wire kind at plain fresh root node name names text texts body bodySink body_sink BodySink page pages
    done none filled given has ptr len SMITHY_STR SmithyStr String Str StrList StrMap ListOfStrings types errors serde
    W Absent Unknown ABSENT UNKNOWN detail error out in rules params own
""".split()
# Shapes whose C names would be those of other shapes' functions.
HELPERS = """
    Thing NewThing ReadThing WriteThing ReadNewThing ThingKind ThingWire ThingOf ThingEntry ThingShape FillInThing
    ErrorAsTrouble TroubleShape Operation0000Input Operation0000Output Operation0000Pages Operation0000Next
""".split()
NOT_IDENTIFIERS = (
    "", " ", "-", "+", "1", "01", "*/", "/*", "//", "??/", "???=", '"', "\\", "\\n", "\n", "\0", "%s", "ü", "日本", "a b",
    "a-b", "a_b", "a.b", "A_B", "aB", "AB", "absent", "ABSENT", "unknown", "Unknown", "x" * 300,
)  # fmt: skip


def shape_names() -> list[str]:
    """Names that Smithy holds apart, since it compares without regard to case."""
    seen: dict[str, str] = {}
    for word in (*WORDS, *HELPERS):
        seen.setdefault(word[0].upper() + word[1:], word)
    by_fold = {name.lower(): name for name in seen}
    return sorted(by_fold.values())


def hard_names() -> dict:
    """A structure for every word, all words as members, and an enumeration of what is no identifier."""
    words = list(dict.fromkeys(WORDS))
    shapes = {name: structure(value="smithy.api#String", other="smithy.api#Integer") for name in shape_names()}
    shapes["ThingKind"] = enum_of("A", "B")
    shapes["Everything"] = structure(**{f"m{name}": name for name in shapes})
    shapes["Words"] = structure(**{word: "smithy.api#String" for word in words})
    shapes["Cases"] = structure(
        **{name: "smithy.api#Integer" for name in ("etag", "ETag", "eTag", "Etag", "e_tag", "ETAG", "1st", "2nd", "_", "__")}
    )
    shapes["Odd"] = odd_enum()
    shapes["Old"] = {"type": "string", "traits": {"smithy.api#enum": [{"value": text} for text in NOT_IDENTIFIERS]}}
    shapes["Levels"] = int_enum_of(LOW=-(2**31), HIGH=2**31 - 1, ABSENT=0, UNKNOWN=1, low=2, Low=3)
    shapes["Huge"] = enum_of(*(f"value-{number}" for number in range(5000)))
    shapes["ValueUnknown"] = enum_of("A")
    shapes["Value"] = enum_of("unknown-a", "unknown_a", "H", "kind")
    return shapes


def odd_enum() -> dict:
    members = {
        f"V{index}" if index % 2 else f"v_{index // 3}": {"target": "smithy.api#Unit", "traits": {"smithy.api#enumValue": text}}
        for index, text in enumerate(NOT_IDENTIFIERS)
    }
    return {"type": "enum", "members": members}


def containers(protocol: str) -> dict:
    """Recursion through everything that can hold something, and deep nesting."""
    shapes: dict = {
        "Numbers": list_of("smithy.api#Integer"),
        "Strings": list_of("smithy.api#String"),
        "Odds": list_of("Odd"),
        "Nodes": list_of("Node"),
        "Grid": list_of("Nodes"),
        "Level0": structure(end="smithy.api#String"),
    }
    for depth in range(1, 120):
        shapes[f"Level{depth}"] = structure(down=f"Level{depth - 1}")
        shapes[f"Deep{depth}"] = list_of(f"Deep{depth - 1}" if depth > 1 else "Strings")
    fields = {"next": "Node", "children": "Nodes", "grid": "Grid", "deep": "Level119", "lists": "Deep119", "odd": "Odd",
              "odds": "Odds", "old": "Old", "levels": "Levels", "huge": "Huge", "big": "smithy.api#BigInteger",
              "decimal": "smithy.api#BigDecimal", "everything": "Everything", "words": "Words", "cases": "Cases"}  # fmt: skip
    if protocol in WITH_MAPS_AND_UNIONS:
        fields |= maps_and_unions(shapes)
    if protocol in WITH_DOCUMENTS:
        shapes["Documents"] = list_of("smithy.api#Document", sparse={})
        fields |= {"document": "smithy.api#Document", "documents": "Documents"}
    shapes["Node"] = structure(**fields)
    return shapes


def maps_and_unions(shapes: dict) -> dict[str, str]:
    shapes |= {
        "NodeMap": map_of("Node"),
        "MapMap": map_of("NodeMap"),
        "StringsMap": map_of("Strings"),
        "TreeMap": map_of("Tree"),
        "Trees": list_of("Tree"),
        "Tree": union(left="Tree", right="Tree", node="Node", all="Trees", named="TreeMap", kind="smithy.api#String",
                      absent="smithy.api#Integer", unknown="smithy.api#Boolean", int="smithy.api#Integer",
                      Int="smithy.api#Long", other="Other", odd="Odd", when="smithy.api#Timestamp"),
        "Other": union(back="Tree", self="Other", bytes="smithy.api#Blob"),
    }  # fmt: skip
    return {"map": "NodeMap", "maps": "MapMap", "lists_": "StringsMap", "tree": "Tree", "trees": "Trees", "named": "TreeMap"}


def stress_model(protocol: str, operations: int) -> dict:
    shapes = {**hard_names(), **containers(protocol)}
    shapes["Trouble"] = structure({"error": "client"}, message="smithy.api#String", node="Node", code="smithy.api#Integer")
    shapes["TroubleException"] = structure({"error": "server"}, Message="smithy.api#String")
    for number in range(operations):
        shapes |= one_operation(protocol, f"Operation{number:04}", number)
    for name in ("Client", "Errors", "Types", "Endpoint", "ErrorOf", "List_Things", "ListThings", "Delete", "Int", "NULL"):
        shapes |= one_operation(protocol, f"{name}_" if name in shapes else name, 1)
    return tree(protocol, {protocol: {}, "smithy.api#xmlNamespace": {"uri": "https://example.com/"}}, **shapes)


def one_operation(protocol: str, name: str, number: int) -> dict:
    words = WORDS[number % len(WORDS) :] + WORDS[: number % len(WORDS)]
    asked: dict = {word: "smithy.api#String" for word in words[:12]}
    asked |= {"node": "Node", "mine": member("smithy.api#String", idempotencyToken={}), "huge": "Huge"}
    answered = {**{word: "smithy.api#Integer" for word in words[5:9]}, "node": "Node", "next": "smithy.api#String"}
    traits: dict = {}
    if protocol in REST:
        traits["http"] = {"method": "POST", "uri": f"/{name}/{{id}}/{{rest+}}?literal"}
        asked |= {
            "id": member("smithy.api#Long", httpLabel={}, required={}),
            "rest": member("smithy.api#String", httpLabel={}, required={}),
            "Id": member("smithy.api#Timestamp", httpQuery="Id"),
            "levels": member("Levels", httpHeader="X-Levels"),
            "odds": member("Odds", httpHeader="X-Odds"),
            "numbers": member("Numbers", httpQuery="numbers"),
        }
        answered |= {"odds": member("Odds", httpHeader="X-Odds"), "numbers": member("Numbers", httpHeader="X-Numbers")}
    return {
        name: operation(f"{name}Request", f"{name}Response", ("Trouble", "TroubleException"), traits),
        f"{name}Request": structure(**asked),
        f"{name}Response": structure(**answered),
    }
