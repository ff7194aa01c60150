package intake

import (
	"os"
	"time"
)

// File is one file of a plan, as the system tells it without opening it.
type File struct {
	Name    string
	Size    int64     // -1: a stream, or what cannot be entered
	Changed time.Time // zero when the system does not tell
	Problem string    // why it cannot be entered
}

// Files lists what Walk will go through, archives unopened, in its order: enough
// to tell whether anything changed since another plan of the same paths.
func (p *Plan) Files() []File {
	out := make([]File, 0, len(p.files))
	for _, f := range p.files {
		g := File{Name: f.name, Size: f.size}
		if f.problem != nil {
			g.Problem = f.problem.What
		} else if info, err := os.Stat(f.path); err == nil {
			g.Changed = info.ModTime()
		}
		out = append(out, g)
	}
	return out
}
