#!/bin/sh
# Our AWS client against moto with signature checks on: another program, by other people, judges
# our requests. Needs a python3 that has moto and boto3; skips otherwise.
# (Moto wants x-amz-content-sha256 on every request and forms exactly as Python encodes them; what
# it does not check, such as clocks, presigned URLs and scopes, is checked elsewhere.)
set -u

python=
for candidate in "${PYTHON:-}" python3 python; do
    if [ -n "$candidate" ] && "$candidate" -c 'import moto.server, boto3' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "SKIP aws-interop: moto is not installed"
    exit 77
fi

probe=${TEST_BUILD:?}/aws-probe
work=$(mktemp -d)
server=
passed=0 failed=0
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port
INITIAL_NO_AUTH_ACTION_COUNT=1000000 "$python" -m moto.server -H 127.0.0.1 -p "$port" >"$work/log" 2>&1 &
server=$!

# Makes users, keys and a cluster while nothing is checked yet; from then on everything is.
AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x "$python" - "$url" "$work" <<'END' || { cat "$work/log"; exit 1; }
import sys, time, urllib.request
import boto3
url, work = sys.argv[1:]
for _ in range(600):
    try:
        urllib.request.urlopen(url + '/moto-api/')
        break
    except OSError:
        time.sleep(0.1)
client = lambda name: boto3.client(name, endpoint_url=url, region_name='us-east-1')
iam = client('iam')
allow = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"%s","Resource":"*"}]}'
profiles = {}
for user, actions in (('kube_admin', '*'), ('limited', 'eks:ListClusters')):
    iam.create_user(UserName=user)
    iam.put_user_policy(UserName=user, PolicyName='p', PolicyDocument=allow % actions)
    key = iam.create_access_key(UserName=user)['AccessKey']
    profiles[user] = key['AccessKeyId'], key['SecretAccessKey']
profiles['wrong'] = profiles['kube_admin'][0], 'not-the-secret'
profiles['unknown'] = 'AKIAIOSFODNN7EXAMPLE', 'x'
iam.create_account_alias(AccountAlias='acme')
role = 'arn:aws:iam::123456789012:role/eks'
client('s3').create_bucket(Bucket='acme-pypi')
eks = client('eks')
eks.create_cluster(name='demo', roleArn=role, resourcesVpcConfig={'subnetIds': ['subnet-1']})
eks.create_nodegroup(clusterName='demo', nodegroupName='nodes', nodeRole=role, subnets=['subnet-1'])
trust = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'
iam.create_role(RoleName='deployer', AssumeRolePolicyDocument=trust)
iam.put_role_policy(RoleName='deployer', PolicyName='p', PolicyDocument=allow % '*')
key, secret = profiles['kube_admin']
keys = '{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"%s"}' % (key, secret)
with open(work + '/credentials', 'w') as f:
    f.write('[deployer]\nrole_arn = arn:aws:iam::123456789012:role/deployer\nsource_profile = kube_admin\n')
    f.write(f"[printed]\ncredential_process = echo '{keys}'\n")
    for name, (key, secret) in profiles.items():
        f.write(f'[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n')
urllib.request.urlopen(urllib.request.Request(url + '/moto-api/reset-auth', data=b'0', headers={'Content-Type': 'text/plain'}))
END

expect() { # WHAT, PATTERN, PROFILE, VERB...: the probe's answer contains the pattern
    what=$1 pattern=$2 profile=$3
    shift 3
    answer=$(AWS_PROFILE=$profile AWS_REGION=us-east-1 AWS_ENDPOINT_URL=$url AWS_MAX_ATTEMPTS=1 \
        AWS_SHARED_CREDENTIALS_FILE=$work/credentials AWS_CONFIG_FILE=/dev/null "$probe" "$@" 2>&1)
    case $answer in
    *"$pattern"*) passed=$((passed + 1)) ;;
    *)
        failed=$((failed + 1))
        echo "$what: wanted \"$pattern\", got \"$answer\""
        ;;
    esac
}

expect "the right key" "ok 123456789012 arn:aws:iam::123456789012:user/kube_admin" kube_admin identity
expect "the wrong secret" "(SignatureDoesNotMatch)" wrong identity
expect "an unknown key" "(InvalidClientTokenId)" unknown identity
expect "a process" "user/kube_admin" printed identity
expect "a role" ":assumed-role/deployer/ekshub-tui-" deployer identity
expect "a cluster with the role" "ok demo ACTIVE" deployer cluster demo
# What we keep for a role is what the AWS CLI finds, and the other way round.
if command -v aws >/dev/null 2>&1; then
    theirs=$(AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_ENDPOINT_URL=$url \
        AWS_SHARED_CREDENTIALS_FILE=$work/credentials AWS_CONFIG_FILE=/dev/null \
        aws --profile deployer sts get-caller-identity --query Arn --output text 2>&1)
    expect "the same session as the AWS CLI" "$theirs" deployer identity
    case $theirs in
    *:assumed-role/deployer/ekshub-tui-*) passed=$((passed + 1)) ;;
    *) failed=$((failed + 1)) && echo "the AWS CLI did not use our cache: $theirs" ;;
    esac
    rm -rf "$HOME/.aws/cli/cache"
    theirs=$(AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_ENDPOINT_URL=$url \
        AWS_SHARED_CREDENTIALS_FILE=$work/credentials AWS_CONFIG_FILE=/dev/null \
        aws --profile deployer sts get-caller-identity --query Arn --output text 2>&1)
    expect "the AWS CLI's own session" "$theirs" deployer identity
fi
expect "zones" "us-east-1e(not usable)" kube_admin zones
expect "zones with the wrong secret" "(AuthFailure)" wrong zones
expect "zones without the right" "EC2 does not permit DescribeAvailabilityZones" limited zones
expect "a region" "ok opt-in-not-required" kube_admin region
expect "an alias" 'ok alias "acme"' kube_admin alias
expect "a cluster" "ok demo ACTIVE" kube_admin cluster demo
expect "a cluster with the wrong secret" "the secret key does not fit" wrong cluster demo
expect "a cluster that is not there" "No cluster found for name: nope" kube_admin cluster nope
expect "node groups" "ok 1 groups: nodes ACTIVE" kube_admin nodegroups demo
expect "a bucket" "ok 200" kube_admin head acme-pypi
expect "an object is put" "ok 200" kube_admin put "acme-pypi/.ekshub-probe/7f3a"
expect "it is listed" "<Key>.ekshub-probe/7f3a</Key>" kube_admin list acme-pypi/.ekshub-probe
expect "it is read" "hello" kube_admin get "acme-pypi/.ekshub-probe/7f3a"
expect "it is removed" "ok 204" kube_admin delete "acme-pypi/.ekshub-probe/7f3a"
expect "and gone" "(NoSuchKey)" kube_admin get "acme-pypi/.ekshub-probe/7f3a"
expect "a bucket that is not there" "error 404" kube_admin head acme-nowhere
expect "an object without the right" "S3 does not permit PutObject" limited put acme-pypi/k
expect "an object with the wrong secret" "the secret key does not fit" wrong put acme-pypi/k

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
