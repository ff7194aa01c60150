package gather_test

import (
	"bytes"
	"encoding/binary"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"trustline/correlate"
	"trustline/correlate/evidence"
	"trustline/correlate/gather"
)

// aCase is a shipped case with its evidence by input, and its verdicts.
type aCase struct {
	name    string
	files   []string // names of the inputs
	data    map[string][]byte
	bundles map[string]*evidence.Bundle
	report  *correlate.Report
}

// readCases reads and judges every case once.
var readCases = sync.OnceValues(func() ([]*aCase, error) {
	dirs, err := filepath.Glob(filepath.Join(cases, "*", "README.md"))
	if err != nil {
		return nil, err
	}
	var out []*aCase
	for _, f := range dirs {
		dir := filepath.Dir(f)
		c := &aCase{name: filepath.Base(dir), data: map[string][]byte{}, bundles: map[string]*evidence.Bundle{}}
		list, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			if n := e.Name(); !e.IsDir() && n != "README.md" && n != "want.json" {
				d, err := os.ReadFile(filepath.Join(dir, n))
				if err != nil {
					return nil, err
				}
				c.files, c.data[n], c.bundles[n] = append(c.files, n), d, decodeBytes(n, d)
			}
		}
		c.report = correlate.Judge(c.merged(), correlate.Options{})
		if len(c.report.Phones) > 0 {
			out = append(out, c)
		}
	}
	return out, nil
})

func decodeBytes(name string, d []byte) *evidence.Bundle {
	return gather.Decode(gather.Input{Name: name, Size: int64(len(d)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(d)), nil }}, gather.Options{})
}

// merged is the evidence of the case but for the inputs named.
func (c *aCase) merged(but ...string) *evidence.Bundle {
	var list []*evidence.Bundle
	for _, n := range c.files {
		if !slices.Contains(but, n) {
			list = append(list, c.bundles[n])
		}
	}
	return evidence.Merge(list...)
}

// with is the evidence of the case with another bundle for an input.
func (c *aCase) with(name string, b *evidence.Bundle) *evidence.Bundle {
	return evidence.Merge(c.merged(name), b)
}

// dice are random, and the same at every run.
func (c *aCase) dice(what string) *rand.Rand {
	h := fnv.New64a()
	io.WriteString(h, c.name+"/"+what)
	return rand.New(rand.NewPCG(h.Sum64(), 1))
}

// captures are the names of the case's captures.
func (c *aCase) captures() (out []string) {
	for _, n := range c.files {
		if strings.HasPrefix(filepath.Ext(n), ".pcap") && len(c.data[n]) > 24 {
			out = append(out, n)
		}
	}
	return out
}

// copyBundle is a deep copy, by way of an evidence file; edit changes its text.
func copyBundle(t testing.TB, b *evidence.Bundle, edit func(string) string) *evidence.Bundle {
	t.Helper()
	var buf bytes.Buffer
	if err := b.Write(&buf); err != nil {
		t.Fatal(err)
	}
	text := buf.String()
	if edit != nil {
		text = edit(text)
	}
	out, err := evidence.Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// shiftBundle moves the clock of everything in a bundle.
func shiftBundle(b *evidence.Bundle, seconds int64) {
	move := func(c *evidence.Clock) {
		if c != nil {
			c.Seconds += seconds
		}
	}
	mark := func(m *evidence.Mark) {
		if m != nil {
			move(m.Clock)
		}
	}
	for i := range b.Events {
		e := &b.Events[i]
		move(e.Clock)
		if e.Transfer != nil {
			mark(e.Transfer.End)
		}
		if e.TLS == nil {
			continue
		}
		for k := range e.TLS.Syns {
			mark(&e.TLS.Syns[k])
		}
		for k := range e.TLS.Alerts {
			mark(&e.TLS.Alerts[k].Mark)
		}
		for k, m := range e.TLS.Marks {
			mark(&m)
			e.TLS.Marks[k] = m
		}
	}
	for i := range b.Coverage {
		move(b.Coverage[i].From)
		move(b.Coverage[i].To)
	}
}

// framesOf cuts a capture, classic or pcapng with one section, into its head and its
// frames.
func framesOf(file []byte) (head []byte, frames [][]byte) {
	le := binary.LittleEndian
	size, at := func(b []byte) int { return 16 + int(le.Uint32(b[8:])) }, 24
	if le.Uint32(file) == 0x0a0d0d0a {
		size, at = func(b []byte) int { return int(le.Uint32(b[4:])) }, 0
		for at < len(file) && le.Uint32(file[at:]) != 6 {
			at += size(file[at:])
		}
	}
	head = file[:at]
	for at+16 <= len(file) {
		n := min(size(file[at:]), len(file)-at)
		frames = append(frames, file[at:at+n])
		at += n
	}
	return head, frames
}

// joinFrames makes a capture of frames.
func joinFrames(head []byte, frames [][]byte) []byte {
	return append(bytes.Clone(head), bytes.Join(frames, nil)...)
}
