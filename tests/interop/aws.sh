#!/bin/sh
# Our AWS client judged by others: moto behind a strict check of signatures (gate.py), and the AWS
# CLI where it is installed. Needs a python3 that has moto and boto3; skips otherwise.
set -u

source=${TEST_SOURCE:?}
program=${TEST_BUILD:?}/ekshub-tui
probe=$TEST_BUILD/aws-probe

python=
for candidate in "${PYTHON:-}" "$source/build/python/bin/python" python3 python; do
    if [ -n "$candidate" ] && "$candidate" -c 'import moto.server, boto3' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "SKIP aws-interop: moto is not installed"
    exit 77
fi
cli=
for candidate in "$source/build/python/bin/aws" aws; do
    if "$candidate" --version >/dev/null 2>&1; then
        cli=$candidate
        break
    fi
done

work=$(mktemp -d)
gate=
passed=0 failed=0
trap '[ -z "$gate" ] || kill "$gate"; rm -rf "$work"' EXIT
export HOME="$work" PYTHONDONTWRITEBYTECODE=1
mkdir -p "$work/.aws/sso/cache"

# ---- an account ----

"$python" "$source/tests/interop/gate.py" "$work" >"$work/gate.log" 2>&1 &
gate=$!
while ! [ -e "$work/url" ]; do
    kill -0 "$gate" 2>/dev/null || { gate= && cat "$work/gate.log" && exit 1; }
    sleep 0.1
done
url=$(cat "$work/url")
export AWS_ENDPOINT_URL="$url" AWS_SHARED_CREDENTIALS_FILE="$work/credentials"
export AWS_CONFIG_FILE="$work/config" AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
export AWS_EC2_METADATA_DISABLED=true AWS_PAGER=

cat >"$AWS_CONFIG_FILE" <<'END_OF_CONFIG'
[profile deployer]
role_arn = arn:aws:iam::123456789012:role/deployer
source_profile = kube_admin
[profile again]
role_arn = arn:aws:iam::123456789012:role/deployer
role_session_name = again
source_profile = deployer
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = us-east-1
[profile portal]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = deployer
[profile shut]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = other
END_OF_CONFIG
AWS_PROFILE=kube_admin "$python" - "$work" <<'END_OF_SETUP' || { cat "$work/gate.log"; exit 1; }
import configparser, hashlib, json, sys
import boto3
work = sys.argv[1]
client = lambda name: boto3.client(name)
role = 'arn:aws:iam::123456789012:role/eks'
client('iam').create_account_alias(AccountAlias='acme')
client('s3').create_bucket(Bucket='acme-pypi')
client('route53').create_hosted_zone(Name='hub.example.org', CallerReference='1')
eks = client('eks')
eks.create_cluster(name='demo', roleArn=role, resourcesVpcConfig={'subnetIds': ['subnet-1']})
eks.create_nodegroup(clusterName='demo', nodegroupName='nodes', nodeRole=role, subnets=['subnet-1'])
name = hashlib.sha1(b'corp').hexdigest()
with open(f'{work}/.aws/sso/cache/{name}.json', 'w') as f:
    json.dump({'startUrl': 'https://corp.awsapps.com/start', 'region': 'us-east-1',
               'accessToken': 'signed-in', 'expiresAt': '2099-01-01T00:00:00Z'}, f)
known = configparser.RawConfigParser()
known.read(work + '/credentials')
keys = {'Version': 1, 'AccessKeyId': known['kube_admin']['aws_access_key_id'],
        'SecretAccessKey': known['kube_admin']['aws_secret_access_key']}
with open(work + '/credentials', 'a') as f:
    f.write(f"[printed]\ncredential_process = echo '{json.dumps(keys)}'\n")
END_OF_SETUP

control() { # PATH [JSON]
    if [ $# = 2 ]; then
        curl -sf --noproxy '*' --data "$2" "$url/gate/$1"
    else
        curl -sf --noproxy '*' "$url/gate/$1"
    fi
}

asked() { # WHAT: how often the gate was asked for it
    control log | tr ',' '\n' | grep -cE "$1"
}

has() { # WHAT, PATTERN, TEXT: the text contains the pattern
    case $3 in
    *"$2"*) passed=$((passed + 1)) ;;
    *)
        failed=$((failed + 1))
        echo "$1: wanted \"$2\", got \"$3\""
        ;;
    esac
}

is() { # WHAT, WANTED, GOT
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1: wanted \"$2\", got \"$3\""
    fi
}

expect() { # WHAT, PATTERN, PROFILE, VERB...: the probe's answer contains the pattern
    what=$1 pattern=$2 profile=$3
    shift 3
    has "$what" "$pattern" "$(AWS_PROFILE=$profile "$probe" "$@" 2>&1)"
}

