package correlate

import (
	"iter"
	"slices"
	"sort"
	"strconv"
	"strings"

	"trustline/correlate/internal/pack"
)

// wholePhones is how many phones a report holds as they are. Those of a larger
// fleet follow in a packed form: a phone takes some 26 kB as it is and a
// twentieth of it packed.
const wholePhones = 64

// phoneStore holds phones in the packed form.
type phoneStore struct {
	table pack.Table
	store pack.Store
	refs  []pack.Ref
	brief []Brief
	odd   map[int]*Phone // those that have no packed form
	ids   []idRun
	named map[string]int // identifiers that are no numbers -> phone
	read  [2]kept        // the phone read last, and the one that an entry was last looked up in
	err   error
	buf   []byte
}

// idRun is a row of identifiers of one phone: e12 to e31.
type idRun struct{ from, to, phone int }

// kept is a phone as it was read.
type kept struct {
	number int
	p      *Phone
}

// Brief is what the order of phones needs to know of one.
type Brief struct {
	Name, Class, Primary string
}

func (p *Phone) brief() Brief { return Brief{p.Name, p.Verdict.Class, p.Verdict.Primary} }

// Fresh gives an empty report that keeps its phones as r does.
func (r *Report) Fresh() *Report { return &Report{Phones: []Phone{}, spill: r.spill} }

// Add appends a phone to the report.
func (r *Report) Add(p *Phone) {
	if r.rest == nil && len(r.Phones) < wholePhones {
		r.Phones = append(r.Phones, *p)
		return
	}
	s := r.packed()
	var err error
	s.table.Next()
	s.buf, err = pack.Append(&s.table, s.buf[:0], p)
	if err != nil { // a value of a sort that nobody packs
		if s.odd == nil {
			s.odd = map[int]*Phone{}
		}
		s.odd[len(s.refs)] = p
		s.buf = s.buf[:0]
	}
	s.number(p.Timeline)
	b := p.brief()
	s.refs = append(s.refs, s.store.Add(s.buf))
	s.brief = append(s.brief, Brief{b.Name, s.table.Word(b.Class), s.table.Word(b.Primary)})
}

func (r *Report) packed() *phoneStore {
	if r.rest == nil {
		r.rest = &phoneStore{store: pack.Store{Compress: true, Spill: r.spill}}
	}
	return r.rest
}

// Count is the number of phones in the report.
func (r *Report) Count() int {
	if r.rest == nil {
		return len(r.Phones)
	}
	return len(r.Phones) + len(r.rest.refs)
}

// Phone gives one phone of the report. Of a large fleet it is a copy, made for
// this call. When a spilled phone cannot be read back, it has a name and verdict
// only, and Err tells.
func (r *Report) Phone(i int) *Phone {
	if i < len(r.Phones) {
		return &r.Phones[i]
	}
	return r.rest.phone(i-len(r.Phones), 0)
}

func (s *phoneStore) phone(i, slot int) *Phone {
	if p := s.odd[i]; p != nil {
		return p
	}
	for _, k := range s.read {
		if k.p != nil && k.number == i {
			return k.p
		}
	}
	p := &Phone{}
	b, err := s.store.Get(s.refs[i])
	if err == nil {
		err = pack.Read(&s.table, b, p)
	}
	if err != nil {
		if s.err == nil {
			s.err = err
		}
		b := s.brief[i]
		return &Phone{Name: b.Name, Verdict: Verdict{Class: b.Class, Primary: b.Primary}}
	}
	s.read[slot] = kept{i, p}
	return p
}

// number notes the identifiers of the phone that is being added.
func (s *phoneStore) number(timeline []Entry) {
	phone := len(s.refs)
	for i := range timeline {
		id := timeline[i].ID
		n, ok := idNumber(id)
		if !ok {
			if _, twice := s.named[id]; !twice {
				if s.named == nil {
					s.named = map[string]int{}
				}
				s.named[id] = phone
			}
			continue
		}
		if last := len(s.ids) - 1; last >= 0 && s.ids[last].phone == phone && s.ids[last].to == n-1 {
			s.ids[last].to = n
		} else if s.find(n) < 0 { // what stands with every phone has been told
			at := sort.Search(len(s.ids), func(i int) bool { return s.ids[i].from > n })
			s.ids = slices.Insert(s.ids, at, idRun{n, n, phone})
		}
	}
}

// find gives the phone of an identifier, -1 when it is none's.
func (s *phoneStore) find(n int) int {
	i := sort.Search(len(s.ids), func(i int) bool { return s.ids[i].from > n }) - 1
	if i < 0 || s.ids[i].to < n {
		return -1
	}
	return s.ids[i].phone
}

// idNumber reads e12.
func idNumber(id string) (int, bool) {
	digits, ok := strings.CutPrefix(id, "e")
	n, err := strconv.Atoi(digits)
	return n, ok && err == nil && n > 0 && digits == strconv.Itoa(n)
}

// Entry finds an entry of the phones that Phones does not hold, nil when it is
// none of theirs.
func (r *Report) Entry(id string) *Entry {
	s := r.rest
	if s == nil {
		return nil
	}
	phone := -1
	if n, ok := idNumber(id); ok {
		phone = s.find(n)
	} else if i, ok := s.named[id]; ok {
		phone = i
	}
	if phone < 0 {
		return nil
	}
	p := s.phone(phone, 1)
	for i := range p.Timeline {
		if p.Timeline[i].ID == id {
			return &p.Timeline[i]
		}
	}
	return nil
}

// Brief gives the name and verdict of one phone.
func (r *Report) Brief(i int) Brief {
	if i < len(r.Phones) {
		return r.Phones[i].brief()
	}
	return r.rest.brief[i-len(r.Phones)]
}

// All visits the phones of the report in order.
func (r *Report) All() iter.Seq2[int, *Phone] {
	return func(yield func(int, *Phone) bool) {
		for i := range r.Count() {
			if !yield(i, r.Phone(i)) {
				return
			}
		}
	}
}

// Err tells that a phone could not be read back from where it was spilled: what
// was written of the report since is not whole.
func (r *Report) Err() error {
	if r.rest == nil {
		return nil
	}
	return r.rest.err
}
