#include "screens/credentials_rows.h"

#include "core/base/alloc.h"
#include "screens/credentials_wants.h"

enum column { COLUMN_NAME, COLUMN_KIND, COLUMN_REGION, COLUMN_NOTE, COLUMNS };

static const struct table_column columns[COLUMNS] = {
    [COLUMN_NAME] = {.min = 14, .max = 32, .elide = TABLE_ELIDE_MIDDLE},
    [COLUMN_KIND] = {.min = 8},
    [COLUMN_REGION] = {.min = 9, .drop = 1},
    [COLUMN_NOTE] = {.flexible = true, .min = 16},
};

int credentials_rows(const struct session *session)
{
    return session->profiles_read ? (int)session->surrounding_count + (int)session->profiles.count
                                  : 0;
}

int credentials_rows_profile(const struct session *session, int row)
{
    return row - (int)session->surrounding_count;
}

int credentials_rows_chosen(const struct session *session)
{
    enum surrounding_id id = session_surrounding(session);
    for (size_t i = 0; id && i < session->surrounding_count; i++)
        if (session->surroundings[i].id == id)
            return (int)i;
    return session->profile >= 0 ? (int)session->surrounding_count + session->profile : -1;
}

void credentials_rows_choose(struct session *session, int row)
{
    if (row >= 0 && row < (int)session->surrounding_count)
        session_choose_surrounding(session, session->surroundings[row].id);
    else
        session_choose_profile(session, credentials_rows_profile(session, row));
}

const char *credentials_rows_whose(const struct session *session, char out[160])
{
    int row = credentials_rows_chosen(session);
    int profile = credentials_rows_profile(session, row);
    snprintf(out, 160, "%.150s",
             row < 0        ? ""
             : profile >= 0 ? session->profiles.items[profile].name
                            : credentials_rows_what(session, row));
    return out;
}

const char *credentials_rows_what(const struct session *session, int row)
{
    static const char *const words[] = {
        [SURROUNDING_NONE] = "this profile",
        [SURROUNDING_ENVIRONMENT] = "the keys of the environment",
        [SURROUNDING_WEB_IDENTITY] = "the web identity",
        [SURROUNDING_CONTAINER] = "the container",
        [SURROUNDING_MACHINE] = "the instance role",
    };
    bool surrounding = row >= 0 && row < (int)session->surrounding_count;
    return words[surrounding ? session->surroundings[row].id : SURROUNDING_NONE];
}

/* ---- the surroundings ---- */

/* "platform" of arn:aws:iam::123456789012:role/teams/platform. */
static const char *role_of(const struct profiles *profiles)
{
    const char *arn = profiles_env(profiles, "AWS_ROLE_ARN");
    const char *slash = arn ? strrchr(arn, '/') : NULL;
    return slash ? slash + 1 : "";
}

static void surrounding_note(const struct session *session, const struct surrounding *surrounding,
                             struct table_cell *cell)
{
    char id[32] = "";
    const char *what = id;
    const char *source = surrounding->source ? surrounding->source : "of this machine";
    cell->role = surrounding->error ? ROLE_WARNING : ROLE_DIM;
    cell->text = surrounding->error ? surrounding->error : cell->scratch;
    if (surrounding->access_key_id)
        creds_short_id(surrounding->access_key_id, id);
    else if (surrounding->id == SURROUNDING_WEB_IDENTITY)
        what = role_of(&session->profiles);
    snprintf(cell->scratch, sizeof cell->scratch, "%.60s%s%s", what, what[0] ? "  " : "", source);
}

static void surrounding_cell(const struct session *session, const struct surrounding *surrounding,
                             int column, struct table_cell *cell)
{
    struct profile_choice choice;
    profiles_choose_surrounding(&session->profiles, surrounding->id, &choice);
    const char *region =
        profiles_region(&session->profiles, choice.profile, session->place->region);
    if (column == COLUMN_NAME)
        cell->text = surrounding->name;
    else if (column == COLUMN_KIND)
        cell->text = surrounding->kind;
    else if (column == COLUMN_REGION)
        cell->text = region ? region : "no region";
    else
        surrounding_note(session, surrounding, cell);
}

/* ---- the profiles ---- */

/* A profile without keys is usable where a container or the machine has some. */
static const char *keys_of_none(const struct session *session)
{
    for (size_t i = 0; i < session->surrounding_count; i++) {
        if (session->surroundings[i].id == SURROUNDING_CONTAINER)
            return "settings only, keys of the container";
        if (session->surroundings[i].id == SURROUNDING_MACHINE)
            return "settings only, keys of the machine";
    }
    return "no credentials, settings only";
}

/* Whose keys assume the role of a profile; NULL when it has none. */
static const char *via_of(const struct session *session, const struct profile *profile)
{
    const char *name = profile_get(&session->profiles, profile, "source_profile");
    if (profile->kind != PROFILE_ROLE)
        return NULL;
    return name ? name : profile_get(&session->profiles, profile, "credential_source");
}

static void profile_note(const struct session *session, const struct profile *profile,
                         struct table_cell *cell)
{
    cell->role = profile->error ? ROLE_WARNING : ROLE_DIM;
    cell->text = cell->scratch;
    char id[32];
    const char *via = via_of(session, profile);
    if (profile->error)
        snprintf(cell->scratch, sizeof cell->scratch, "%s", profile->error);
    else if (profile->kind == PROFILE_NONE)
        snprintf(cell->scratch, sizeof cell->scratch, "%s", keys_of_none(session));
    else if (profile->access_key_id)
        snprintf(cell->scratch, sizeof cell->scratch, "%s",
                 creds_short_id(profile->access_key_id, id));
    else if (!credentials_wants_note(session, profile, cell))
        snprintf(cell->scratch, sizeof cell->scratch, "%s%.100s", via ? "via " : "",
                 via               ? via
                 : profile->source ? profile->source
                                   : "");
}

static void profile_cell(const struct session *session, const struct profile *profile, int column,
                         struct table_cell *cell)
{
    const char *region = profiles_region(&session->profiles, profile, session->place->region);
    if (column == COLUMN_NAME)
        cell->text = profile->name;
    else if (column == COLUMN_KIND)
        cell->text = profile_kind_name(profile->kind);
    else if (column == COLUMN_REGION)
        cell->text = region ? region : "no region";
    else
        profile_note(session, profile, cell);
    if (column != COLUMN_NOTE && (profile->kind == PROFILE_NONE || profile->error))
        cell->role = ROLE_DIM;
}

/* ---- the table ---- */

static int table_rows(const void *owner)
{
    return credentials_rows(owner);
}

static void table_cell(const void *owner, int row, int column, struct table_cell *cell)
{
    const struct session *session = owner;
    int profile = credentials_rows_profile(session, row);
    if (profile < 0)
        surrounding_cell(session, &session->surroundings[row], column, cell);
    else
        profile_cell(session, &session->profiles.items[profile], column, cell);
    if (column == COLUMN_NAME && row == credentials_rows_chosen(session))
        cell->role = ROLE_STRONG; /* whose checks stand below */
}

void credentials_rows_table(struct table *table, const struct session *session)
{
    *table = (struct table){.widget = {&table_ops},
                            .columns = columns,
                            .column_count = COLUMNS,
                            .rows = table_rows,
                            .cell = table_cell,
                            .owner = session,
                            .headless = true,
                            .cursor = table->cursor};
}
