/* Where terraform gets its keys from: an AWS config file of this run, which names this program.
 * What the checks resolved is what terraform works with, whatever kind of profile it is, and it
 * asks again before keys end. The roots know nothing of it: by hand they take the operator's
 * profile. */
#include "core/session/deploy_lane.h"

#include "core/aws/source.h"
#include "core/base/alloc.h"
#include "core/base/paths.h"
#include "core/session/aws_access.h"

enum { WORDS = 8 };

/* What is run when keys are wanted. In a rehearsal AWS answers on loopback, and only to who opens
 * that rehearsal. */
static void put_words(const struct deploy *deploy, const char *words[WORDS])
{
    const struct place *place = deploy->place;
    size_t n = 0;
    words[n++] = place->program;
    words[n++] = "--aws-keys";
    if (place->rehearsal) {
        words[n++] = "--rehearse";
        words[n++] = place->dir;
    }
    if (place->source && !deploy->profile[0]) {
        words[n++] = "--source";
        words[n++] = surrounding_name(place->source);
    }
    words[n] = NULL;
}

static bool put_text(const struct deploy *deploy, const struct profiles *profiles, struct buf *text,
                     struct error *err)
{
    const char *words[WORDS];
    struct profile_choice choice;
    if (!place_choose(deploy->place, profiles, deploy->profile, &choice, err))
        return false;
    put_words(deploy, words);
    return aws_source_text(text, profiles, choice.profile, deploy->profile,
                           profiles_region(profiles, choice.profile, deploy->answers.region), words,
                           err);
}

bool deploy_open_source(struct deploy *deploy, struct error *err)
{
    const struct place *place = deploy->place;
    struct profiles profiles = {.items = NULL};
    struct buf text = {.data = NULL};
    char path[PATH_MAX];
    bool ok = profiles_load(&profiles, place->home, place->lookup, err) &&
              put_text(deploy, &profiles, &text, err) &&
              path_format(path, err, "%s/aws-config", deploy->run_dir) &&
              file_write(path, buf_str(&text), 0600, err);
    if (ok)
        deploy->environment = aws_source_environment(place->environment, path);
    buf_finish(&text);
    profiles_finish(&profiles);
    return ok;
}

void deploy_close_source(struct deploy *deploy)
{
    aws_source_environment_free(deploy->environment);
    deploy->environment = NULL;
}
