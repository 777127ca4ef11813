/* The whole journey by keys: all forms with a password that is typed, one yes, EKS and then PyPI
 * and MLHub side by side, the results and what their keys do, the pods, the end with nothing left.
 * What each screen says in detail is for the suites of that screen. */
#include "tests/e2e/journey.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define PASSWORD "Zq3-typed-by-hand-5Lk"
#define DOTS     "(•)+ +21"

/* Faster than elsewhere: there is more to walk. */
#define FAST(...) ARGS("--rehearse=500x", "--dir", PLACE __VA_ARGS__)

static struct e2e e2e;
static pid_t frozen; /* a worker that a test has stopped */

static void begin(void)
{
    e2e_begin(&e2e);
}

static void end(void)
{
    if (frozen > 0)
        place_release(frozen);
    frozen = 0;
    place_end(&e2e);
    e2e_end(&e2e);
}

TestSuite(whole, .init = begin, .fini = end, .timeout = 170);

/* ---- keys that mean nothing ---- */

/* Help and back: what was typed before is served, and the last row, which is drawn last, is there.
 */
static void look_away(struct pty *pty)
{
    pty_keys(pty, "F1");
    expect_text(pty, "scroll   Esc back");
    pty_keys(pty, "Esc");
    expect_match(pty, "[?1] help$");
}

/* The room and what is below it, without figures: a clock may go on in the rail, and an age. */
static char *room(struct pty *pty)
{
    const char *screen = pty_screen(pty);
    for (int rows = 0; rows < 2; rows++)
        screen = strchr(screen, '\n') + 1;
    char *text = strdup(screen), *to = text;
    for (const char *from = text; *from; from++)
        if (!strchr(" 0123456789", *from))
            *to++ = *from;
    *to = '\0';
    return text;
}

/* They leave the screen as it was. */
static void wrong_keys(struct pty *pty, const char *keys)
{
    look_away(pty);
    char *before = room(pty);
    pty_keys(pty, keys);
    look_away(pty);
    char *after = room(pty);
    cr_assert_str_eq(after, before, "%s is a key here:\n%s\n%s", keys, before, pty_dump(pty));
    free(before);
    free(after);
}

/* ---- the forms ---- */

static void type_password_twice(struct pty *pty)
{
    pty_keys(pty, "Down Down Down Down");
    expect_text(pty, "› Password");
    pty_keys(pty, "C-u");
    pty_text(pty, PASSWORD);
    expect_match(pty, "Password +" DOTS);
    pty_keys(pty, "Down");
    pty_text(pty, "another");
    pty_keys(pty, "Enter");
    expect_text(pty, "✗ The two passwords differ.");
    pty_keys(pty, "C-u");
    expect_text(pty, "Type the password once more.");
    pty_text(pty, PASSWORD);
    expect_gone(pty, "The two passwords differ.");
    expect_match(pty, "Again +" DOTS);
}

static void expect_pypi_kept(struct pty *pty)
{
    expect_text(pty, "Private PyPI server");
    expect_match(pty, "Password +" DOTS);
    expect_match(pty, "Again +" DOTS);
    expect_match(pty, "Admin name +ada");
}

/* Back and forth through all of them: what was typed is still there. */
static void fill_in(struct pty *pty)
{
    expect_match(pty, "Name +demo-hub");
    wrong_keys(pty, "F9 C-t");
    pty_keys(pty, "Enter");
    expect_text(pty, "Private PyPI server");
    expect_match(pty, "It is .*the name is free");
    expect_text(pty, "The plan for EKS is ready: it waits behind the last form.");
    wrong_keys(pty, "x F9 C-t");
    type_password_twice(pty);
    pty_keys(pty, "Esc");
    expect_match(pty, "› Name +demo-hub");
    pty_keys(pty, "Enter");
    expect_pypi_kept(pty);
    pty_keys(pty, "Enter");
    expect_text(pty, "The hub");
    wrong_keys(pty, "F9 C-t");
    pty_text(pty, "-2");
    expect_match(pty, "Release +mlhub-2");
    pty_keys(pty, "Esc");
    expect_pypi_kept(pty);
    pty_keys(pty, "Enter");
    expect_match(pty, "Release +mlhub-2");
    pty_keys(pty, "Enter");
    journey_domain(pty);
    expect_text(pty, "Nothing has been made. Press a to answer.");
    wrong_keys(pty, "Z F9 C-t");
}

