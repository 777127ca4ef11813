/* The rehearsal's home. None of these keys opens anything. */
#include "core/rehearsal/home.h"

#include "core/base/paths.h"
#include "core/rehearsal/cloud.h"

#include "core/base/alloc.h"

static const char credentials[] =
    "# Made for a rehearsal. These keys work with the simulated AWS and nowhere else.\n"
    "[default]\n"
    "aws_access_key_id = " CLOUD_ACCESS_KEY "\n"
    "aws_secret_access_key = " CLOUD_SECRET_KEY "\n"
    "\n"
    "[kube_admin]\n"
    "aws_access_key_id = " CLOUD_ACCESS_KEY "\n"
    "aws_secret_access_key = " CLOUD_SECRET_KEY "\n"
    "\n"
    "[retired]\n"
    "aws_access_key_id = AKIARETIRED000000001\n"
    "aws_secret_access_key = rehearsal/this-key-was-deleted/00000001\n";

static const char config[] = "# Made for a rehearsal.\n"
                             "[default]\n"
                             "region = us-east-1\n"
                             "\n"
                             "[profile kube_admin]\n"
                             "region = us-east-2\n"
                             "\n"
                             "[profile analytics]\n"
                             "region = eu-west-1\n"
                             "sso_session = acme\n"
                             "sso_account_id = " WORLD_ACCOUNT "\n"
                             "sso_role_name = " CLOUD_PORTAL_ROLE "\n"
                             "\n"
                             "[sso-session acme]\n"
                             "sso_region = eu-west-1\n"
                             "sso_start_url = https://acme.awsapps.com/start\n"
                             "sso_registration_scopes = sso:account:access\n"
                             "\n"
                             "[profile ci]\n"
                             "region = us-east-2\n"
                             "role_arn = arn:aws:iam::" WORLD_ACCOUNT ":role/ci\n"
                             "source_profile = default\n"
                             "\n"
                             "[profile deployer]\n"
                             "region = us-east-2\n"
                             "role_arn = arn:aws:iam::" WORLD_ACCOUNT ":role/" CLOUD_MFA_ROLE "\n"
                             "source_profile = default\n"
                             "mfa_serial = " CLOUD_MFA_SERIAL "\n"
                             "\n"
                             "[profile retired]\n"
                             "region = us-east-2\n";

static bool write_once(const char *path, const char *content, struct error *err)
{
    return file_exists(path) || file_write(path, str_of(content), 0600, err);
}

bool home_write(const char *dir, struct error *err)
{
    char aws[PATH_MAX], file[PATH_MAX];
    return path_format(aws, err, "%s/rehearsal/home/.aws", dir) && dir_make(aws, 0700, err) &&
           path_format(file, err, "%s/credentials", aws) && write_once(file, credentials, err) &&
           path_format(file, err, "%s/config", aws) && write_once(file, config, err);
}
