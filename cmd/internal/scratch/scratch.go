// Package scratch makes the temporary files of a run.
//
// What goes in: a folder, "" for the system's. What comes out: a file that is
// open for reading and writing, and what ends its life.
//
//	f, end, err := scratch.File("")
//	if err != nil { ... }
//	defer end()
//
// Where the system allows it the file loses its name at once, so that nothing of
// it is left however the run ends: by itself, by a signal, or with the machine.
// Windows keeps the name until the file is closed. The file holds parts of a
// case; only its owner may read it.
package scratch

import "os"

// File makes a temporary file in dir.
func File(dir string) (f *os.File, end func(), err error) {
	if f, err = os.CreateTemp(dir, "trustline-*"); err != nil {
		return nil, nil, err
	}
	name := f.Name()
	gone := os.Remove(name) == nil
	return f, func() {
		f.Close()
		if !gone {
			os.Remove(name)
		}
	}, nil
}