# ---- every service that we ask, with keys of every kind ----

expect "the right key" "ok 123456789012 arn:aws:iam::123456789012:user/kube_admin" kube_admin identity
expect "the wrong secret" "(SignatureDoesNotMatch)" wrong identity
expect "an unknown key" "(InvalidClientTokenId)" unknown identity
expect "a process" "user/kube_admin" printed identity
expect "a role" ":assumed-role/deployer/ekshub-tui-" deployer identity
expect "a role by a role" ":assumed-role/deployer/again" again identity
expect "a cluster with the role" "ok demo ACTIVE" deployer cluster demo
expect "a sign-in" ":assumed-role/deployer/" portal identity
expect "a sign-in without the role" "No access (ForbiddenException)" shut identity
expect "zones" "us-east-1e(not usable)" kube_admin zones
expect "zones with the wrong secret" "(AuthFailure)" wrong zones
expect "zones without the right" "EC2 does not permit DescribeAvailabilityZones" limited zones
expect "a region" "ok opt-in-not-required" kube_admin region
expect "an alias" 'ok alias "acme"' kube_admin alias
expect "a cluster" "ok demo ACTIVE" kube_admin cluster demo
expect "a cluster with the wrong secret" "the secret key does not fit" wrong cluster demo
expect "a cluster that is not there" "No cluster found for name: nope" kube_admin cluster nope
expect "node groups" "ok 1 groups: nodes ACTIVE" kube_admin nodegroups demo
expect "load balancers of both kinds, roles, and all else" "ok 0 load balancers, 0 load balancers, " kube_admin inventory
expect "them without the right" "Elastic Load Balancing does not permit DescribeLoadBalancers" limited inventory
expect "a quota" "ok 64" kube_admin quota
expect "a quota with the wrong secret" "(InvalidSignatureException)" wrong quota
expect "a zone of Route53" "<Name>hub.example.org.</Name>" kube_admin records
expect "Route53 with the wrong secret" "(SignatureDoesNotMatch)" wrong records
expect "a bucket" "ok 200" kube_admin head acme-pypi
expect "an object is put" "ok 200" kube_admin put "acme-pypi/.ekshub-probe/7f3a"
expect "it is listed" "<Key>.ekshub-probe/7f3a</Key>" kube_admin list acme-pypi/.ekshub-probe
expect "it is read" "hello" kube_admin get "acme-pypi/.ekshub-probe/7f3a"
expect "it is removed" "ok 204" kube_admin delete "acme-pypi/.ekshub-probe/7f3a"
expect "and gone" "(NoSuchKey)" kube_admin get "acme-pypi/.ekshub-probe/7f3a"
expect "a bucket for states" "ok 200" kube_admin create acme-states
expect "which keeps versions" "ok 200" kube_admin versions acme-states
expect "a bucket that is not there" "error 404" kube_admin head acme-nowhere
expect "an object without the right" "S3 does not permit PutObject" limited put acme-pypi/k
expect "an object with the wrong secret" "the secret key does not fit" wrong put acme-pypi/k

# ---- bad days ----

control clock '{"offset": 3600}' >/dev/null
expect "a clock that is an hour behind" "user/kube_admin skew +3" kube_admin identity
expect "the same for S3" "ok 200" kube_admin head acme-pypi
expect "the same for EC2" "us-east-1e(not usable)" kube_admin zones
control clock '{"offset": -3600}' >/dev/null
expect "a clock that is an hour ahead" "user/kube_admin skew -3" kube_admin identity
control clock '{"offset": 0}' >/dev/null
slow='"action": "GetCallerIdentity", "status": 400, "code": "Throttling", "message": "Rate exceeded"'
control faults "[{$slow}]" >/dev/null
expect "once too often" "ok 123456789012" kube_admin identity
control faults "[{$slow, \"count\": 9}]" >/dev/null
has "always too often" "STS is asked too often for GetCallerIdentity: Rate exceeded (Throttling)." \
    "$(AWS_MAX_ATTEMPTS=1 AWS_PROFILE=kube_admin "$probe" identity)"
control faults '[{"action": "GetCallerIdentity", "status": 403, "code": "AccessDenied",
    "message": "no\u001b]0;owned\u0007 \u001b[2Jway", "count": 9}]' >/dev/null
said=$("$program" --profile kube_admin check 2>&1)
has "words that a terminal would obey" "^[[2Jway (AccessDenied)" "$said"
is "nothing of them is obeyed" "$said" "$(printf %s "$said" | tr -d '\033\007')"
control faults '[]' >/dev/null
control session '{"expires_in": -60}' | "$python" -c '
import json, sys
keys = json.load(sys.stdin)
print("[old]")
for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"):
    option = {"A": "aws_access_key_id", "S": "aws_secret_access_key"}[name[0]]
    print("aws_session_token" if name == "SessionToken" else option, "=", keys[name])