/* ---- the apply ---- */

/* Both terraforms have begun, and go on; the worker that waits for them stops. */
static void freeze_both(void)
{
    place_wait(&e2e, "pypi-apply.jsonl", "\"apply_start\"");
    place_wait(&e2e, "mlhub-apply.jsonl", "\"apply_start\"");
    frozen = place_worker(&e2e);
    cr_assert(frozen > 0);
    kill(frozen, SIGSTOP);
}

static void thaw(void)
{
    place_release(frozen);
    frozen = 0;
}

static void expect_both_stages(struct pty *pty)
{
    expect_text(pty, "Building PyPI and MLHub");
    expect_match(pty, "✓ pypi +kubernetes_service_v1.pypi +created");
    expect_match(pty, "✓ mlhub +helm_release.mlhub +created");
}

static void watch_apply(struct pty *pty)
{
    expect_text(pty, "Creating the cluster");
    expect_match(pty, "(vpc|eks) .*(creating|created)");
    freeze_both();
    expect_both_stages(pty);
    pty_keys(pty, "Z F9 C-t"); /* its clock goes on, so that two looks differ */
    look_away(pty);
    expect_both_stages(pty);
    thaw();
    expect_match(pty, "mlhub +claiming the hub before it opens");
    expect_match(pty, "(pypi|mlhub) +waiting for its load balancer");
}

/* ---- the results ---- */

static void decoded(const char *base64, char *out, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned bits = 0, have = 0;
    size_t len = 0;
    for (const char *digit; *base64 && (digit = strchr(digits, *base64)); base64++) {
        bits = bits << 6 | (unsigned)(digit - digits);
        have += 6;
        if (have >= 8 && len + 1 < size)
            out[len++] = (char)(bits >> (have -= 8) & 0xff);
    }
    out[len] = '\0';
}

/* The address as every face says it. */
static void expect_copied(struct pty *pty)
{
    char copied[512];
    pty_keys(pty, "c");
    expect_text(pty, "Copy which?");
    pty_keys(pty, "2");
    expect_text(pty, "PyPI was sent to the clipboard");
    const char *sent = strstr(pty_raw(pty, NULL), "\033]52;c;");
    cr_assert(sent != NULL);
    decoded(sent + strlen("\033]52;c;"), copied, sizeof copied);
    struct e2e_output said = e2e_run(&e2e, FAST(, "status", "-o", "json"));
    json_t *status = place_json(said.out);
    const char *url = place_text(json_object_get(status, "urls"), "pypi_index");
    cr_assert(url[0] && strcmp(url, copied) == 0, "%s was copied, and it is %s", copied, url);
    json_decref(status);
    e2e_output_finish(&said);
}

static void use_results(struct pty *pty)
{
    expect_text(pty, "✓ Everything is there.");
    expect_text(pty, "MLHub   ✓ claimed by admin");
    expect_text(pty, "PyPI    ✓ logged in as ada");
    wrong_keys(pty, "Z F9 C-t");
    expect_copied(pty);
    pty_keys(pty, "w");
    expect_text(pty, "✓ ~/.pypirc was made, after a login.");
    char *pypirc = e2e_read(&e2e, PLACE "/rehearsal/home/.pypirc");
    cr_assert(strstr(pypirc, "password = " PASSWORD "\n") != NULL, "%s", pypirc);
    free(pypirc);
    pty_keys(pty, "u");
    expect_match(pty, "uploaded ✓ +listed ✓ +downloaded ✓ +same bytes ✓");
    pty_keys(pty, "p");
    expect_match(pty, "default +pypi-server-[a-z0-9-]+ +1/1 +Running");
    pty_keys(pty, "Z F9 C-t"); /* their ages go on, so that two looks differ */
    look_away(pty);
    expect_text(pty, "as they should be");
    pty_keys(pty, "Esc");
    expect_text(pty, "Your platform is up");
}

/* ---- the end ---- */

static void order_destroy(struct pty *pty)
{
    pty_keys(pty, "D");
    expect_text(pty, "Destroy demo-hub");
    expect_match(pty, "[0-9]+ that Kubernetes made beside it");
    pty_keys(pty, "F9 C-t Enter"); /* spans of time go on, so that two looks differ */
    look_away(pty);
    expect_match(pty, "Type the name of the cluster to destroy it:$");
    pty_text(pty, "demo");
    pty_keys(pty, "Enter");
    expect_text(pty, "Nothing has begun: type demo-hub in full, and nothing else.");
    cr_assert_eq(place_count(&e2e, "", "destroy.jsonl"), 0);
    pty_text(pty, "-hub");
    expect_text(pty, "Enter destroys demo-hub. There is no way back.");
    pty_keys(pty, "Enter");
}

