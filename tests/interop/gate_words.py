"""How AWS refuses, in the dialect of each service."""
import html
import json
import time

QUERY = ("sts", "iam", "elasticloadbalancing", "route53", "autoscaling")
JSON_11 = ("servicequotas", "logs", "pricing", "acm", "kms")

INVALID = "The security token included in the request is invalid."
EXPIRED = "The security token included in the request is expired"
MISSING = "Request is missing Authentication Token"
UNABLE = "AWS was not able to validate the provided access credentials"
DIFFERENT = (
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details."
)

# kind -> dialect -> status, code, words (None: those of the refusal). json 1.1 says what rest-json
# says, with status 400.
WORDS = {
    "missing": {
        "query": (403, "MissingAuthenticationToken", MISSING),
        "ec2": (400, "MissingParameter", "The request must contain the parameter AWSAccessKeyId"),
        "s3": (403, "AccessDenied", "Access Denied"),
        "rest": (403, "MissingAuthenticationTokenException", "Missing Authentication Token"),
    },
    "key": {
        "query": (403, "InvalidClientTokenId", INVALID),
        "ec2": (401, "AuthFailure", UNABLE),
        "s3": (
            403,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
        "rest": (403, "UnrecognizedClientException", INVALID),
    },
    "token": {
        "query": (403, "InvalidClientTokenId", INVALID),
        "ec2": (401, "AuthFailure", UNABLE),
        "s3": (400, "InvalidToken", "The provided token is malformed or otherwise invalid."),
        "rest": (403, "UnrecognizedClientException", INVALID),
    },
    "signature": {
        "query": (403, "SignatureDoesNotMatch", DIFFERENT),
        "ec2": (401, "AuthFailure", UNABLE),
        "s3": (403, "SignatureDoesNotMatch", DIFFERENT),
        "rest": (403, "InvalidSignatureException", DIFFERENT),
    },
    "expired": {
        "query": (403, "ExpiredToken", EXPIRED),
        "ec2": (400, "RequestExpired", "Request has expired."),
        "s3": (400, "ExpiredToken", "The provided token has expired."),
        "rest": (403, "ExpiredTokenException", EXPIRED),
    },
    "clock": {
        "query": (403, "SignatureDoesNotMatch", None),
        "ec2": (400, "RequestExpired", "Request has expired."),
        "s3": (
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        ),
        "rest": (403, "InvalidSignatureException", None),
    },
    "denied": {
        "query": (403, "AccessDenied", None),
        "ec2": (403, "UnauthorizedOperation", None),
        "s3": (403, "AccessDenied", None),
        "rest": (403, "AccessDeniedException", None),
    },
}
WORDS["hash"] = {
    **WORDS["signature"],
    "s3": (
        400,
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ),
}


def dialect(service):
    if service in ("ec2", "s3"):
        return service
    return "query" if service in QUERY else "json" if service in JSON_11 else "rest"


def refusal(service, kind, words, method, now):
    """Status, headers and body for a row of WORDS."""
    speech = dialect(service)
    status, code, usual = WORDS[kind]["rest" if speech == "json" else speech]
    return error(service, 400 if speech == "json" else status, code, usual or words, method, now)


def error(service, status, code, words, method, now):
    speech, text, kind = dialect(service), html.escape(words, quote=False), "text/xml"
    headers = [("x-amzn-RequestId", "f1c7")]
    if speech == "query":
        body = (
            f"<ErrorResponse>\n <Error>\n  <Type>Sender</Type>\n  <Code>{code}</Code>\n"
            f"  <Message>{text}</Message>\n </Error>\n <RequestId>f1c7</RequestId>\n</ErrorResponse>\n"
        )
    elif speech == "ec2":
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>{code}</Code>'
            f"<Message>{text}</Message></Error></Errors><RequestID>f1c7</RequestID></Response>"
        )
    elif speech == "s3":
        server = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code>'
            f"<Message>{text}</Message><ServerTime>{server}</ServerTime></Error>"
        )
        body = "" if method == "HEAD" else body
    elif speech == "json":
        kind, body = "application/x-amz-json-1.1", json.dumps({"__type": code, "message": words})
    else:
        kind, body = "application/json", json.dumps({"message": words})
        headers.append(("x-amzn-ErrorType", code))
    return status, headers + [("Content-Type", kind)], body.encode()
