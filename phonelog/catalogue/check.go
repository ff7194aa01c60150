package catalogue

import "fmt"

// Check runs the samples of every entry: each must be matched by its own entry
// and by no other, and each pattern must be matched by a sample that stands
// beside it. It gives one error for each fault.
func (c *Catalogue) Check() []error {
	var errs []error
	var m Match
	for _, e := range c.entries {
		hit := make([]bool, len(e.progs))
		for _, s := range e.Samples {
			msg := []byte(s)
			if !c.Match(msg, &m) {
				errs = append(errs, fmt.Errorf("catalogue: %s:%d: sample %q matches nothing", e.File, e.Line, s))
				continue
			}
			if m.Entry != e {
				errs = append(errs, fmt.Errorf("catalogue: %s:%d: sample %q goes to %s:%d", e.File, e.Line, s, m.Entry.File, m.Entry.Line))
			}
			var starts [maxPrefixes]int
			n, _, _ := prefixes(msg, &starts)
			for _, at := range starts[:n] {
				for _, p := range c.progs {
					if !p.match(msg[at:], &m) {
						continue
					}
					if p.entry != e {
						errs = append(errs, fmt.Errorf("catalogue: %s:%d: sample %q also matches %q of %s:%d", e.File, e.Line, s, p.source, p.entry.File, p.entry.Line))
						continue
					}
					for i := range e.progs {
						hit[i] = hit[i] || e.progs[i].source == p.source
					}
				}
			}
		}
		for i, ok := range hit {
			if !ok {
				errs = append(errs, fmt.Errorf("catalogue: %s:%d: no sample for %q", e.File, e.Line, e.progs[i].source))
			}
		}
	}
	return errs
}

// Overlaps lists the samples that two patterns of their own entry match: the
// patterns say the same in two ways, or one swallows what the other captures.
// (That a sample matches patterns of two entries is an error to Check.)
func (c *Catalogue) Overlaps() []error {
	var errs []error
	var m Match
	for _, e := range c.entries {
		for _, s := range e.Samples {
			msg := []byte(s)
			var starts [maxPrefixes]int
			n, _, _ := prefixes(msg, &starts)
			var first *prog
			for _, at := range starts[:n] {
				for _, p := range e.progs {
					switch {
					case !p.match(msg[at:], &m) || first != nil && first.source == p.source:
					case first == nil:
						first = p
					default:
						errs = append(errs, fmt.Errorf("catalogue: %s:%d: sample %q matches %q and %q", e.File, e.Line, s, first.source, p.source))
					}
				}
			}
		}
	}
	return errs
}
