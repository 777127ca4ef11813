#!/bin/sh
# Profiles that this program's form adds are the AWS CLI's own: each field of each kind is read back
# by `aws configure get`, what stood in the files before still is, and version 2 lists the same names
# as we do. Asks no network.
set -u

if ! command -v aws >/dev/null 2>&1; then
    echo "SKIP profiles-interop: the AWS CLI is not installed"
    exit 77
fi

program=${TEST_BUILD:?}/ekshub-tui
probe=$TEST_BUILD/profiles-probe
work=$(mktemp -d)
passed=0 failed=0
trap 'rm -rf "$work"' EXIT
export HOME="$work" AWS_EC2_METADATA_DISABLED=true AWS_PAGER=
unset AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AWS_PROFILE AWS_REGION AWS_DEFAULT_REGION
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN

# WHAT WANTED GOT
same() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$1: wanted \"$2\", got \"$3\""
    fi
}

# KIND FIELD=TEXT...
add() {
    same "add $*" "" "$("$probe" "$@" 2>&1)"
}

# PROFILE KEY WANTED
reads() {
    same "$1 $2" "$3" "$(aws configure get "$2" --profile "$1" 2>&1)"
}

# An operator's files, with what they like to have in them.
mkdir "$work/.aws"
printf '# mine\r\n[default]\r\nregion = eu-west-1\r\noutput = text\r\n\r\n[profile old]\r\nregion=eu-north-1' >"$work/.aws/config"
printf '[default]\naws_access_key_id = AKIADEFAULT000000000\naws_secret_access_key = a/b+c=d\n' >"$work/.aws/credentials"

secret='wJalr/XUtn+FEMI=K7MDENG#bPxRfi;CYEXAMPLE'
add keys name=kube_admin region=us-east-2 key-id=AKIAIOSFODNN7EXAMPLE "secret=$secret"
reads kube_admin region us-east-2
reads kube_admin aws_access_key_id AKIAIOSFODNN7EXAMPLE
reads kube_admin aws_secret_access_key "$secret"

add keys name=short-lived region=us-west-2 key-id=ASIAIOSFODNN7EXAMPLE "secret=$secret" token=FwoGZXIvYXdzEXAMPLE==
reads short-lived aws_session_token FwoGZXIvYXdzEXAMPLE==

add role name=deployer region=us-east-2 role-arn=arn:aws:iam::123456789012:role/teams/deployer \
    source=kube_admin external-id=x-42 mfa=arn:aws:iam::123456789012:mfa/ada
reads deployer role_arn arn:aws:iam::123456789012:role/teams/deployer
reads deployer source_profile kube_admin
reads deployer external_id x-42
reads deployer mfa_serial arn:aws:iam::123456789012:mfa/ada
reads deployer region us-east-2

add sso name=analytics region=eu-west-1 sso-session=acme sso-url=https://acme.awsapps.com/start \
    sso-region=eu-west-1 sso-account=123456789012 sso-role=Analyst
reads analytics sso_session acme
reads analytics sso_account_id 123456789012
reads analytics sso_role_name Analyst
reads analytics region eu-west-1

# What was there, and both lists.
reads default region eu-west-1
reads default output text
reads default aws_secret_access_key a/b+c=d
reads old region eu-north-1
if theirs=$(aws configure list-profiles 2>/dev/null); then # version 2 alone can
    ours=$("$program" profiles -o json | tr '{' '\n' | sed -n 's/.*"name":"\([^"]*\)","kind.*/\1/p')
    same "the profiles" "$(echo "$theirs" | sort)" "$(echo "$ours" | sort)"
fi
same "mode of the credentials" 600 "$(stat -c %a "$work/.aws/credentials")"

listed=$(aws configure list --profile kube_admin)
case $listed in
*MPLE*us-east-2*) passed=$((passed + 1)) ;;
*)
    failed=$((failed + 1))
    echo "aws configure list: $listed"
    ;;
esac

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
