package intake

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/flate"
)

// A capture that was rotated is a row of files whose names say so:
//
//	NAME_00001_20240101120000.pcapng   dumpcap -b, Wireshark, editcap -c and -i
//	NAME_20240101120000_00001.pcapng   dumpcap -b nametimenum:2
//	NAME-20240101120000.pcap           tcpdump -G; with -C and a number at the end
//	NAME.pcap NAME.pcap1 NAME.pcap2    tcpdump -C; Cisco UCM "utils network capture"
//	NAME.pcap00 NAME.pcap01            tcpdump -C -W, a ring: the oldest can stand in the middle
//
// each also with .gz behind it. A name is only a hint: the files are one series
// when the times of their first packets rise in the order of the names.
//
// So is a trace of a server, which begins a new file every few megabytes
// (Cisco TechNote 211351 names them):
//
//	tvs00000001.txt capf00000001.txt ctftp00000001.txt    SDI
//	SDL001_100_000001.txt                                 SDL: number, node, sequence
//
// each also with .gz behind it, or .gzo while it was still being written. They
// are one series when all of them are traces of one dialect.

// rotation is what a name says about the place of a file in a series.
type rotation struct {
	stem   string // what all members share
	form   form
	date   string // 14 digits, "" none
	number int    // -1 none
}

type form uint8

const (
	numbered form = iota // without a gap, from any number on
	ring                 // numbered, and begun again at the first number
	dated
	traced // a trace, numbered
)

const (
	rotationExt  = `\.(?:pcapng|pcap|cap|dmp|dump|trc|ntar)`
	rotationDate = `\d{4}[-_.]?\d\d[-_.]?\d\d[-_.T ]?\d\d[-_.:]?\d\d[-_.:]?\d\d`
)

var (
	rotateNumDate = regexp.MustCompile(`(?i)^(.*)_(\d{5,9})_\d{14}(` + rotationExt + `)?$`)
	rotateDateNum = regexp.MustCompile(`(?i)^(.*)_\d{14}_(\d{5,9})(` + rotationExt + `)?$`)
	rotateDate    = regexp.MustCompile(`(?i)^(.*[-_.]|)(` + rotationDate + `)(` + rotationExt + `)(\d{0,9})$`)
	rotateRing    = regexp.MustCompile(`(?i)^(.*` + rotationExt + `)(\d{0,9})$`)
	rotateTrace   = regexp.MustCompile(`(?i)^((?:tvs|capf|ctftp|ccm)|SDL\d{3}_\d+_)(\d{6}|\d{8})(\.txt)$`)
	noDigit       = strings.NewReplacer("-", "", "_", "", ".", "", ":", "", "T", "", " ", "")
)

// rotationOf reads a file name, without folders.
func rotationOf(base string) (r rotation, ok bool) {
	for _, ext := range []string{".gz", ".gzo"} {
		if n := len(base) - len(ext); n > 0 && strings.EqualFold(base[n:], ext) {
			base = base[:n]
			break
		}
	}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			return -1
		}
		return n
	}
	if m := rotateTrace.FindStringSubmatch(base); m != nil {
		return rotation{stem: strings.ToLower(m[1] + "#" + m[3]), form: traced, number: number(m[2])}, true
	}
	for _, re := range []*regexp.Regexp{rotateNumDate, rotateDateNum} {
		if m := re.FindStringSubmatch(base); m != nil {
			return rotation{stem: m[1] + "_#" + m[3], form: numbered, number: number(m[2])}, true
		}
	}
	if m := rotateDate.FindStringSubmatch(base); m != nil {
		return rotation{stem: m[1] + "#" + m[3], form: dated, date: noDigit.Replace(m[2]), number: number(m[4])}, true
	}
	if m := rotateRing.FindStringSubmatch(base); m != nil {
		return rotation{stem: m[1], form: ring, number: max(0, number(m[2]))}, true
	}
	return rotation{}, false
}

func compareRotation(a, b rotation) int {
	return cmp.Or(strings.Compare(a.date, b.date), cmp.Compare(a.number, b.number))
}

