#!/bin/sh
# A sign-in at IAM Identity Center by this program is one of the AWS CLI: what we write it uses and
# renews, and what it renews we use. IAM Identity Center and STS are played by a few lines of Python.
set -u

python=
for candidate in "${PYTHON:-}" python3 python; do
    if [ -n "$candidate" ] && "$candidate" -c 'import http.server' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ] || ! command -v aws >/dev/null 2>&1; then
    echo "SKIP signin-interop: the AWS CLI is not installed"
    exit 77
fi

program=${TEST_BUILD:?}/ekshub-tui
work=$(mktemp -d)
server=
passed=0 failed=0
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

cat >"$work/server.py" <<'END'
import http.server, json, os, sys, time
polls = 0
identity = ('<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
            '<GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/Admin/%s</Arn>'
            '<UserId>A:x</UserId><Account>123456789012</Account></GetCallerIdentityResult>'
            '</GetCallerIdentityResponse>')

def token(name):
    return {'accessToken': name, 'tokenType': 'Bearer', 'expiresIn': 3600, 'refreshToken': name + '-again'}

class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def say(self, status, body, kind=None):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'text/xml' if isinstance(body, str) else 'application/json')
        if kind:
            self.send_header('x-amzn-ErrorType', kind)
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        bearer = self.headers.get('x-amz-sso_bearer_token', '')
        if not self.path.startswith('/federation/credentials?'):
            self.say(404, {})
        elif not bearer.startswith('first') and not bearer.startswith('second'):
            self.say(401, {'message': 'Session token not found or invalid'}, 'UnauthorizedException')
        else:
            self.say(200, {'roleCredentials': {
                'accessKeyId': 'ASIA' + bearer.upper(), 'secretAccessKey': 's', 'sessionToken': 't',
                'expiration': int((time.time() + 3600) * 1000)}})

    def do_POST(self):
        global polls
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        if self.path == '/client/register':
            asked = json.loads(body)
            assert asked['clientType'] == 'public' and asked['scopes'] == ['sso:account:access']
            self.say(200, {'clientId': 'id', 'clientSecret': 'cs', 'clientIdIssuedAt': 0,
                           'clientSecretExpiresAt': int(time.time()) + 7776000})
        elif self.path == '/device_authorization':
            self.say(200, {'deviceCode': 'dc', 'userCode': 'ABCD-EFGH', 'verificationUri': 'https://p.test/',
                           'verificationUriComplete': 'https://p.test/?c=ABCD-EFGH',
                           'expiresIn': 600, 'interval': 1})
        elif self.path == '/token':
            asked = json.loads(body)
            polls += 1
            if asked['grantType'] == 'refresh_token':
                self.say(200, token('second'))
            elif polls == 1:
                self.say(400, {'error': 'authorization_pending'}, 'AuthorizationPendingException')
            else:
                self.say(200, token('first'))
        elif b'GetCallerIdentity' in body:
            key = self.headers['Authorization'].split('Credential=')[1].split('/')[0]
            self.say(200, identity % key)
        else:
            self.say(404, {})

server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
with open(sys.argv[1] + '.new', 'w') as f:
    f.write(str(server.server_port))
os.rename(sys.argv[1] + '.new', sys.argv[1])
server.serve_forever()
END
"$python" "$work/server.py" "$work/port" &
server=$!
"$python" -c 'import os, sys, time
for _ in range(600):
    if os.path.exists(sys.argv[1]): break
    time.sleep(0.1)' "$work/port"

HOME=$work/home
AWS_ENDPOINT_URL=http://127.0.0.1:$(cat "$work/port")
AWS_MAX_ATTEMPTS=1 AWS_EC2_METADATA_DISABLED=true AWS_DEFAULT_REGION=us-east-2
HTTPS_PROXY=http://127.0.0.1:1 NO_PROXY=127.0.0.1
export HOME AWS_ENDPOINT_URL AWS_MAX_ATTEMPTS AWS_EC2_METADATA_DISABLED AWS_DEFAULT_REGION HTTPS_PROXY NO_PROXY
mkdir -p "$HOME/.aws" "$work/dir"
cat >"$HOME/.aws/config" <<'END'
[profile x]
region = us-east-2
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Admin
[sso-session corp]
sso_start_url = https://c.test/start
sso_region = eu-west-1
sso_registration_scopes = sso:account:access
END

expect() { # WHAT, PATTERN, TEXT
    case $3 in
    *"$2"*) passed=$((passed + 1)) ;;
    *)
        failed=$((failed + 1))
        echo "$1: wanted \"$2\", got \"$3\""
        ;;
    esac
}

cd "$work/dir" || exit 1
ours=$(printf 'x\nq\n' | "$program" --plain 2>&1)
expect "the code is shown" "ABCD-EFGH" "$ours"
expect "the sign-in comes" "Signed in." "$ours"
expect "its keys work" "assumed-role/Admin/ASIAFIRST" "$ours"
rm -rf "$HOME/.aws/cli"
theirs=$(aws --profile x sts get-caller-identity --query Arn --output text 2>&1)
expect "the AWS CLI uses our sign-in" "assumed-role/Admin/ASIAFIRST" "$theirs"

# Over, as far as the file says: the AWS CLI renews it with what we keep beside it.
file=$HOME/.aws/sso/cache/$(printf corp | sha1sum | cut -d' ' -f1).json
sed 's/"expiresAt": *"[^"]*"/"expiresAt":"2020-01-01T00:00:00Z"/' "$file" >"$file.new" && mv "$file.new" "$file"
rm -rf "$HOME/.aws/cli"
theirs=$(aws --profile x sts get-caller-identity --query Arn --output text 2>&1)
expect "the AWS CLI renews our sign-in" "assumed-role/Admin/ASIASECOND" "$theirs"
rm -rf "$HOME/.aws/cli"
ours=$("$program" --profile x token --cluster-name c 2>&1)
expect "we use what it renewed" "k8s-aws-v1." "$ours"
expect "and keep the keys where it looks" "ASIASECOND" "$(cat "$HOME"/.aws/cli/cache/*.json)"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
