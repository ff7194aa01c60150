package evidence

import "trustline/correlate/internal/pack"

// Spill says from when on, and where, a case's phones and their evidence are kept
// outside memory. Whoever makes one closes it when the report is written; nothing
// of it stays. Several cases at a time need one each.
type Spill = pack.Spill

// SpillFile is what Spill writes to.
type SpillFile = pack.File
