/* Where the rooms are joined: the command line becomes a place, the place gets a loop, and one of
 * the faces (or the worker) gets both. The only file that knows the rehearsal. */
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"

#include "core/aws/source.h"
#include "core/aws/surroundings.h"
#include "core/base/alloc.h"
#include "core/base/log.h"
#include "core/base/paths.h"
#include "core/rehearsal/fault.h"
#include "core/rehearsal/locked.h"
#include "core/rehearsal/player.h"
#include "core/rehearsal/rehearsal.h"
#include "core/rehearsal/step.h"
#include "core/session/deployment.h"
#include "core/session/secrets.h"
#include "core/session/worker.h"
#include "screens/app.h"
#include "screens/cli.h"
#include "screens/options.h"
#include "tui/term.h"

enum { EXIT_USAGE = 2, EXIT_BUSY = 6 };

extern char **environ;

static int complain(const struct error *err, int code)
{
    struct buf line = {0};
    error_say(err, &line);
    fprintf(stderr, "ekshub-tui: %s\n", buf_cstr(&line));
    buf_finish(&line);
    return code;
}

/* An answer that could not be written was not given. */
static int close_output(int code)
{
    struct error err;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    error_set(&err, ERROR_SYSTEM, "Standard output could not be written to its end.");
    error_hint(&err, "Is it closed, or the disk behind it full?");
    complain(&err, 1);
    return code ? code : 1;
}

static const char *lookup(const char *name)
{
    return getenv(name);
}

/* ---- the place ---- */

static void find_program(struct place *place, const char *argv0)
{
    ssize_t len = readlink("/proc/self/exe", place->program, sizeof place->program - 1);
    if (len > 0)
        place->program[len] = '\0';
    else if (!realpath(argv0, place->program))
        str_copy(str_of(argv0), place->program, sizeof place->program);
}

/* Beside the sources while it runs from its build directory, else where it was installed. */
static void find_assets(struct place *place)
{
    char dir[PATH_MAX];
    path_dirname(place->program, dir);
    const char *assets = strcmp(dir, BUILD_DIR) == 0 ? SOURCE_ASSETS : INSTALLED_ASSETS;
    str_copy(str_of(assets), place->assets, sizeof place->assets);
}

static void find_home(struct place *place)
{
    const char *home = getenv("HOME");
    struct passwd *user = home && home[0] == '/' ? NULL : getpwuid(getuid());
    str_copy(str_of(user ? user->pw_dir : home), place->home, sizeof place->home);
}

static bool find_state_dir(struct place *place, struct error *err)
{
    const char *state = getenv("XDG_STATE_HOME");
    if (state && state[0] == '/')
        return path_format(place->state_dir, err, "%s/ekshub-tui", state);
    if (place->home[0])
        return path_format(place->state_dir, err, "%s/.local/state/ekshub-tui", place->home);
    error_set(err, ERROR_INPUT, "There is no home directory to keep the list of deployments in.");
    return error_hint(err, "Set HOME or XDG_STATE_HOME.");
}

static bool find_place(struct place *place, const struct options *options, const char *argv0,
                       struct error *err)
{
    *place = (struct place){.environment = (const char *const *)(uintptr_t)environ,
                            .lookup = lookup,
                            .speed = 1,
                            .profile = options->profile,
                            .region = options->region};
    find_program(place, argv0);
    find_assets(place);
    find_home(place);
    const char *bundle = getenv("AWS_CA_BUNDLE");
    if (bundle)
        str_copy(str_of(bundle), place->route.ca_file, sizeof place->route.ca_file);
    snprintf(place->route.user_agent, sizeof place->route.user_agent, "ekshub-tui/%s",
             PACKAGE_VERSION);
    return find_state_dir(place, err) &&
           (!options->dir || deployment_choose(place, options->dir, place->dir, err));
}

/* ---- the rehearsal ---- */

/* A run that has not ended leads straight to its screen: nobody is asked whether to start over. */
static bool run_goes(const char *dir)
{
    struct run *run = alloc_zeroed(1, sizeof *run);
    struct error ignored;
    char id[64];
    bool goes = deployment_latest_run(dir, id) && run_read(run, dir, id, &ignored) &&
                run->phase != RUN_OVER;
    run_finish(run);
    free(run);
    return goes;
}