' >>"$AWS_SHARED_CREDENTIALS_FILE"
expect "a session that is over" "The credentials have expired, says STS" old identity
expect "the same of EKS" "(ExpiredTokenException)" old cluster demo

# ---- the program: its checks, its tokens, its profiles ----

checks() { "$program" --profile "$1" -o json check 2>/dev/null; }
state() { # JSON NAME: "pass"
    printf %s "$1" | "$python" -c 'import json, sys
print([c["state"] for c in json.load(sys.stdin)["checks"] if c["name"] == sys.argv[1]][0])' "$2"
}
all=$(checks kube_admin)
for name in identity clock region permissions quotas; do
    is "the check of $name" pass "$(state "$all" $name)"
done
all=$(checks limited)
is "permissions of a user who has few" warn "$(state "$all" permissions)"
is "the region of a user who may not ask" fail "$(state "$all" region)"
is "the identity of a wrong secret" fail "$(state "$(checks wrong)" identity)"

token_of() { "$python" -c 'import json, sys; print(json.load(sys.stdin)["status"]["token"])'; }
judged() { # CREDENTIAL: what an API server says
    control token "{\"token\": \"$(printf %s "$1" | token_of)\", \"cluster\": \"demo\"}"
}
ours() { "$program" token --cluster-name demo --region us-east-1 --profile "$1"; }
for profile in kube_admin printed deployer again portal; do
    has "a token of $profile" '"ok": true' "$(judged "$(ours $profile)")"
done
before=$(asked .)
for profile in kube_admin deployer again portal; do # the last two lie in the cache by now
    has "a token of $profile without a network" k8s-aws-v1. \
        "$(AWS_ENDPOINT_URL=http://127.0.0.1:9 AWS_MAX_ATTEMPTS=1 ours $profile 2>&1)"
done
is "nobody was asked" "$before" "$(asked .)"

# ---- the AWS CLI beside us ----

if [ -n "$cli" ]; then
    is "the bucket for states, as the AWS CLI sees it" "Enabled" \
        "$("$cli" --profile kube_admin s3api get-bucket-versioning --bucket acme-states --query Status --output text 2>&1)"
    theirs() { "$cli" --profile "$1" sts get-caller-identity --query Arn --output text 2>&1; }
    shape() { # CREDENTIAL: what a token says, but for its time and signature
        printf %s "$1" | token_of | "$python" -c '
import base64, sys, urllib.parse as u
text = sys.stdin.read().strip().partition(".")[2]
url = u.urlsplit(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
query = {k: "" if k in ("X-Amz-Date", "X-Amz-Signature") else v for k, v in u.parse_qsl(url.query)}
print(url.scheme, url.netloc, url.path, sorted(query.items()))'
    }
    # Version 1 does not keep the keys of a sign-in.
    shared="kube_admin deployer again"
    case $("$cli" --version 2>&1) in aws-cli/1.*) ;; *) shared="$shared portal" ;; esac
    is "a sign-in is who the AWS CLI says" "$(theirs portal)" \
        "$(AWS_PROFILE=portal "$probe" identity | cut -d' ' -f3)"
    for profile in $shared; do
        # What we keep is what the AWS CLI finds, and the other way round.
        mine=$(AWS_PROFILE=$profile "$probe" identity)
        has "$profile is who the AWS CLI says, by our cache" "$(theirs $profile)" "$mine"
        rm -rf "$work/.aws/cli/cache"
        known=$(theirs $profile)
        before=$(asked "AssumeRole|GetRoleCredentials")
        expect "$profile is who the AWS CLI says, by its cache" "$known" $profile identity
        is "$profile asks nobody again" "$before" "$(asked "AssumeRole|GetRoleCredentials")"
        # The endpoint of the environment would land in the CLI's token.
        is "the token of $profile" \
            "$(shape "$(env -u AWS_ENDPOINT_URL AWS_ENDPOINT_URL_SSO="$url" "$cli" --profile $profile \
                eks get-token --cluster-name demo --region us-east-1)")" "$(shape "$(ours $profile)")"
    done
    # Version 1 of the AWS CLI has no list-profiles; this is what it would print.
    is "the names of profiles" \
        "$("$python" -c 'import boto3; print(*sorted(boto3.Session().available_profiles), sep="\n")')" \
        "$("$program" profiles -o json | "$python" -c '
import json, sys
print(*sorted(p["name"] for p in json.load(sys.stdin)["profiles"]), sep="\n")')"
else
    echo "skipped: the AWS CLI is not installed"
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
