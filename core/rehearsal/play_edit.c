/* The commands that edit the state by hand: taint, untaint, state rm and push, force-unlock. */
#include <stdio.h>

#include "core/base/paths.h"
#include "core/rehearsal/play.h"
#include "core/rehearsal/play_lock.h"

#include "core/base/alloc.h"

static int missing(const char *address)
{
    char *detail = alloc_printf(
        "There is no resource instance in the state with the address\n%s. If the resource "
        "configuration has just been added, you\nmust run \"terraform apply\" once to create the "
        "corresponding instance(s)\nbefore they can be tainted.",
        address);
    int code = play_complain("No such resource instance", detail);
    free(detail);
    return code;
}

static int save(struct play_state *state)
{
    struct error err = {.kind = ERROR_NONE};
    return play_state_save(state, &err) ? 0 : play_complain("Failed to write state", err.text);
}

static int untaint(struct play_state *state, const struct description *description,
                   const struct piece *piece, bool tainted)
{
    if (play_state_tainted(state, piece) == tainted && !tainted) {
        char *detail = alloc_printf("Resource instance %s is not currently tainted, and so it\n"
                                    "cannot be untainted.",
                                    piece->address);
        int code = play_complain("Resource instance is not tainted", detail);
        free(detail);
        return code;
    }
    char *id = alloc_copy(str_of(play_state_id(state, piece)));
    char *input = alloc_copy(str_of(play_state_input(state, piece)));
    char *trigger = alloc_copy(str_of(play_state_trigger(state, piece)));
    play_state_put(state, description, piece, id, input, trigger, tainted);
    int code = save(state);
    if (code == 0)
        printf("Resource instance %s has been %s.\n", piece->address,
               tainted ? "marked as tainted" : "successfully untainted");
    free(id);
    free(input);
    free(trigger);
    return code;
}

static int drop(struct play_state *state, const struct piece *piece)
{
    play_state_drop(state, piece);
    int code = save(state);
    if (code == 0)
        printf("Removed %s\nSuccessfully removed 1 resource instance(s).\n", piece->address);
    return code;
}

/* Locks the state, finds the resource and edits it. */
static int edit(struct play *play, const char *address, enum play_edit what)
{
    struct play_state state;
    struct error err = {.kind = ERROR_NONE};
    if (!play_state_lock(&state, play->root, what == PLAY_REMOVE ? "state-rm" : "taint", &err))
        return play_complain("Error acquiring the state lock", err.text);
    ptrdiff_t index = description_find(&play->description, address);
    const struct piece *piece = index >= 0 ? &play->description.pieces[index] : NULL;
    bool there = piece && play_state_find(&state, piece);
    int code =
        !there && what == PLAY_REMOVE
            ? play_complain("Invalid target address",
                            "No matching objects found. To view the available instances, use "
                            "\"terraform\nstate list\". Please modify the address to "
                            "reference a specific instance.")
        : !there              ? missing(address)
        : what == PLAY_REMOVE ? drop(&state, piece)
                              : untaint(&state, &play->description, piece, what == PLAY_TAINT);
    play_state_finish(&state);
    return code;
}

int play_edit(struct play *play, enum play_edit what)
{
    const struct play_options *options = &play->options;
    size_t first = what == PLAY_REMOVE ? 1 : 0;
    if (options->word_count == first + 1)
        return edit(play, options->words[first], what);
    fprintf(stderr, "The %s command expects exactly one argument.\n",
            what == PLAY_TAINT     ? "taint"
            : what == PLAY_UNTAINT ? "untaint"
                                   : "state rm");
    return 1;
}

static json_t *pushed(const char *path, struct error *err)
{
    struct buf text;
    buf_init(&text, PLAY_STATE_MAX);
    json_t *json =
        file_read(path, PLAY_STATE_MAX, &text, err) ? js_parse(buf_str(&text), err) : NULL;
    buf_finish(&text);
    return json;
}

/* A stranger's state is refused, and one that is older than what is there. */
static int replace(struct play_state *state, json_t *json)
{
    struct error err = {.kind = ERROR_NONE};
    int64_t serial = js_int(json, "serial", 0), there = js_int(state->json, "serial", 0);
    bool related = there == 0 || str_eq(js_str(json, "lineage"), js_str(state->json, "lineage"));
    if (!related)
        error_set(
            &err, ERROR_INPUT,
            "cannot import state with lineage \"%s\" over unrelated state with lineage \"%s\"",
            js_text(json, "lineage"), js_text(state->json, "lineage"));
    else if (serial < there || (serial == there && !json_equal(json, state->json)))
        error_set(&err, ERROR_INPUT,
                  "cannot import state with serial %lld over newer state with serial %lld",
                  (long long)serial, (long long)there);
    if (err.kind)
        return play_complain("Failed to write state", err.text);
    json_decref(state->json);
    state->json = json_incref(json);
    js_set_int(state->json, "serial", serial - 1); /* saving counts it up */
    return save(state);
}

int play_push(struct play *play)
{
    struct play_state state;
    struct error err = {.kind = ERROR_NONE};
    if (play->options.word_count != 2) {
        fprintf(stderr, "Exactly one argument expected: path to state to push\n");
        return 1;
    }
    json_t *json = pushed(play->options.words[1], &err);
    if (!json)
        return play_complain("Error loading the state to push", err.text);
    int code = play_state_lock(&state, play->root, "state-push", &err)
                   ? replace(&state, json)
                   : play_complain("Error acquiring the state lock", err.text);
    play_state_finish(&state);
    json_decref(json);
    return code;
}

/* A lock here belongs to a process that lives: terraform's local backend cannot break it either,
 * and what a dead one left behind locks nothing. */
int play_unlock(struct play *play)
{
    struct play_state state;
    struct error err = {.kind = ERROR_NONE};
    bool mine = play_state_lock(&state, play->root, "force-unlock", &err);
    play_state_finish(&state);
    fprintf(stderr, "Failed to unlock state: %s\n",
            mine ? "LocalState not locked" : "failed to retrieve lock info: the state is in use");
    return 1;
}
