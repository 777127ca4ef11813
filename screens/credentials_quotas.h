/* Asking AWS for more of what the plan needs: the figures, before anything is asked. */
#ifndef SCREENS_CREDENTIALS_QUOTAS_H
#define SCREENS_CREDENTIALS_QUOTAS_H

#include "core/session/session.h"
#include "screens/screen.h"

/* Whether there is something that AWS can still be asked for. */
bool credentials_quotas_lack(const struct session *session);
void credentials_quotas_draw(const struct session *session, struct canvas room);

/* y asks, Esc and n do not; `open` is set to false by each of them. */
enum nav credentials_quotas_key(struct screen *screen, struct session *session, struct press press,
                                bool *open);
extern const struct press_hint credentials_quotas_hints[];

/* The hints beside a check, the list of them or the profiles, when u is among the keys. */
const struct press_hint *credentials_quotas_more(bool opened, bool in_checks);

#endif
