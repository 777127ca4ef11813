/* JSON of API servers without what nobody here reads, cut out before it becomes a tree: of a pod
 * that is two thirds of the bytes. What is cut out is not judged, only skipped. */
#ifndef CORE_KUBE_THIN_H
#define CORE_KUBE_THIN_H

#include "core/base/buf.h"

/* Cuts out, at any depth, every member with one of these names (ends with NULL) whose value is an
 * object or an array, where it lies. Of a text that ends within one that piece stays, so that no
 * cut of a document becomes a whole one. */
void thin(struct buf *text, const char *const *names);

#endif
