"""SigV4 as a strict server checks it, on the bytes that came over the wire: the canonical path and
query, every signed header, the payload's hash, scope, date, session token and its end, presigned
addresses; and what an EKS API server asks of a token before it believes it."""
import base64
import calendar
import hashlib
import hmac
import re
import time
import urllib.parse

SKEW = 300  # seconds; S3 and presigned addresses: 900


class Refused(Exception):
    """kind: a row of gate_words.WORDS; why: for the log; words: instead of the row's."""

    def __init__(self, kind, why, words=None):
        super().__init__(why)
        self.kind, self.why, self.words = kind, why, words


def stamp(seconds):
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))


def encode(text, keep=""):
    return urllib.parse.quote(text, safe="-_.~" + keep)


def normal_path(path):
    out = []
    for part in path.split("/"):
        if part == "..":
            out = out[:-1]
        elif part not in ("", "."):
            out.append(part)
    return "/" + "/".join(out) + ("/" if path.endswith("/") and out else "")


class Asked:
    """One request, and what it claims."""

    def __init__(self, environ, body):
        raw = environ.get("RAW_URI") or environ["REQUEST_URI"]
        self.method, self.body = environ["REQUEST_METHOD"], body
        self.path, _, query = raw.partition("?")
        self.headers = {
            name[5:].replace("_", "-").lower(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        }
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if environ.get(name):
                self.headers[name.replace("_", "-").lower()] = environ[name]
        self.pairs = [tuple(p.partition("=")[::2]) for p in query.split("&") if p]
        self.presigned = any(name == "X-Amz-Signature" for name, _ in self.pairs)
        self._claims()

    def _claims(self):
        if self.presigned:
            query = {k: urllib.parse.unquote(v) for k, v in self.pairs}
            claim = query.get("X-Amz-Credential", ""), query.get("X-Amz-SignedHeaders", "")
            self.signature, self.date = query["X-Amz-Signature"], query.get("X-Amz-Date", "")
            self.token = query.get("X-Amz-Security-Token")
            self.life = int(query.get("X-Amz-Expires", "0"))
            self.pairs = [pair for pair in self.pairs if pair[0] != "X-Amz-Signature"]
        else:
            header = self.headers.get("authorization")
            if not header:
                raise Refused("missing", "no Authorization header")
            found = re.fullmatch(
                r"AWS4-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),"
                r"\s*Signature=([0-9a-f]{64})",
                header,
            )
            if not found:
                raise Refused("signature", "malformed Authorization: " + header[:120])
            claim, self.signature = found.groups()[:2], found.group(3)
            self.date = self.headers.get("x-amz-date", "")
            self.token = self.headers.get("x-amz-security-token")
        self.signed = claim[1].split(";")
        scope = claim[0].split("/")
        if len(scope) != 5 or scope[4] != "aws4_request":
            raise Refused("signature", "bad scope " + claim[0])
        self.key, self.day, self.region, self.service = scope[:4]


def check_form(asked):
    """What no signature makes good."""
    if not re.fullmatch(r"\d{8}T\d{6}Z", asked.date) or asked.date[:8] != asked.day:
        raise Refused("signature", f"the date {asked.date!r} does not fit {asked.day!r}")
    if asked.signed != sorted(asked.signed) or "host" not in asked.signed:
        raise Refused("signature", "SignedHeaders are not sorted, or without host")
    for name in asked.headers:
        if name.startswith("x-amz-") and name not in asked.signed:
            raise Refused("signature", "not signed: " + name)
    for name in asked.signed:
        if name not in asked.headers:
            raise Refused("signature", "signed and not sent: " + name)
    for text in (part for pair in asked.pairs for part in pair):
        if encode(urllib.parse.unquote_to_bytes(text)) != text:
            raise Refused("signature", f"the query is not encoded as it should be: {text!r}")
    if asked.service == "s3" and encode(urllib.parse.unquote_to_bytes(asked.path), "/") != asked.path:
        raise Refused("signature", f"the path is not encoded as it should be: {asked.path!r}")


def payload_hash(asked):
    if asked.presigned:
        return "UNSIGNED-PAYLOAD" if asked.service == "s3" else hashlib.sha256(b"").hexdigest()
    real, claimed = hashlib.sha256(asked.body).hexdigest(), asked.headers.get("x-amz-content-sha256")
    if asked.service == "s3" and not claimed:
        raise Refused("signature", "S3 wants x-amz-content-sha256")
    if claimed and claimed not in (real, "UNSIGNED-PAYLOAD"):
        raise Refused("hash", "the body is not what was hashed")
    return claimed or real


def canonical(asked):
    path = asked.path if asked.service == "s3" else encode(normal_path(asked.path), "/")
    headers = "".join(f"{n}:{' '.join(asked.headers[n].split())}\n" for n in asked.signed)
    query = "&".join(f"{name}={value}" for name, value in sorted(asked.pairs))
    parts = [asked.method, path, query, headers, ";".join(asked.signed), payload_hash(asked)]
    return "\n".join(parts)


def sign(asked, secret, text):
    scope = f"{asked.day}/{asked.region}/{asked.service}/aws4_request"
    digest = hashlib.sha256(text.encode("latin-1")).hexdigest()
    key = ("AWS4" + secret).encode()
    for part in scope.split("/") + [f"AWS4-HMAC-SHA256\n{asked.date}\n{scope}\n{digest}"]:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()


def check_time(asked, now):
    at = calendar.timegm(time.strptime(asked.date, "%Y%m%dT%H%M%SZ"))
    limit = 900 if asked.presigned or asked.service == "s3" else SKEW
    life = limit if not asked.presigned else 900 if asked.service == "sts" else asked.life
    minutes = f"{limit // 60} min."
    if now - at > life:
        raise Refused(
            "clock",
            "too old",
            f"Signature expired: {asked.date} is now earlier than {stamp(now - life)} "
            f"({stamp(now)} - {minutes})",
        )
    if at - now > limit:
        raise Refused(
            "clock",
            "too new",
            f"Signature not yet current: {asked.date} is still later than {stamp(now + limit)} "
            f"({stamp(now)} + {minutes})",
        )


def verify(environ, body, lookup, now):
    """The request, or Refused. lookup: access key -> (secret, token or None, end or None)."""
    asked = environ["gate.asked"] = Asked(environ, body)
    check_form(asked)
    known = lookup(asked.key)
    if not known:
        raise Refused("key", "unknown access key " + asked.key)
    secret, token, end = known
    if token != asked.token:
        raise Refused("token", "another session token")
    text = canonical(asked)
    if not hmac.compare_digest(sign(asked, secret, text), asked.signature):
        raise Refused("signature", "the server's canonical request:\n" + text)
    check_time(asked, now)
    if end and now > end:
        raise Refused("expired", "the session is over")
    return asked


TOKEN_PARAMETERS = {
    "action",
    "version",
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
}
STS_HOST = re.compile(r"sts(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|api\.aws)|sts\.amazonaws\.com")


def token_url(token):
    """The address inside of a token (https://github.com/kubernetes-sigs/aws-iam-authenticator)."""
    if len(token) > 4096 or not re.fullmatch(r"k8s-aws-v1\.[A-Za-z0-9_-]+", token):
        raise Refused("token", "no token: prefix, length, or base64url without padding")
    text = token.partition(".")[2]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


def verify_token(token, cluster, lookup, now):
    """Refused, or who it speaks for."""
    url = urllib.parse.urlsplit(token_url(token))
    if url.scheme != "https" or not STS_HOST.fullmatch(url.netloc) or url.path != "/":
        raise Refused("token", "not an address of STS: " + url.geturl()[:80])
    names = [pair.partition("=")[0].lower() for pair in url.query.split("&")]
    if len(names) != len(set(names)) or not set(names) <= TOKEN_PARAMETERS:
        raise Refused("token", f"parameters {names}")
    query = dict(urllib.parse.parse_qsl(url.query))
    if query.get("Action") != "GetCallerIdentity" or not 0 <= int(query["X-Amz-Expires"]) <= 900:
        raise Refused("token", "another action, or too long a life")
    if "x-k8s-aws-id" not in query["X-Amz-SignedHeaders"].split(";"):
        raise Refused("token", "the cluster is not signed")
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": "/?" + url.query,
        "HTTP_HOST": url.netloc,
        "HTTP_X_K8S_AWS_ID": cluster,
    }
    return verify(environ, b"", lookup, now)
