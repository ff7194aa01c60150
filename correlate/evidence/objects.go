package evidence

import (
	"slices"
	"sync"

	"trustline/correlate/internal/pack"
)

// wholeObjects is how many configurations and signed files of captures a bundle
// holds as they are: each phone of a fleet fetches one of its own, which takes
// some 3 kB as it is and a quarter of it packed.
const wholeObjects = 256

// packedObjects holds what objects say, in its packed form. It may be read from
// several goroutines.
type packedObjects struct {
	mu    sync.Mutex
	table pack.Table
	store pack.Store
	buf   []byte
	err   error
}

// content is what is packed of an object.
type content struct {
	List   *List
	Config *Config
}

// AddObject appends an object and gives its place in Objects. Of a large capture
// what it says is packed; see Object.Whole.
func (b *Bundle) AddObject(o *Object) int {
	b.Objects = append(b.Objects, *o)
	i := len(b.Objects) - 1
	if o.Object != "signed-file" && o.Object != "config" || slices.ContainsFunc(o.Places, func(p Place) bool { return p.Frame == 0 }) {
		return i
	}
	if b.files++; b.files > wholeObjects {
		if b.content == nil {
			b.content = &packedObjects{store: pack.Store{Spill: b.spill}}
		}
		b.content.add(&b.Objects[i])
	}
	return i
}

// add takes over what an object says. What has no packed form stays.
func (p *packedObjects) add(o *Object) {
	p.mu.Lock()
	defer p.mu.Unlock()
	b, err := pack.Append(&p.table, p.buf[:0], &content{o.List, o.Config})
	p.buf = b
	if err == nil {
		o.in, o.at = p, p.store.Add(b)
		o.List, o.Config = nil, nil
	}
}

// Packed tells that what the object says is read from a packed form each time.
func (o *Object) Packed() bool { return o.in != nil }

// Whole gives the object with all that it says: o itself, or a copy made for this
// call. Of one that cannot be read back from a file the copy says nothing, and the
// bundle's Err tells.
func (o *Object) Whole() *Object {
	if o.in == nil {
		return o
	}
	out := *o
	out.in, out.at = nil, pack.Ref{}
	out.List, out.Config = o.in.get(o.at)
	return &out
}

func (p *packedObjects) get(at pack.Ref) (*List, *Config) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var c content
	b, err := p.store.Get(at)
	if err == nil {
		err = pack.Read(&p.table, b, &c)
	}
	if err != nil {
		if p.err == nil {
			p.err = err
		}
		return nil, nil
	}
	return c.List, c.Config
}

// failed gives what went wrong when objects were read back.
func failed(objects []Object) error {
	var last *packedObjects
	for i := range objects {
		if p := objects[i].in; p != last && p != nil {
			p.mu.Lock()
			err := p.err
			p.mu.Unlock()
			if err != nil {
				return err
			}
			last = p
		}
	}
	return nil
}