static void destroy(struct pty *pty)
{
    order_destroy(pty);
    expect_text(pty, "Destroying ");
    expect_text(pty, "Nothing is left. $0/h.");
    expect_text(pty, "✓ Nothing is left.");
    wrong_keys(pty, "Z F9 C-t");
}

static void walk(void)
{
    struct pty *pty = e2e_start(&e2e, FAST());
    expect_text(pty, "Everything is in place.");
    wrong_keys(pty, "Z F9 C-t");
    journey_credentials(pty);
    fill_in(pty);
    journey_consent(pty);
    watch_apply(pty);
    use_results(pty);
    destroy(pty);
    pty_keys(pty, "Esc");
    expect_text(pty, "Deployments");
    wrong_keys(pty, "Z F9 C-t");
    cr_assert_null(strstr(pty_raw(pty, NULL), PASSWORD), "the password was shown");
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
    place_wait_idle(&e2e);
}

Test(whole, from_the_profile_to_nothing_left)
{
    walk();
}

Test(whole, from_the_profile_to_nothing_left_with_the_player)
{
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
    walk();
}

/* ---- what controllers left ---- */

/* The network cannot go while it stands: the destroy fails, the residue names it, X removes it. */
Test(whole, an_orphaned_load_balancer_is_named_and_removed)
{
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
    place_apply(&e2e);
    struct pty *pty = e2e_start(&e2e, FAST(, "--fault", "orphaned-load-balancer"));
    journey_again(pty);
    expect_text(pty, "Your platform is up");
    order_destroy(pty);
    expect_text(pty, "could not be destroyed");
    expect_text(pty, "DependencyViolation");
    pty_keys(pty, "w");
    expect_match(pty, "load balancer +a[0-9a-f]+…[0-9a-f]+ +service mlhub/proxy-public");
    expect_text(pty, "X removes all in order.");
    pty_keys(pty, "X");
    expect_text(pty, "X again removes all");
    pty_keys(pty, "Esc"); /* anything else does not */
    expect_text(pty, "could not be destroyed");
    pty_keys(pty, "w");
    expect_text(pty, "X removes all in order.");
    pty_keys(pty, "X X");
    expect_text(pty, "✓ Nothing is left.");
    pty_keys(pty, "C-q");
    expect_exit(pty, 0);
}

/* ---- in the middle ---- */

static struct pty *frozen_apply(void)
{
    e2e_set(&e2e, "EKSHUB_TERRAFORM", "player");
    struct pty *pty = journey_start(&e2e);
    journey_credentials(pty);
    journey_plan(pty);
    journey_consent(pty);
    freeze_both();
    expect_both_stages(pty);
    return pty;
}

Test(whole, a_killed_screen_comes_back_to_both_stages)
{
    int status;
    char first[64], second[64];
    struct pty *pty = frozen_apply();
    place_run(&e2e, first);
    pty_signal(pty, SIGKILL);
    cr_assert(pty_wait_end(pty, &status));
    pty = journey_start(&e2e);
    expect_both_stages(pty);
    thaw();
    journey_results(pty);
    place_run(&e2e, second);
    cr_assert_str_eq(second, first);
    cr_assert_eq(place_occurrences(&e2e, "journal.jsonl", "\"event\":\"worker\""), 1);
    cr_assert_eq(place_count(&e2e, "pypi-apply", ".jsonl"), 1);
}

Test(whole, every_size_shows_both_stages)
{
    struct pty *pty = frozen_apply();
    pty_resize(pty, 10, 40);
    expect_text(pty, "Building PyPI and MLHub");
    expect_match(pty, " (pypi|mlhub) +[a-z]");
    pty_resize(pty, 50, 160);
    expect_both_stages(pty);
    expect_match(pty, "kubernetes_deployment_v1.pypi_server +created");
    pty_resize(pty, 24, 80);
    expect_both_stages(pty);
    thaw();
    pty_resize(pty, 10, 40);
    expect_text(pty, "Your platform is up");
    pty_resize(pty, 50, 160);
    journey_results(pty);
}