// candidate is a file that may be a part of a series.
type candidate struct {
	node
	rotation
	first time.Time // of its first packet; zero: it holds none
}

// rotated finds names that look like parts of one series, among n names given
// with their folder. ok is false for what is no candidate. Each index of the
// result leads to all of its series, in order.
func rotated(n int, name func(i int) (full string, ok bool)) map[int][]int {
	type key struct{ dir, stem string }
	groups := map[key][]int{}
	places := map[int]rotation{}
	for i := range n {
		full, ok := name(i)
		if !ok {
			continue
		}
		dir, base := path.Split(full)
		if r, ok := rotationOf(base); ok {
			places[i] = r
			groups[key{dir, r.stem}] = append(groups[key{dir, r.stem}], i)
		}
	}
	out := map[int][]int{}
	for _, g := range groups {
		slices.SortFunc(g, func(a, b int) int { return compareRotation(places[a], places[b]) })
		twice := slices.CompactFunc(slices.Clone(g), func(a, b int) bool { return compareRotation(places[a], places[b]) == 0 })
		if len(g) < 2 || len(twice) < len(g) {
			continue // of two files with one number nobody knows which it is
		}
		for _, i := range g {
			out[i] = g
		}
	}
	return out
}

// join hands out files as one series, if they are one. taken are those that
// are part of it.
func (w *walker) join(list []candidate) (taken []string, err error) {
	if list[0].form == traced {
		return w.joinTraces(list)
	}
	if w.opt.First == nil {
		return nil, nil
	}
	parts := w.peek(list)
	if !inOrder(parts) || !w.affordable(parts) {
		return nil, nil
	}
	return w.handOut(parts, "capture", w.ready)
}

// handOut emits a series.
func (w *walker) handOut(parts []candidate, what string, ready func(node) (Input, error)) (taken []string, err error) {
	if len(parts) > maxParts {
		return nil, w.problem(parts[0].name, Problem{Kind: KindFolder, What: fmt.Sprintf("a rotated %s of more than %d files: they are read one by one", what, maxParts)})
	}
	in := Input{Name: parts[0].name, Hints: parts[0].hints, Size: 0}
	in.Done = func() {
		for _, p := range in.Parts {
			p.Done()
		}
	}
	for i, p := range parts {
		part, err := ready(p.node)
		if err != nil {
			in.Done()
			return nil, err
		}
		if i > 0 {
			part.Missing = missing(parts[i-1].rotation, p.rotation)
		}
		in.Parts = append(in.Parts, part)
		in.Size += max(0, part.Size)
		taken = append(taken, p.name)
	}
	if err := w.emit(in); err != nil {
		in.Done()
		return nil, err
	}
	return taken, nil
}

// peek keeps the files that are captures, with the time of their first packet.
// A ring is turned so that it begins with the oldest.
func (w *walker) peek(list []candidate) []candidate {
	var out []candidate
	for _, c := range list {
		r, err := c.open()
		if err != nil {
			continue
		}
		first, ok := w.opt.First(r)
		r.Close()
		if ok {
			c.first = first
			out = append(out, c)
		}
	}
	if len(out) > 1 && out[0].form == ring {
		oldest := 0
		for i, c := range out {
			if o := out[oldest].first; !c.first.IsZero() && (o.IsZero() || c.first.Before(o)) {
				oldest = i
			}
		}
		out = append(out[oldest:len(out):len(out)], out[:oldest]...)
	}
	return out
}

// inOrder tells that the first packets follow each other as the names do.
func inOrder(parts []candidate) bool {
	var last time.Time
	timed := 0
	for _, p := range parts {
		if p.first.IsZero() {
			continue
		}
		if timed++; timed > 1 && (!p.first.After(last) || p.form == dated && p.first.Sub(last) > maxApart) {
			return false
		}
		last = p.first
	}
	return timed > 1
}

// missing is how many parts lie between two, by their names; -1 when those do
// not tell.
func missing(a, b rotation) int {
	if a.form == dated || b.number <= a.number {
		return -1
	}
	return b.number - a.number - 1
}

