/* bash, zsh and fish each have a door for what comes after the operator's own files; any other
 * shell is given the environment alone. */
#include "core/session/cluster_shell.h"

#include "core/base/alloc.h"
#include "core/base/paths.h"

/* NAME='value' with what stands before it. */
static void put_setting(struct buf *out, const char *before, const char *value)
{
    buf_text(out, before);
    buf_shell_word(out, value);
    buf_byte(out, '\n');
}

static bool write_file(const char *path, struct buf *text, struct error *err)
{
    bool ok = file_write(path, buf_str(text), 0600, err);
    buf_finish(text);
    return ok;
}

static bool prepare_bash(struct cluster_shell *shell, const char *dir, const char *kubeconfig,
                         const char *prompt, struct error *err)
{
    struct buf text = {0};
    buf_text(&text, "[ -r ~/.bashrc ] && . ~/.bashrc\n");
    put_setting(&text, "export KUBECONFIG=", kubeconfig);
    put_setting(&text, "PS1=", prompt);
    text.len -= text.len > 0 ? 1 : 0;
    buf_text(&text, "\"$PS1\"\n");
    if (!path_format(shell->rc, err, "%s/bashrc", dir) || !write_file(shell->rc, &text, err))
        return false;
    shell->argv[1] = "--rcfile";
    shell->argv[2] = shell->rc;
    shell->argv[3] = "-i";
    return true;
}

/* .zshenv comes first and may say where the other files are: the operator's is asked, and what it
 * says kept for .zshrc. */
static bool prepare_zsh(struct cluster_shell *shell, const struct place *place, const char *dir,
                        const char *kubeconfig, const char *prompt, struct error *err)
{
    const char *own = place->lookup("ZDOTDIR");
    char path[PATH_MAX];
    struct buf text = {0};
    if (!path_format(shell->own_zdotdir, err, "%s", own && *own ? own : place->home) ||
        !path_format(shell->zdotdir, err, "%s", dir))
        return false;
    put_setting(&text, "ZDOTDIR=", shell->own_zdotdir);
    buf_text(&text, "[ -r \"$ZDOTDIR/.zshenv\" ] && . \"$ZDOTDIR/.zshenv\"\n"
                    "ekshub_zdotdir=$ZDOTDIR\n");
    put_setting(&text, "ZDOTDIR=", dir);
    if (!path_format(path, err, "%s/.zshenv", dir) || !write_file(path, &text, err))
        return false;
    buf_text(&text, "ZDOTDIR=$ekshub_zdotdir\n"
                    "[ -r \"$ZDOTDIR/.zshrc\" ] && . \"$ZDOTDIR/.zshrc\"\n");
    put_setting(&text, "export KUBECONFIG=", kubeconfig);
    put_setting(&text, "PROMPT=", prompt);
    text.len -= text.len > 0 ? 1 : 0;
    buf_text(&text, "\"$PROMPT\"\n");
    if (!path_format(path, err, "%s/.zshrc", dir) || !write_file(path, &text, err))
        return false;
    shell->argv[1] = "-i";
    return true;
}

static bool prepare_fish(struct cluster_shell *shell, const char *kubeconfig)
{
    put_setting(&shell->command, "set -gx KUBECONFIG ", kubeconfig);
    shell->argv[1] = "-i";
    shell->argv[2] = "-C";
    shell->argv[3] = buf_cstr(&shell->command);
    return true;
}

bool cluster_shell_prepare(struct cluster_shell *shell, const struct place *place, const char *dir,
                           const char *kubeconfig, const char *label, struct error *err)
{
    const char *wish = place->lookup("SHELL");
    char prompt[300];
    *shell = (struct cluster_shell){.path = ""};
    if (!path_format(shell->path, err, "%s", wish && wish[0] == '/' ? wish : "/bin/sh") ||
        !dir_make(dir, 0700, err))
        return false;
    shell->argv[0] = shell->path;
    snprintf(prompt, sizeof prompt, "(%s) ", label);
    const char *name = path_basename(shell->path);
    if (strcmp(name, "bash") == 0)
        return prepare_bash(shell, dir, kubeconfig, prompt, err);
    if (strcmp(name, "zsh") == 0)
        return prepare_zsh(shell, place, dir, kubeconfig, prompt, err);
    if (strcmp(name, "fish") == 0)
        return prepare_fish(shell, kubeconfig);
    return true;
}

void cluster_shell_finish(struct cluster_shell *shell)
{
    buf_finish(&shell->command);
}
