#!/bin/sh
# The real terraform roots, as far as they can be judged without AWS and without a registry: layout
# and syntax, pins, the inputs and outputs of modules, validation, and what the templates render.
# Needs terraform; skips by name what is not there.
set -u

unset TF_CLI_CONFIG_FILE TF_PLUGIN_CACHE_DIR
roots=${TEST_SOURCE:?}/assets/terraform
names=$TEST_SOURCE/tests/data/modules/names
work=$(mktemp -d)
passed=0 failed=0 skipped=0
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
export HOME="$work" CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1 TF_INPUT=0 NO_COLOR=1

is() { # WHAT, WANTED, GOT: a pattern
    case $3 in
    $2) passed=$((passed + 1)) ;;
    *)
        failed=$((failed + 1))
        printf 'FAILED %s: wanted %s, got:\n%s\n' "$1" "$2" "$3"
        ;;
    esac
}

skip() {
    skipped=$((skipped + 1))
    echo "SKIP roots: $*"
}

# ---- without terraform ----

for root in "$roots"/provision-*; do
    name=${root##*/}

    # Every version is a ~> and stands once.
    is "$name: pins" '' "$(grep -h '^ *version *=' "$root"/*.tf | grep -v 'local\.' | grep -v '~')"
    lines=$(wc -l <"$root/README.md")
    is "$name: the README" short "$([ "$lines" -le 16 ] && grep -q 'terraform init' "$root/README.md" && echo short)"

    # Inputs given to modules, and outputs taken from them, are names that those modules have.
    unknown=$(awk -v names="$names" '
        BEGIN { while ((getline line < names) > 0) { split(line, word, " "); known[word[1] " " word[2] " " word[3]] } }
        /^module "/ { split($0, part, "\""); module = part[2]; next }
        /^}/ { module = "" }
        module && /^  [a-z_0-9]+ *=/ && $1 !~ /^(source|version|count|providers|depends_on|for_each)$/ &&
            !((module " input " $1) in known) { print FILENAME ": module " module " has no input " $1 }
        { rest = $0
          while (match(rest, /module\.[a-z]+\[[0*]\]\.[a-z_0-9]+/)) {
              split(substr(rest, RSTART, RLENGTH), part, "[.[]"); taken = substr(rest, RSTART, RLENGTH)
              sub(/.*\]\./, "", taken)
              if (!((part[2] " output " taken) in known)) print FILENAME ": module " part[2] " has no output " taken
              rest = substr(rest, RSTART + RLENGTH) } }' "$root"/*.tf)
    is "$name: names of modules" '' "$unknown"
done

# A provider has one pin in all roots.
pins=$(awk '/source *= "hashicorp\//{ s = $3 } /version *= "~>/ && s { print s, $3, $4; s = "" }' \
    "$roots"/*/versions.tf | sort -u)
is "one pin a provider" '' "$(echo "$pins" | cut -d' ' -f1 | uniq -d)"

if ! command -v terraform >/dev/null; then
    skip "terraform is not installed"
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ]
    exit
fi

# ---- layout, syntax, references ----

is "terraform fmt" '' "$(terraform fmt -check -recursive -no-color "$roots" 2>&1)"
for root in "$roots"/provision-*; do
    # Without plugins it stops at the first thing that needs one; what comes before must be right.
    said=$(cd "$root" && terraform validate -json -no-color 2>&1 |
        grep -o '"summary": *"[^"]*"' | sort -u | grep -vE 'Module not installed|Missing required provider')
    is "${root##*/}: terraform validate" '' "$said"
done

# With the schemas of the providers: TERRAFORM_PLUGINS is a directory as `terraform providers mirror`
# makes it. Modules would have to be fetched, so the cluster's root is not among these.
for name in provision-pypi provision-ml-hub provision-domain; do
    if [ -z "${TERRAFORM_PLUGINS:-}" ]; then
        skip "terraform validate of $name: TERRAFORM_PLUGINS names no plugins, and no registry is asked"
        continue
    fi
    cp -R "$roots/$name" "$work/valid-$name"
    is "$name: terraform init" '*successfully initialized*' \
        "$(cd "$work/valid-$name" && terraform init -no-color -plugin-dir="$TERRAFORM_PLUGINS" 2>&1)"
    is "$name: terraform validate" '*is valid*' \
        "$(cd "$work/valid-$name" && terraform validate -no-color 2>&1)"
done

# ---- variables: what is refused, and in which words ----

variables_of() { # ROOT: a directory that has nothing but its variables
    mkdir -p "$work/$1"
    cp "$roots/$1/variables.tf" "$work/$1/"
    (cd "$work/$1" && terraform init -no-color >/dev/null 2>&1)
}

refused() { # ROOT, WORDS, ARGUMENTS...
    root=$1 words=$2
    shift 2
    is "$root: $*" "*$words*" "$(cd "$work/$root" && terraform plan -no-color "$@" 2>&1 | tr -s '\n│╵╷ ' ' ')"
}