static bool rehearse(struct place *place, const struct options *options, bool headless,
                     struct rehearsal *rehearsal, bool *begun_before, struct loop *loop,
                     struct error *err)
{
    int speed = 0;
    if (options->speed[0] && !settings_parse_speed(str_of(options->speed), &speed, err))
        return false;
    if (!place->dir[0] && !path_format(place->dir, err, "%s/rehearsal", place->state_dir))
        return false;
    if (headless && !options->dir && rehearsal_exists(place->dir) &&
        !rehearsal_start_over(place->dir, err))
        return false;
    *begun_before = rehearsal_exists(place->dir) && !run_goes(place->dir);
    struct rehearsal_wish wish = {.dir = place->dir,
                                  .assets = place->assets,
                                  .program = place->program,
                                  .speed = speed,
                                  .faults = options->fault_count ? options->faults : NULL};
    if (!rehearsal_open(rehearsal, &wish, loop, err))
        return false;
    place->rehearsal = true;
    place->player = rehearsal->player;
    place->speed = rehearsal->settings.speed;
    place->environment = (const char *const *)(uintptr_t)rehearsal->environment;
    place->lookup = rehearsal_lookup;
    place->route = rehearsal->route;
    snprintf(place->route.user_agent, sizeof place->route.user_agent, "ekshub-tui/%s",
             PACKAGE_VERSION);
    str_copy(str_of(rehearsal->home), place->home, sizeof place->home);
    str_copy(str_of(rehearsal->label), place->label, sizeof place->label);
    return true;
}

/* ---- the faces ---- */

/* Starting over is for what makes a new world; verbs that look at one keep it. */
static bool begins_anew(const struct options *options)
{
    return options->verb == VERB_APPLY || options->verb == VERB_PLAN;
}

static int no_screen(const char *why)
{
    fprintf(stderr,
            "ekshub-tui: %s Without a screen, ekshub-tui apply does the same work and "
            "ekshub-tui --plain asks line by line; ekshub-tui --help has the rest.\n",
            why);
    return EXIT_USAGE;
}

/* APP_START_OVER, APP_REHEARSE, or an exit code. */
static int show(const struct options *options, struct place *place, struct loop *loop,
                bool begun_before)
{
    static const int caught[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGINT, 0};
    struct session *session = alloc_zeroed(1, sizeof *session);
    struct signals signals = {.loop = NULL};
    struct app_options wish = {options->ascii, options->no_color, begun_before};
    struct error err;
    int code;
    if (signals_init(&signals, loop, caught, &err) &&
        session_init(session, loop, &signals, place, &err))
        code = app_main(session, &wish);
    else
        code = complain(&err, 1);
    session_finish(session);
    signals_finish(&signals);
    free(session);
    return code;
}

static bool wants_screen(const struct options *options)
{
    return options->verb == VERB_NONE ||
           (options->verb == VERB_ATTACH && !options->json && term_usable(NULL));
}

/* A terminal that cannot be drawn on. */
static bool wants_lines(void)
{
    return !term_usable(NULL) && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static int serve_face(const struct options *options, struct place *place, struct loop *loop,
                      bool begun_before)
{
    const char *why;
    bool line_by_line = options->verb == VERB_NONE && (options->plain || wants_lines());
    if (line_by_line || !wants_screen(options))
        return close_output(cli_main(options, place, loop));
    if (!term_usable(&why))
        return no_screen(why);
    return show(options, place, loop, begun_before);
}

static int rehearsal_refused(const struct error *err)
{
    return err->kind == ERROR_BUSY ? EXIT_BUSY : err->kind == ERROR_INPUT ? EXIT_USAGE : 1;
}

/* The worker, or a face. */
static int serve_one(const struct options *options, struct place *place, bool worker,
                     struct loop *loop, bool begun_before)
{
    const char **environment = secrets_left_out(place->environment);
    place->environment = environment;
    int code = worker ? worker_main(place, loop) : serve_face(options, place, loop, begun_before);
    free(environment);
    return code;
}

/* One round: the rehearsal is opened, a face or the worker served, the rehearsal closed. */
static int serve(const struct options *options, struct place *place, bool worker)
{
    struct loop loop;
    struct rehearsal rehearsal = {.dir = ""};
    struct error err;
    int code;
    bool begun_before = false;
    loop_init(&loop, &clock_system);
    if (options->rehearse && !rehearse(place, options, begins_anew(options) && !worker, &rehearsal,
                                       &begun_before, &loop, &err))
        code = cli_refuse(options, &err, rehearsal_refused(&err));
    else
        code = serve_one(options, place, worker, &loop, begun_before);
    rehearsal_finish(&rehearsal);
    loop_finish(&loop);
    return code;
}

static int start_over(const struct place *place)
{
    struct error err;
    return rehearsal_start_over(place->dir, &err) ? 0 : complain(&err, EXIT_BUSY);
}

/* The same program as if it had been called with --rehearse: real profiles mean nothing there. */
static void rehearse_instead(struct options *options, struct place *start)
{
    options->rehearse = true;
    options->speed = "";
    start->profile = start->region = NULL;
}

static int serve_all(struct options *options, struct place *start, bool worker)
{
    struct place place;
    int code;
    do {
        place = *start;
        code = serve(options, &place, worker);
        if (code == APP_START_OVER && start_over(&place) != 0)
            return EXIT_BUSY;
        if (code == APP_REHEARSE)
            rehearse_instead(options, start);
    } while (code == APP_START_OVER || code == APP_REHEARSE);
    log_close();
    return code;
}

static int list_faults(void)
{
    for (size_t i = 0; i < fault_count; i++)
        printf("%-22s %s\n", fault_table[i].name, fault_table[i].summary);
    return 0;
}

static int say_version(void)
{
    printf("ekshub-tui %s\n", PACKAGE_VERSION);
    return 0;
}

/* What needs neither loop nor directory. -1 when the verb is none of these. */
static int serve_at_once(const struct options *options)
{
    if (options->verb == VERB_VERSION)
        return say_version();
    if (options->verb == VERB_FAULTS)
        return list_faults();
    if (options->verb == VERB_HELP) {
        fputs(options_help(options->help_on), stdout);
        return 0;
    }
    return -1;
}

/* A descriptor that the caller closed would be given to the next file or socket, and what is meant
 * for standard output would be written there. Opened the wrong way round, so that using it fails.
 */
static bool hold_standard_descriptors(void)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return false;
    return true;
}

