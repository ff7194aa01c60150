package gather

import (
	"slices"

	"trustline/correlate/evidence"
)

// Bounds of what is remembered of files that were read.
const (
	// maxSame is how many files are remembered. A fleet fetches a dozen lists,
	// and each phone a configuration of its own, twice when it is reset.
	maxSame = 1 << 14
	// maxSights is how many objects they name together: a list names its
	// certificates.
	maxSights = 1 << 18
)

// sameContent remembers which objects a file gave, by the SHA-256 of the file:
// thousands of phones fetch one list, which is decoded, and its signature
// computed, once. It holds no content. When it is full it begins anew.
type sameContent struct {
	seen   map[string]sighting
	sights int
}

// sighting is what one file gave.
type sighting struct {
	id      string
	objects []int // indices in the bundle, in the order of their sight
}

// again adds the place of a file that is known to all that it gave.
func (s *sameContent) again(d *decoder, sha256 string, at evidence.Place) (id string, ok bool) {
	have, ok := s.seen[sha256]
	for _, i := range have.objects {
		d.b.Objects[i].Places = append(d.b.Objects[i].Places, at)
	}
	return have.id, ok
}

// first decodes a file and remembers what it gave, unless decode says that its
// next sight is to be told otherwise.
func (s *sameContent) first(d *decoder, sha256 string, decode func() (id string, same bool)) string {
	d.sights, d.watch = d.sights[:0], true
	id, same := decode()
	d.watch = false
	if !same || len(d.sights) > maxSights {
		return id
	}
	if s.seen == nil || len(s.seen) >= maxSame || s.sights+len(d.sights) > maxSights {
		s.seen, s.sights = map[string]sighting{}, 0
	}
	s.seen[sha256] = sighting{id, slices.Clone(d.sights)}
	s.sights += len(d.sights)
	return id
}

// sighted notes that an object was met.
func (d *decoder) sighted(i int) {
	if d.watch {
		d.sights = append(d.sights, i)
	}
}
