#!/usr/bin/env python3
"""moto (https://docs.getmoto.org) behind a strict door, on loopback: gate_signature.py checks every
request as AWS does, moto knows accounts, policies and things, and what it lacks is added here
(the SSO portal, SimulatePrincipalPolicy, quotas). Moto's own check refuses right requests and
accepts wrong ones, so it is left out.

usage: gate.py DIRECTORY    serves until it is ended; DIRECTORY gets url, credentials and config
Control, unsigned: POST /gate/clock {"offset": SECONDS}
                   POST /gate/faults [{"action", "status", "code", "message", "count"}]
                   POST /gate/session {"expires_in": SECONDS}   keys of the role deployer
                   POST /gate/token {"token", "cluster"}        an API server's judgement
                   GET  /gate/log                               what was asked, oldest first
"""
import calendar
import io
import json
import os
import re
import sys
import time
import urllib.parse

os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "0"  # before moto is read: policies count at once

import moto.iam.access_control as access  # noqa: E402
from moto.iam.models import iam_backends  # noqa: E402
from moto.server import DomainDispatcherApplication, create_backend_app  # noqa: E402
from moto.sts.models import sts_backends  # noqa: E402
from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: E402

import gate_signature as signature  # noqa: E402
import gate_words as words  # noqa: E402

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deployer"
SECRET = "gate/secret+key/000000000000000EXAMPLE"
ALLOW = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":%s,"Resource":"*"}]}'
USERS = {"kube_admin": '"*"', "limited": '["eks:ListClusters","ec2:DescribeRegions"]'}
TRUST = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},'
    '"Action":"sts:AssumeRole"}]}'
)

offset, faults, log = 0, [], []


def now():
    return time.time() + offset


# ---- the account ----


def key_of(user):
    return "AKIA" + user.upper().replace("_", "").ljust(16, "0")


def seed():
    access.IAMRequestBase.check_signature = lambda self: None
    iam = iam_backends[ACCOUNT]["aws"]
    for user, actions in USERS.items():
        iam.create_user("us-east-1", user)
        iam.put_user_policy(user, "p", ALLOW % actions)
        key = iam.create_access_key(user)
        iam.access_keys.pop(key.physical_resource_id, None)
        key.access_key_id, key.secret_access_key = key_of(user), SECRET
        iam.access_keys[key.physical_resource_id] = key
    iam.create_role("deployer", TRUST, "/", None, "", [], 3600)
    iam.put_role_policy("deployer", "p", ALLOW % '"*"')


def lookup(key):
    """Secret, session token and its end, in seconds; None for a key that nobody has."""
    for user in iam_backends[ACCOUNT]["aws"].users.values():
        for known in user.access_keys:
            if known.access_key_id == key:
                return known.secret_access_key, None, None
    for role in sts_backends[ACCOUNT]["aws"].assumed_roles:
        if role.access_key_id == key:
            return role.secret_access_key, role.session_token, calendar.timegm(role.expiration.timetuple())
    return None


def session(expires_in):
    role = sts_backends[ACCOUNT]["aws"].assume_role("us-east-1", "gate", ROLE, None, expires_in, None)
    return {
        "AccessKeyId": role.access_key_id,
        "SecretAccessKey": role.secret_access_key,
        "SessionToken": role.session_token,
        "Expiration": role.expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


# ---- what moto does not know ----


def answer(value, status=200, kind="application/json", **headers):
    head = [(name.replace("_", "-"), text) for name, text in headers.items()]
    return status, [("Content-Type", kind)] + head, json.dumps(value).encode()


def portal(environ):
    """The SSO portal: no signature, the token of a sign-in."""
    query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))
    if environ.get("HTTP_X_AMZ_SSO_BEARER_TOKEN") != "signed-in":
        return answer(
            {"message": "Session token not found or invalid"}, 401, x_amzn_ErrorType="UnauthorizedException"
        )
    if query.get("role_name") != "deployer":
        return answer({"message": "No access"}, 403, x_amzn_ErrorType="ForbiddenException")
    keys = session(3600)
    return answer(
        {
            "roleCredentials": {
                "accessKeyId": keys["AccessKeyId"],
                "secretAccessKey": keys["SecretAccessKey"],
                "sessionToken": keys["SessionToken"],
                "expiration": int((now() + 3600) * 1000),
            }
        }
    )


def simulate(body):
    """The policies of the user, really; a role may do everything here."""
    form = urllib.parse.parse_qs(body.decode())
    actions = [v[0] for k, v in form.items() if k.startswith("ActionNames.member.")]
    iam, arn = iam_backends[ACCOUNT]["aws"], form["PolicySourceArn"][0]
    policies = [ALLOW % '"*"']
    if ":user/" in arn:
        user = arn.rpartition("/")[2]
        policies = [iam.get_user_policy(user, name) for name in iam.list_user_policies(user)]
    allowed = [access.IAMPolicy(policy) for policy in policies]
    members = ""
    for action in actions:
        may = any(p.is_action_permitted(action) == access.PermissionResult.PERMITTED for p in allowed)
        members += (
            f"<member><EvalActionName>{action}</EvalActionName><EvalResourceName>*</EvalResourceName>"
            f"<EvalDecision>{'allowed' if may else 'implicitDeny'}</EvalDecision></member>"
        )
    text = (
        "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><IsTruncated>false"
        f"</IsTruncated><EvaluationResults>{members}</EvaluationResults>"
        "</SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
    )
    return 200, [("Content-Type", "text/xml")], text.encode()


