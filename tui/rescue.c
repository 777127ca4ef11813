/* Handlers that restore the terminal and then let the signal do what it would have done. A child
 * that was forked while armed rescues nothing: the terminal is its parent's. */
#include "tui/rescue.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/banned.h"

/* Faults are always caught, ends only where the owner left the default action. */
static const int signals[] = {SIGSEGV,   SIGBUS,  SIGFPE,  SIGILL,  SIGABRT, SIGTERM,
                              SIGHUP,    SIGINT,  SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM,
                              SIGVTALRM, SIGPROF, SIGXCPU, SIGXFSZ, SIGTRAP, SIGSYS};
#define SIGNALS (sizeof(signals) / sizeof(signals[0]))
#define FAULTS  5

static struct {
    volatile sig_atomic_t armed;
    int fd;
    pid_t owner;
    struct termios saved;
    char bytes[256];
    size_t len;
    struct sigaction before[SIGNALS];
    bool caught[SIGNALS], registered;
} rescue;

static char spare_stack[16384]; /* a stack overflow leaves no other to run on */

static void restore(void)
{
    if (!rescue.armed || rescue.owner != getpid())
        return;
    rescue.armed = 0;
    size_t at = 0;
    while (at < rescue.len) {
        ssize_t written = write(rescue.fd, rescue.bytes + at, rescue.len - at);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            break;
        at += (size_t)written;
    }
    tcsetattr(rescue.fd, TCSANOW, &rescue.saved);
}

static void rescue_signal(int number, siginfo_t *info, void *context)
{
    int error = errno;
    (void)context;
    restore();
    for (size_t i = 0; i < SIGNALS; i++) {
        if (signals[i] == number)
            sigaction(number, &rescue.before[i], NULL);
    }
    /* a fault of our own comes again when the instruction is tried again */
    if (!info || info->si_code <= 0)
        raise(number);
    errno = error;
}

static void catch (size_t i)
{
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_ONSTACK};
    action.sa_sigaction = rescue_signal;
    sigemptyset(&action.sa_mask);
    if (sigaction(signals[i], NULL, &rescue.before[i]) != 0)
        return;
    if (i >= FAULTS && rescue.before[i].sa_handler != SIG_DFL)
        return;
    rescue.caught[i] = sigaction(signals[i], &action, NULL) == 0;
}

void rescue_arm(int fd, const struct termios *saved, const char *bytes, size_t len)
{
    rescue_disarm();
    rescue.fd = fd;
    rescue.owner = getpid();
    rescue.saved = *saved;
    rescue.len = len < sizeof(rescue.bytes) ? len : sizeof(rescue.bytes) - 1;
    memcpy(rescue.bytes, bytes, rescue.len);
    stack_t stack = {.ss_flags = 0};
    if (sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_DISABLE)) {
        stack = (stack_t){.ss_sp = spare_stack, .ss_size = sizeof(spare_stack)};
        sigaltstack(&stack, NULL);
    }
    for (size_t i = 0; i < SIGNALS; i++)
        catch (i);
    if (!rescue.registered)
        rescue.registered = atexit(restore) == 0;
    rescue.armed = 1;
}

void rescue_disarm(void)
{
    if (!rescue.armed)
        return;
    rescue.armed = 0;
    for (size_t i = 0; i < SIGNALS; i++) {
        if (rescue.caught[i])
            sigaction(signals[i], &rescue.before[i], NULL);
        rescue.caught[i] = false;
    }
}
