#include "CRevision.h"

const char *crevision(void) { return WEIR_REVISION; }
