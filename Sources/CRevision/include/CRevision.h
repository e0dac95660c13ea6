#ifndef CREVISION_H
#define CREVISION_H

// The commit that was built, as .ci/release tells Package.swift; empty in other builds.
const char *crevision(void);

#endif
