package evidence

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// maxLine bounds one line of an evidence file: the largest object is a trust
// list, whose 64 KiB of bytes grow to well under a megabyte of JSON.
const maxLine = 16 << 20

// Bundle is the evidence of any number of inputs. Of a large capture, Events holds
// the first events only; Count, Event and All know all of them.
type Bundle struct {
	Header   Header
	Events   []Event
	Objects  []Object
	Coverage []Coverage
	Facts    []Fact

	more    []*packedEvents // those that follow the ones in Events
	order   []eventAt       // of all of them, after Merge; nil: as they were added
	content *packedObjects  // of objects that were added here
	files   int             // objects that may be packed
	spill   *Spill
}

// Write writes the bundle as NDJSON, the header first.
func (b *Bundle) Write(w io.Writer) error {
	bw := bufio.NewWriterSize(w, 64<<10)
	enc := json.NewEncoder(Plain(bw))
	enc.SetEscapeHTML(false)
	h := b.Header
	h.Schema = Schema
	h.Inputs = slices.Clone(h.Inputs)
	if h.Inputs == nil {
		h.Inputs = []Input{}
	}
	for i := range h.Inputs { // none is [] and never null
		in := &h.Inputs[i]
		if in.Problems == nil {
			in.Problems = []Problem{}
		}
		if in.Samples == nil {
			in.Samples = []Sample{}
		}
	}
	if err := enc.Encode(h); err != nil {
		return fmt.Errorf("evidence: header: %w", err)
	}
	write := func(v any) error {
		if err := enc.Encode(v); err != nil {
			return fmt.Errorf("evidence: %w", err)
		}
		return nil
	}
	for i := range b.Objects {
		o := *b.Objects[i].Whole()
		o.Kind = "object"
		if err := write(o); err != nil {
			return err
		}
	}
	for _, packed := range b.All() {
		e := *packed
		e.Kind = "event"
		if err := write(e); err != nil {
			return err
		}
	}
	for i := range b.Coverage {
		c := b.Coverage[i]
		c.Kind = "coverage"
		if err := write(c); err != nil {
			return err
		}
	}
	for i := range b.Facts {
		f := b.Facts[i]
		f.Kind = "fact"
		if err := write(f); err != nil {
			return err
		}
	}
	if err := errors.Join(b.Err(), bw.Flush()); err != nil {
		return fmt.Errorf("evidence: %w", err)
	}
	return nil
}

// Read reads what Write wrote. A damaged line is reported with its number and
// the rest is used; the returned error then joins all of them. A file whose
// first line is not an evidence header gives no bundle.
func Read(r io.Reader) (*Bundle, error) {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 64<<10), maxLine)
	b := &Bundle{}
	var errs []error
	for n := 1; sc.Scan(); n++ {
		line := bytes.TrimSpace(sc.Bytes())
		if len(line) == 0 {
			continue
		}
		if b.Header.Schema == "" {
			if err := json.Unmarshal(line, &b.Header); err != nil || b.Header.Schema != Schema {
				return nil, fmt.Errorf("evidence: line %d: not the header of an evidence file: %q", n, clip(line))
			}
			continue
		}
		if err := b.add(line); err != nil {
			errs = append(errs, fmt.Errorf("evidence: line %d: %w", n, err))
		}
	}
	if err := sc.Err(); err != nil {
		errs = append(errs, fmt.Errorf("evidence: %w", err))
	}
	if b.Header.Schema == "" {
		return nil, errors.Join(append(errs, errors.New("evidence: no header line"))...)
	}
	return b, errors.Join(errs...)
}

func (b *Bundle) add(line []byte) error {
	var k struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(line, &k); err != nil {
		return fmt.Errorf("%w: %q", err, clip(line))
	}
	switch k.Kind {
	case "event":
		var e Event
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("%w: %q", err, clip(line))
		}
		b.Add(&e)
		return nil
	case "object":
		var o Object
		if err := json.Unmarshal(line, &o); err != nil {
			return fmt.Errorf("%w: %q", err, clip(line))
		}
		b.AddObject(&o)
		return nil
	case "coverage":
		return appendJSON(&b.Coverage, line)
	case "fact":
		return appendJSON(&b.Facts, line)
	}
	return fmt.Errorf("unknown kind %q", k.Kind)
}

func appendJSON[T any](to *[]T, line []byte) error {
	var v T
	if err := json.Unmarshal(line, &v); err != nil {
		return fmt.Errorf("%w: %q", err, clip(line))
	}
	*to = append(*to, v)
	return nil
}

func clip(b []byte) []byte {
	if len(b) > 80 {
		return b[:80]
	}
	return b
}