variables_of provision-eks
eks='refused provision-eks'
$eks 'No changes' -var cluster_name=demo
$eks 'No changes' -var cluster_name=demo -var 'subnet_ids=["subnet-0a","subnet-0b"]'
$eks 'No value for required variable' -no-color
$eks 'begin with a letter or digit' -var 'cluster_name=-demo'
$eks 'azs must name two different zones' -var cluster_name=demo -var 'azs=["us-east-2a","us-east-2a"]'
$eks 'the subnets decide the zones' -var cluster_name=demo -var 'azs=["a","b"]' -var 'subnet_ids=["subnet-0a","subnet-0b"]'
$eks 'at least two subnets' -var cluster_name=demo -var 'subnet_ids=["subnet-0a"]'
$eks 'that cluster has its subnets' -var cluster_name=demo -var existing_cluster_name=x -var 'subnet_ids=["subnet-0a","subnet-0b"]'
$eks 'no comma' -var cluster_name=demo -var 'tags={a="b,c"}'
$eks 'ARN of an IAM policy' -var cluster_name=demo -var permissions_boundary=x
$eks 'must name a program' -var cluster_name=demo -var 'token_command=[]'

variables_of provision-pypi
pypi='refused provision-pypi'
$pypi 'No changes' -var pypi_bucket_name=acme-pypi -var pypi_admin_user=ada
$pypi 'whole number above 0' -var pypi_bucket_name=acme-pypi -var pypi_admin_user=ada -var pypi_secret_revision=0
$pypi 'SHA-crypt hash' -var pypi_bucket_name=acme-pypi -var pypi_admin_user=ada -var pypi_user_encrypted_pwd=secret

variables_of provision-ml-hub
hub='refused provision-ml-hub'
$hub 'No changes' -no-color
$hub 'must be mlhub or jupyterhub' -var hub_flavor=lab
$hub 'must be a URL' -var pip_index_url=pypi

variables_of provision-domain
given='-var zone_name=demo.example.org -var acme_email=ops@example.org'
hosts='-var hub_host=hub.demo.example.org -var pypi_host=pypi.demo.example.org'
domain="refused provision-domain"
$domain 'No changes' $given $hosts
$domain 'with no dot at its end' -var zone_name=demo.example.org. -var acme_email=ops@example.org $hosts
$domain 'hub_host must lie in the zone' $given -var hub_host=hub.example.org -var pypi_host=pypi.demo.example.org
$domain 'another one than hub_host' $given -var hub_host=x.demo.example.org -var pypi_host=x.demo.example.org
$domain 'must be an e-mail address' -var zone_name=demo.example.org -var acme_email=ops $hosts
$domain 'must be staging or production' $given $hosts -var acme_server=live
$domain 'or take dns01' $given $hosts -var challenge=http01 -var 'source_ranges=["203.0.113.7/32"]'
$domain 'No changes' $given $hosts -var challenge=http01

# ---- what is rendered ----

# The values of the hub's chart, and the settings of pypicloud, without the providers.
rendered() { # ROOT, EXPRESSION, ARGUMENTS...
    root=$1 expression=$2
    shift 2
    (cd "$work/$root" && echo "$expression" | terraform console -no-color "$@" 2>&1)
}

