/* `token`: what kubectl calls before every request. Files and one HMAC; nothing is opened that is
 * not needed. */
#include <string.h>

#include "core/aws/eks_token.h"
#include "core/base/alloc.h"
#include "screens/cli_private.h"
