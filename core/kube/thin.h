/* JSON of API servers without what nobody here reads, cut out before it becomes a tree: of a pod
 * that is two thirds of the bytes. What is cut out is not judged, only skipped. */
#ifndef CORE_KUBE_THIN_H
#define CORE_KUBE_THIN_H

#include "core/base/buf.h"

/* Cuts out, at any depth, every member with one of these names (ends with NULL) whose value is an
 * object or an array, where it lies. Of a text that ends within one that piece stays, so that no
 * cut of a document becomes a whole one. */
void thin(struct buf *text, const char *const *names);

/* The inside of the array that is this member of the outermost object, a view into `text`, and the
 * document with an empty one in its place in *rest. False when there is none. */
bool thin_split(struct str text, const char *name, struct str *inside, struct buf *rest);
/* Takes the next element off; false at the end. What is no JSON comes out as it is. */
bool thin_next(struct str *inside, struct str *element);

#endif
