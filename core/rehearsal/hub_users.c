/* Users of the rehearsed hub. */
#include "core/rehearsal/hub_users.h"

#include <openssl/crypto.h>

#include "core/rehearsal/cloud_error.h"
#include "core/rehearsal/values.h"
#include "core/rehearsal/world_things.h"

#include "core/aws/sigv4.h"

#include "core/base/alloc.h"

#define USER_TYPE "hub_user"

bool hub_name(struct str text, char out[HUB_NAME])
{
    text = str_trim(text);
    if (text.len == 0 || !str_copy(text, out, HUB_NAME))
        return false;
    for (char *c = out; *c; c++) {
        if (*c <= ' ' || *c == ',' || *c == 0x7f)
            return false;
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
    }
    return true;
}

/* Users rest on the volume of the hub: they go with its claim. */
static bool is_lost(const struct world *world, const struct world_thing *user)
{
    for (size_t i = 0; i < world->count; i++) {
        const struct world_event *last = &world->things[i].last;
        if (strcmp(last->type, "persistent_volume_claim") == 0 && last->what == WORLD_DESTROY &&
            str_ends(str_of(last->address), STR("/hub-db-dir")) &&
            last->time_ms >= user->created_ms)
            return true;
    }
    return false;
}

static const struct world_thing *user_thing(const struct cloud *cloud, const char *name)
{
    char address[WORLD_ADDRESS];
    world_made_address(USER_TYPE, name, address);
    const struct world_thing *thing = world_find(cloud->world, address);
    bool there =
        world_status_of(thing, cloud->now_ms) == WORLD_ACTIVE && !is_lost(cloud->world, thing);
    return there ? thing : NULL;
}

bool hub_user_is_admin(const struct cloud *cloud, const char *name)
{
    static const char mark[] = "; admin ";
    const struct world_thing *token =
        world_find(cloud->world, "terraform_data.random_bytes_hub_token");
    const char *admin = token ? strstr(token->last.detail, mark) : NULL;
    char known[HUB_NAME] = "admin";
    if (admin)
        hub_name(str_of(admin + strlen(mark)), known);
    return strcmp(name, known) == 0;
}

void hub_users_begin(const struct cloud *cloud)
{
    char password[37];
    bool first = false;
    if (!cloud->dir || !settings_has_fault(cloud->settings, "hub-claimed") ||
        world_is_spent(cloud->world, "hub-claimed") || user_thing(cloud, "admin"))
        return;
    cloud_id(password);
    if (world_spend(cloud->dir, "hub-claimed", cloud->now_ms, &first, NULL) && first)
        hub_user_create(cloud, "admin", str_of(password), NULL);
}

/* In the very request in which somebody was faster. */
static bool is_taken(const struct cloud *cloud, const char *name)
{
    return hub_user_is_admin(cloud, name) && settings_has_fault(cloud->settings, "hub-claimed") &&
           !world_is_spent(cloud->world, "hub-claimed");
}

bool hub_user_exists(const struct cloud *cloud, const char *name)
{
    return user_thing(cloud, name) || is_taken(cloud, name);
}

static void digest(struct str salt, struct str password, char out[65])
{
    struct buf text = {.data = NULL};
    buf_append(&text, salt);
    buf_byte(&text, '$');
    buf_append(&text, password);
    sigv4_sha256(buf_str(&text), out);
    if (text.data)
        OPENSSL_cleanse(text.data, text.len);
    buf_finish(&text);
}

static struct str part_of(const struct world_thing *thing, int index)
{
    struct str rest = str_of(thing ? thing->last.detail : ""), part = {"", 0};
    for (int i = 0; i <= index; i++)
        str_cut(&rest, ' ', &part);
    return part;
}

bool hub_user_is_authorised(const struct cloud *cloud, const char *name)
{
    return is_taken(cloud, name) || str_is(part_of(user_thing(cloud, name), 3), "admin");
}

bool hub_user_matches(const struct cloud *cloud, const char *name, struct str password)
{
    char sum[65];
    const struct world_thing *thing = user_thing(cloud, name);
    if (!thing || is_taken(cloud, name))
        return false;
    digest(part_of(thing, 1), password, sum);
    struct str known = part_of(thing, 2);
    return known.len == 64 && CRYPTO_memcmp(known.data, sum, 64) == 0;
}

bool hub_user_create(const struct cloud *cloud, const char *name, struct str password,
                     struct error *err)
{
    char id[37], salt[9], sum[65];
    struct world_event event = {.time_ms = cloud->now_ms, .what = WORLD_CREATE, .type = USER_TYPE};
    if (!cloud->dir)
        return error_set(err, ERROR_SYSTEM, "There is nowhere to keep users.");
    cloud_id(id);
    str_copy((struct str){id, 8}, salt, sizeof salt);
    digest(str_of(salt), password, sum);
    world_made_address(USER_TYPE, name, event.address);
    snprintf(event.detail, sizeof event.detail, "%.60s %s %s %s", name, salt, sum,
             hub_user_is_admin(cloud, name) ? "admin" : "waiting");
    return world_append(cloud->dir, &event, err);
}

/* Nothing that opens a real door hangs on it: the key is the directory's CA. */
static void seal(const struct cloud *cloud, const char *name, char out[33])
{
    const struct world_thing *thing = user_thing(cloud, name);
    char *text = alloc_printf("%s|%s|%.64s", name, thing ? thing->last.detail : "",
                              cloud->ca_data ? cloud->ca_data : "");
    values_digest(str_of(text), 32, false, out);
    free(text);
}

void hub_cookie(const struct cloud *cloud, const char *name, char out[160])
{
    char sum[33];
    seal(cloud, name, sum);
    snprintf(out, 160, "%s.%s", sum, name);
}

bool hub_cookie_owner(const struct cloud *cloud, struct str cookie, char name[HUB_NAME])
{
    char sum[33];
    struct str rest = cookie, given;
    if (!str_cut(&rest, '.', &given) || !hub_name(rest, name) || !user_thing(cloud, name))
        return false;
    seal(cloud, name, sum);
    return str_is(given, sum);
}