/* Without what every other verb needs: kubectl and terraform call these before their requests. */
static int serve_lightly(const struct options *options, const struct place *place)
{
    struct loop loop;
    loop_init(&loop, &clock_system);
    int code = options->verb == VERB_TOKEN ? cli_token(options, place, &loop)
                                           : cli_keys(options, place, &loop);
    loop_finish(&loop);
    return code;
}

/* What a run's source of keys runs: --aws-keys [--rehearse DIR] [--source SURROUNDING] [NAME]. */
static int serve_keys(int argc, char **argv)
{
    struct options options = {.verb = VERB_KEYS, .speed = ""};
    struct place place;
    struct error err;
    enum surrounding_id source = SURROUNDING_NONE;
    int at = 2;
    secret_setup();
    if (argc > at + 1 && strcmp(argv[at], "--rehearse") == 0) {
        options.rehearse = true;
        options.dir = argv[at + 1];
        at += 2;
    }
    if (argc > at + 1 && strcmp(argv[at], "--source") == 0) {
        source = surrounding_named(str_of(argv[at + 1]));
        at += 2;
    }
    options.profile = at < argc ? argv[at] : NULL;
    aws_source_restore();
    if (!find_place(&place, &options, argv[0], &err))
        return complain(&err, EXIT_USAGE);
    place.source = source;
    return options.rehearse ? serve_all(&options, &place, false) : serve_lightly(&options, &place);
}

/* The program's own other selves, which no operator types. */
static int other_self(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--player") == 0)
        return player_main(argc - 2, argv + 2);
    if (argc > 1 && strcmp(argv[1], "--rehearse-locked") == 0)
        return locked_main(argc - 2, argv + 2);
    if (argc > 1 && strcmp(argv[1], "--rehearse-step") == 0)
        return step_main(argc - 2, argv + 2);
    if (argc > 1 && strcmp(argv[1], "--aws-keys") == 0)
        return serve_keys(argc, argv);
    return -1;
}

static int serve_arguments(int argc, char **argv)
{
    struct options options;
    struct place place;
    struct error err;
    int code;
    bool worker = argc > 1 && strcmp(argv[1], "--worker") == 0;
    secret_setup();
    if (!options_parse(&options, argc - worker, argv + worker, &err))
        return complain(&err, EXIT_USAGE);
    if ((code = serve_at_once(&options)) >= 0)
        return close_output(code);
    if ((options.log && !log_open(options.log, &err)) ||
        !find_place(&place, &options, argv[0], &err))
        return complain(&err, EXIT_USAGE);
    if (options.verb == VERB_TOKEN && !options.rehearse)
        return serve_lightly(&options, &place);
    return serve_all(&options, &place, worker);
}

int main(int argc, char **argv)
{
    umask(077);
    if (!hold_standard_descriptors())
        return 1;
    int code = other_self(argc, argv);
    return code >= 0 ? code : serve_arguments(argc, argv);
}