def quota(body):
    asked = json.loads(body)
    value = {"QuotaName": "a quota", "Value": 64.0, "Unit": "None", "Adjustable": True}
    return answer({"Quota": {**asked, **value}}, kind="application/x-amz-json-1.1")


def added(asked, action, body):
    if asked.service == "iam" and action == "SimulatePrincipalPolicy":
        return simulate(body)
    if asked.service == "servicequotas" and action == "GetServiceQuota":
        return quota(body)
    return None


# ---- the door ----


def action_of(environ, body):
    if environ.get("HTTP_X_AMZ_TARGET"):
        return environ["HTTP_X_AMZ_TARGET"].rpartition(".")[2]
    text = environ.get("QUERY_STRING", "")
    if "urlencoded" in environ.get("CONTENT_TYPE", ""):
        text += "&" + body.decode("latin-1")
    found = re.search(r"(?:^|&)Action=(\w+)", text)
    return found.group(1) if found else f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"


def service_of(environ):
    """Of a request that could not even be read."""
    asked = environ.get("gate.asked")
    return getattr(asked, "service", "sts" if environ["REQUEST_METHOD"] == "POST" else "eks")


def fault_for(asked, action):
    for fault in faults:
        if fault["action"] == action and fault.get("count", 1) > 0:
            fault["count"] = fault.get("count", 1) - 1
            how = fault["status"], fault["code"], fault["message"]
            return words.error(asked.service, *how, asked.method, now())
    return None


def by_moto(moto, environ, asked):
    got = {}
    if asked.presigned:  # moto finds its way by this header alone
        scope = f"{asked.key}/{asked.day}/{asked.region}/{asked.service}/aws4_request"
        environ["HTTP_AUTHORIZATION"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    parts = moto(environ, lambda status, head, _=None: got.update(status=status, head=head))
    body = b"".join(parts)
    if got["status"].startswith("403") and b"<Code>AccessDenied</Code>" in body:
        said = re.search(rb"<Message>(.*?)</Message>", body).group(1).decode()
        return words.refusal(asked.service, "denied", said, asked.method, now())
    return int(got["status"].split()[0]), got["head"], body


def control(path, body):
    global offset
    value = json.loads(body or b"null")
    if path == "/gate/clock":
        offset = value["offset"]
    elif path == "/gate/faults":
        faults[:] = value
    elif path == "/gate/session":
        return answer(session(value["expires_in"]))
    elif path == "/gate/token":
        try:
            who = signature.verify_token(value["token"], value["cluster"], lookup, now())
            return answer({"ok": True, "key": who.key, "region": who.region})
        except signature.Refused as refused:
            return answer({"ok": False, "why": refused.why})
    return answer(log)


def serve(moto, environ, body):
    path = environ["PATH_INFO"]
    if path.startswith("/gate/"):
        return control(path, body)
    if path == "/federation/credentials":
        log.append("sso GetRoleCredentials")
        return portal(environ)
    try:
        asked = signature.verify(environ, body, lookup, now())
    except signature.Refused as refused:
        log.append(f"refused {refused.kind}: {refused.why}")
        how = refused.kind, refused.words or ""
        return words.refusal(service_of(environ), *how, environ["REQUEST_METHOD"], now())
    action = action_of(environ, body)
    log.append(f"{asked.service} {action}")
    environ["wsgi.input"] = io.BytesIO(body)
    return fault_for(asked, action) or added(asked, action, body) or by_moto(moto, environ, asked)


class Handler(WSGIRequestHandler):
    def make_environ(self):
        environ = super().make_environ()
        token = self.headers.get("x-amz-sso_bearer_token")  # dropped for its underscores
        if token:
            environ["HTTP_X_AMZ_SSO_BEARER_TOKEN"] = token
        return environ

    def date_time_string(self, timestamp=None):
        return super().date_time_string(now())

    def log(self, *_):
        pass


def main():
    moto, directory = DomainDispatcherApplication(create_backend_app), sys.argv[1]

    def application(environ, start):
        size = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(size) if size else b""
        status, headers, content = serve(moto, environ, body)
        headers = [(k, v) for k, v in headers if k.lower() != "content-length"]
        start(f"{status} X", headers + [("Content-Length", str(len(content)))])
        return [content]

    seed()
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Handler)
    with open(directory + "/credentials", "w") as out:
        for user in USERS:
            out.write(f"[{user}]\naws_access_key_id = {key_of(user)}\naws_secret_access_key = {SECRET}\n")
        out.write(f"[wrong]\naws_access_key_id = {key_of('kube_admin')}\naws_secret_access_key = no\n")
        out.write("[unknown]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = no\n")
    with open(directory + "/url.new", "w") as out:
        out.write(f"http://127.0.0.1:{server.port}")
    os.rename(directory + "/url.new", directory + "/url")
    server.serve_forever()


if __name__ == "__main__":
    main()
