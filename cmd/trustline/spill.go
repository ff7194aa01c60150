package main

import (
	"cmp"
	"os"
	"sync"

	"trustline/cmd/internal/scratch"
	"trustline/correlate/evidence"
)

// spillLimit is how many bytes of packed evidence, and of packed phones, a case
// holds in memory of each: those of some 3,000 phones. The rest goes to the temporary
// folder.
const spillLimit = 4 << 20

// newSpill gives the place of what a case does not hold in memory. Its files can
// be read by their owner only, and go away when it is closed; where the system
// lets an open file go they have no name from the beginning, so that nothing stays
// however the program ends. A folder that cannot be written to is told of, and
// everything stays in memory.
func newSpill(e *env) *evidence.Spill {
	var once sync.Once
	return &evidence.Spill{
		Limit:  cmp.Or(e.spill, spillLimit),
		Create: newSpillFile,
		Failed: func(err error) {
			once.Do(func() { e.warn("no room in the temporary folder (%s): everything is kept in memory", reason(err)) })
		},
	}
}

// spillFile is a temporary file that goes when it is closed.
type spillFile struct {
	*os.File
	end func()
}

func newSpillFile() (evidence.SpillFile, error) {
	f, end, err := scratch.File("")
	if err != nil {
		return nil, err
	}
	return spillFile{f, end}, nil
}

func (f spillFile) Close() error {
	f.end()
	return nil
}