cp "$roots"/provision-ml-hub/charts.tf "$roots"/provision-ml-hub/mlhub.tf \
    "$roots"/provision-ml-hub/jupyterhub.tf "$roots"/provision-ml-hub/*.tftpl "$work/provision-ml-hub/"
sed -n '/^locals {$/,$p' "$roots/provision-ml-hub/main.tf" >"$work/provision-ml-hub/locals.tf"
cat >"$work/provision-ml-hub/eks.tf" <<'HCL'
locals {
  eks  = { cluster_name = "demo", storage_class = "ebs-csi-default-sc", region = "us-east-2" }
  tags = { "ekshub:deployment" = "demo/1" }
}
HCL
is "MLHub's chart" '*mlhub-chart-1.0.0.tgz"' "$(rendered provision-ml-hub local.chart)"
is "no repository for it" '*null*' "$(rendered provision-ml-hub local.repository)"
is "its values" '*"pvc":*"storageClassName": "ebs-csi-default-sc"*"type": "sqlite-pvc"*"enabled": false*"type": "ClusterIP"*' \
    "$(rendered provision-ml-hub local.values)"
is "closed, nothing is annotated" '*"annotations": {}*' "$(rendered provision-ml-hub local.values)"
is "open, it has ranges and tags" '*additional-resource-tags": "ekshub:deployment=demo/1"*source-ranges": "203.0.113.7/32"*' \
    "$(rendered provision-ml-hub local.values -var proxy_service_type=LoadBalancer -var 'source_ranges=["203.0.113.7/32"]')"
is "JupyterHub's chart" '"jupyterhub"' "$(rendered provision-ml-hub local.chart -var hub_flavor=jupyterhub)"
is "its repository" '"https://hub.jupyter.org/helm-chart"' "$(rendered provision-ml-hub local.repository -var hub_flavor=jupyterhub)"
is "its own image" '""' "$(rendered provision-ml-hub local.asked_image -var hub_flavor=jupyterhub)"
is "an image of ours" '*"name": "quay.io/x/y"*"tag": "1"*' \
    "$(rendered provision-ml-hub local.values -var hub_flavor=jupyterhub -var workspace_image=quay.io/x/y:1)"

pick() { # KEY of the user's config in MLHub's values, as text
    rendered provision-ml-hub "yamldecode(local.values).userConfig" "$@" | sed '1d;$d'
}

cp "$roots/provision-pypi/config.ini.tftpl" "$work/provision-pypi/"
sed -n '/^  # Settings of pypicloud/,/^  }$/p' "$roots/provision-pypi/config.tf" |
    sed '1i locals {' >"$work/provision-pypi/settings.tf"
echo '}' >>"$work/provision-pypi/settings.tf"
cat >"$work/provision-pypi/values.tf" <<'HCL'
variable "hash" {}
variable "keys" {
  default = false
}
locals {
  bucket_region = "us-east-2"
  config = templatefile("${path.module}/config.ini.tftpl", {
    admin        = var.pypi_admin_user
    hash         = var.hash
    keys         = var.keys
    key_id       = "AKIAIOSFODNN7EXAMPLE"
    key_secret   = "wJalrXUtnFEMI/K7MDENG"
    encrypt_key  = base64encode("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee")
    validate_key = base64encode("vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv")
  })
}
HCL
INDEX_PASSWORD='open%sesame #1'
export INDEX_PASSWORD
hash=$("${TEST_BUILD:?}/index-probe" hash)
given="-var pypi_bucket_name=acme-pypi -var pypi_admin_user=ada -var hash=$hash"
is "the admin's own name" "*user.ada = $hash*" "$(rendered provision-pypi local.config $given)"
is "no key with a role" '*invalidate_corrupt = true*[[]uwsgi]*' \
    "$(rendered provision-pypi local.config $given | grep -v aws_)"
is "nor a word of one" '' "$(rendered provision-pypi local.config $given | grep aws_)"
is "keys when asked for" '*storage.aws_access_key_id = AKIAIOSFODNN7EXAMPLE*' \
    "$(rendered provision-pypi local.config $given -var keys=true)"
is "a bucket with its region" '*"PPC_STORAGE_BUCKET" = "acme-pypi"*"PPC_STORAGE_REGION_NAME" = "us-east-2"*' \
    "$(rendered provision-pypi local.settings $given)"

# ---- the real pypicloud and Python take it ----

python_with() { # MODULES: the first python that can import them
    for candidate in "${PYTHON:-}" "$TEST_SOURCE/build/python/bin/python" python3; do
        if [ -n "$candidate" ] && "$candidate" -W ignore -c "import $1" 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

python=$(python_with ast)
if [ -n "$python" ]; then
    for arguments in '' '-var admin_user=a.b -var pip_index_url=http://pypi.default.svc.cluster.local/simple/'; do
        pick $arguments >"$work/config.py"
        is "MLHub's configuration is Python" 'good' \
            "$("$python" -c 'import ast, sys; ast.parse(open(sys.argv[1]).read()); print("good")' "$work/config.py" 2>&1)"
    done
else
    skip "no python3"
fi

python=$(python_with 'pypicloud, sqlalchemy, paste.deploy; assert sqlalchemy.__version__ < "2"')
if [ -n "$python" ]; then
    rendered provision-pypi local.config $given | sed '1d;$d' >"$work/config.ini"
    rendered provision-pypi local.settings $given | sed -n 's/^ *"\(PPC_[A-Z_]*\)" = "\(.*\)"$/\1=\2/p' >"$work/settings"
    port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    # The bucket and the path of the cache are not here; everything else is as in the cluster.
    env $(cat "$work/settings") PPC_PYPI_STORAGE=file PPC_STORAGE_DIR="$work/packages" \
        PPC_DB_URL="sqlite:///$work/db.sqlite" \
        "$python" -W ignore "$TEST_SOURCE/tests/interop/real_index.py" "$port" "$work/config.ini" >"$work/log" 2>&1 &
    server=$!
    probe=$TEST_BUILD/index-probe
    tries=0
    until "$probe" login "http://127.0.0.1:$port/simple/" ada >/dev/null 2>&1 || [ $tries = 100 ] || ! kill -0 "$server" 2>/dev/null; do
        tries=$((tries + 1))
        sleep 0.1
    done
    is "pypicloud knows the admin" '*logged in*' "$("$probe" login "http://127.0.0.1:$port/simple/" ada 2>&1; tail -3 "$work/log")"
    is "and nobody else" '*does not accept*' "$(INDEX_PASSWORD=wrong "$probe" login "http://127.0.0.1:$port/simple/" ada 2>&1)"
    is "and takes a package" '*the same bytes*' "$("$probe" publish "http://127.0.0.1:$port" ada "$TEST_SOURCE/assets/demo-pkg" 2>&1)"
else
    skip "pypicloud is not installed"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
