"""Verifies a record as somebody does who has only the record, and finds the rest at the addresses that
SD-JWT VC and the Token Status List name: the issuer's keys, the type's document, the record's status.

Arguments: the address of the gateway, the origin of its log. Standard input: an SD-JWT a line. Prints a
JSON object for each: the claims' `vct`, the type's name, and the status.
"""
import base64, hashlib, json, sys, urllib.request, zlib
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from sd_jwt.verifier import SDJWTVerifier
import sd_jwt.verifier

sd_jwt.verifier.DEFAULT_SIGNING_ALG = "EdDSA"
gateway, origin = sys.argv[1:]
host, _, path = origin.partition("/")


def get(url):
    """What stands at an https address of the origin's host: a proxy passes its path on."""
    prefix = "https://" + host
    assert url.startswith(prefix + "/"), url
    local = url[len(prefix):]
    if not local.startswith("/.well-known/"):
        local = local.removeprefix("/" + path)
    with urllib.request.urlopen(gateway + local) as answer:
        return answer.headers["Content-Type"], answer.read()


def key(issuer, kid):
    tail = issuer.removeprefix("https://" + host)
    kind, body = get("https://" + host + "/.well-known/jwt-vc-issuer" + tail)
    metadata = json.loads(body)
    assert metadata["issuer"] == issuer
    return JWK(**next(key for key in metadata["jwks"]["keys"] if key["kid"] == kid))


def part(token, number):
    text = token.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


for line in sys.stdin:
    text = line.strip()
    header, claims = part(text, 0), part(text.split("~")[0], 1)
    assert header["typ"] == "dc+sd-jwt"
    verified = SDJWTVerifier(text, lambda issuer, head: key(issuer, head["kid"]))
    verified = verified.get_verified_payload()

    _, document = get(claims["vct"])
    digest = base64.b64encode(hashlib.sha256(document).digest()).decode()
    assert claims["vct#integrity"] == "sha256-" + digest
    metadata = json.loads(document)
    assert metadata["vct"] == claims["vct"]

    place = claims["status"]["status_list"]
    kind, token = get(place["uri"])
    assert kind == "application/statuslist+jwt"
    token = token.decode()
    head, listed = part(token, 0), part(token, 1)
    assert head["typ"] == "statuslist+jwt" and listed["sub"] == place["uri"]
    check = JWS()
    check.deserialize(token)
    check.verify(key(listed["iss"], head["kid"]))
    encoded = listed["status_list"]["lst"]
    bits = zlib.decompress(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    assert listed["status_list"]["bits"] == 1
    status = bits[place["idx"] // 8] >> place["idx"] % 8 & 1
    print(json.dumps({"vct": verified["vct"], "type": metadata["name"], "status": status}))
