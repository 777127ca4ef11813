/* The Domain form: what domain.c (rows and keys) and domain_notes.c (facts beside the rows) share.
 */
#ifndef SCREENS_DOMAIN_H
#define SCREENS_DOMAIN_H

#include "screens/forms.h"

enum domain_row {
    DOMAIN_WANTED,
    DOMAIN_GAP_1,
    DOMAIN_ZONE,
    DOMAIN_KNOWN,
    DOMAIN_MAKE,
    DOMAIN_GAP_2,
    DOMAIN_HUB,
    DOMAIN_PYPI,
    DOMAIN_GAP_3,
    DOMAIN_EMAIL,
    DOMAIN_SERVER,
    DOMAIN_PROOF,
    DOMAIN_OPEN,
    DOMAIN_ROWS,
};

struct domain_form {
    struct screen screen;
    struct session *session;
    struct form form;
    struct form_row rows[DOMAIN_ROWS];
    struct choice wanted, known;
    struct field zone, hub, pypi, email, open;
    struct forms_pick make, server, proof;
    char hints[DOMAIN_ROWS][WORDS * 2];
    char kept[256]; /* the zone that was named before "none" was chosen */
    char hub_host[264], pypi_host[264];
    struct answers saved;
};

/* Everything that the hint column says, the names proposed, and the zones to pick from. */
void domain_notes(struct domain_form *self, const struct session *session);

#endif