// affordable tells that all parts fit into what the archive around them may
// still unpack to, so that none waits for another of the same series.
func (w *walker) affordable(parts []candidate) bool {
	left := w.budget.left()
	for _, p := range parts {
		if p.most < 0 {
			continue
		}
		if left -= p.most; left < 0 {
			return false
		}
	}
	return true
}

// candidates makes a series of nodes by their names.
func candidates(list []node) []candidate {
	out := make([]candidate, len(list))
	for i, n := range list {
		r, _ := rotationOf(path.Base(n.name))
		out[i] = candidate{node: n, rotation: r}
	}
	return out
}

// row gathers members of a tar archive that stand beside each other and may be
// one series: they come out of a stream, so that none can be looked at twice
// unless it is held.
type row struct {
	w     *walker
	stem  string
	list  []node
	bytes int64
}

// take holds a member when it can be a part of a series.
func (r *row) take(n node, size int64, from io.Reader) (bool, error) {
	dir, base := path.Split(n.name)
	at, ok := rotationOf(base)
	most := int64(memberMemory)
	if at.form == traced {
		most = packedMember
	}
	if !ok || r.w.opt.First == nil && r.w.opt.Trace == nil || size > most {
		return false, r.flush()
	}
	stem := dir + at.stem
	if stem != r.stem || len(r.list) == maxParts || size <= memberMemory && r.bytes+size > seriesMemory {
		if err := r.flush(); err != nil {
			return false, err
		}
		r.stem = stem
	}
	if size > memberMemory {
		return r.pack(n, size, metered{from, r.w.budget})
	}
	data, err := io.ReadAll(io.LimitReader(metered{from, r.w.budget}, memberMemory+1))
	n.open, n.once, n.most, n.size = held(data, err), false, -1, int64(len(data))
	r.list = append(r.list, n)
	r.bytes += n.size
	return true, nil
}

// pack holds a larger member compressed: traces shrink ten times and more. What
// does not fit into what is left is handed out by itself, read through while
// the archive waits.
func (r *row) pack(n node, size int64, from io.Reader) (bool, error) {
	var packed bytes.Buffer
	z, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		return false, fmt.Errorf("intake: %w", err)
	}
	buf := make([]byte, 256<<10)
	var ended error
	for ended == nil && r.bytes+int64(packed.Len()) <= seriesMemory {
		k, err := from.Read(buf)
		if _, werr := z.Write(buf[:k]); werr != nil {
			return false, fmt.Errorf("intake: %w", werr)
		}
		ended = err
	}
	if err := z.Close(); err != nil {
		return false, fmt.Errorf("intake: %w", err)
	}
	data := packed.Bytes()
	unpack := func() io.Reader { return flate.NewReader(bytes.NewReader(data)) }
	if ended == nil {
		if err := r.flush(); err != nil {
			return false, err
		}
		n.open = once(io.MultiReader(unpack(), from))
		return true, r.w.enter(n)
	}
	if errors.Is(ended, io.EOF) {
		ended = nil
	}
	n.once, n.most, n.size = false, -1, size
	n.open = func() (io.ReadCloser, error) {
		whole := unpack()
		if ended != nil {
			whole = io.MultiReader(whole, failing{ended})
		}
		return io.NopCloser(whole), nil
	}
	r.list = append(r.list, n)
	r.bytes += int64(len(data))
	return true, nil
}

// flush hands out what is held, as one series or one by one.
func (r *row) flush() error {
	list := r.list
	r.list, r.bytes, r.stem = nil, 0, ""
	taken := map[string]bool{}
	group := rotated(len(list), func(i int) (string, bool) { return list[i].name, true })
	if g := group[0]; len(list) > 1 && len(g) == len(list) {
		ordered := make([]node, len(g))
		for i, k := range g {
			ordered[i] = list[k]
		}
		names, err := r.w.join(candidates(ordered))
		if err != nil {
			return err
		}
		for _, n := range names {
			taken[n] = true
		}
	}
	for _, n := range list {
		if !taken[n.name] {
			if err := r.w.enter(n); err != nil {
				return err
			}
		}
	}
	return nil
}
