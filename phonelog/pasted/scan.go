package pasted

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"trustline/phonelog/catalogue"
	"trustline/phonelog/lines"
)

// Bounds of a scan.
const (
	// maxGapLines is how many lines that nothing knows may stand between a
	// command and its answer before the command is held to have none.
	maxGapLines = 3
	// maxCertLines is the same inside the output of openssl s_client, which
	// prints whole certificates.
	maxCertLines = 400
	// maxHeld is how many events wait for the end of the text while a device
	// name is in doubt: the valid spelling may stand below it.
	maxHeld = 20_000
	// maxNames is how many device names are remembered.
	maxNames = 4096
	// maxText is how much of a joined record is kept as its words.
	maxText = 4 << 10
)

// Scan reads a text and hands out its events in order. The summary is never
// nil; the error is that of the stream.
func Scan(r io.Reader, emit func(*catalogue.Event)) (*catalogue.Summary, error) {
	s := &scanner{emit: emit, dialects: map[string]int{}, names: map[string]bool{}, clients: map[string]bool{}, asked: map[[2]string]string{}}
	rd := lines.NewReader(r)
	for rd.Next() {
		for n, l := range lines.Lines(rd.Chunk()) {
			s.line(rd.Line()+n, l)
		}
	}
	s.close()
	s.release()
	sum := s.summary()
	sum.Lines = rd.Count()
	sum.Problems = append(sum.Problems, rd.Problems()...)
	return sum, rd.Err()
}

// scanner puts commands and answers together.
type scanner struct {
	emit     func(*catalogue.Event)
	rec      record
	tally    lines.Tally
	track    lines.Tracker
	dialects map[string]int
	matched  int
	ignored  int
	problems []catalogue.Problem

	open   operation
	cli    bool   // the line before was of the CUCM command line
	server string // of the TFTP client's session
	list   string // the list that the phone's menu was opened for

	clients map[string]bool      // addresses that asked for files, in rows
	asked   map[[2]string]string // phone and server: the file asked for last
	names   map[string]bool      // valid device names
	held    []*catalogue.Event   // events that wait for a doubtful name
	full    bool                 // held was full once
}

// operation is a command whose answer is awaited.
type operation struct {
	kind   kind
	event  *catalogue.Event // of a get, a check or a version
	file   string           // of a hash
	line   int
	idle   int  // lines since the last that belonged to it
	inCert bool // inside a printed certificate
}

func (s *scanner) line(n int, l []byte) {
	t := trim(l[:min(len(l), maxLine)])
	if len(t) == 0 {
		s.ignored++
		return
	}
	k := classify(t, &s.rec)
	s.rec.count(s)
	cli := k != none && s.rec.dialect == DialectCLI
	s.take(n, t, k)
	s.cli = cli
}

// take gives a line to what its kind says.
func (s *scanner) take(n int, t []byte, k kind) {
	switch k {
	case none, weak, foreign:
		s.rest(n, t, k)
	case ignored:
		s.ignored++
		if s.rec.book && s.rec.m.Entry.File != "output.tl" {
			s.close() // another command
		}
		s.open.idle = 0
	case whole:
		s.whole(n, t)
	case session:
		s.close()
		s.matched++
		s.server = lines.Text(s.rec.get("server"))
	case get:
		s.close()
		s.matched++
		s.get(n, t)
	case result:
		s.result(n, t)
	case hashing:
		s.close()
		s.matched++
		f := lines.Text(bytes.TrimRight(s.rec.get("file"), ":"))
		if !fileName([]byte(f)) {
			f = ""
		}
		s.open = operation{kind: hashing, file: f, line: n}
	case menu:
		s.close()
		s.ignored++
		s.list = lines.Text(bytes.ToUpper(s.rec.get("list")))
		s.open = operation{kind: menu, line: n}
	case listing:
		s.close()
		s.ignored++
		s.open = operation{kind: listing, line: n}
	case checking:
		s.check(n, t)
	case version:
		s.version(n, t)
	case states:
		s.states(n, t)
	}
}

// count notes the dialect of a line that belongs to this package.
func (r *record) count(s *scanner) {
	if r.kind.starts() && r.dialect != "" {
		s.dialects[r.dialect]++
	}
}

// join adds a line to the open event.
func (s *scanner) join(n int, t []byte) {
	s.matched++
	e := s.open.event
	e.EndLine = n
	if len(e.Text)+len(t) < maxText {
		e.Text += "\n" + lines.Text(t)
	}
}

// close ends what is open. A command without an answer is an event too: that
// it was given is all that is known.
func (s *scanner) close() {
	o := s.open
	s.open = operation{}
	if o.event == nil || o.kind == version && o.event.Detail["version"] == "" {
		return
	}
	s.send(o.event)
}

// whole takes an event that stands on one line.
func (s *scanner) whole(n int, t []byte) {
	r := &s.rec
	keep := s.open.kind == listing && r.name == "file_listing" || s.open.kind == menu && r.name == "menu_hash"
	if !keep {
		s.close()
	}
	s.open.idle = 0
	s.matched++
	e := &catalogue.Event{Line: n, EndLine: n, Dialect: r.dialect, Name: r.name, Text: lines.Text(t)}
	e.Detail = r.detail()
	switch r.name {
	case "file_hash":
		hashDetail(e.Detail)
		e.Detail["file"] = baseName(e.Detail["file"])
	case "menu_hash":
		hashDetail(e.Detail)
		e.Detail["list"] = string(bytes.ToUpper([]byte(e.Detail["list"])))
	case "file_listing":
		path := e.Detail["file"]
		if e.Detail["file"] = baseName(path); e.Detail["file"] != path {
			e.Detail["path"] = path
		}
		e.Detail["bytes"] = ungroup([]byte(e.Detail["bytes"]))
	case "service_state":
		e.Detail["service"] = "Cisco " + e.Detail["service"]
	case "packet_row":
		s.packet(e)
	case "operator_port_check":
		e.Server = lines.Join(e.Detail["server"], e.Detail["port"])
	case "tls_negotiation_error", "expressway_connection":
		s.expressway(e)
	}
	s.send(e)
}

// detail makes a map of the fields.
func (r *record) detail() map[string]string {
	d := make(map[string]string, r.n)
	for _, f := range r.fields[:r.n] {
		if len(f.value) > 0 {
			d[f.key] = lines.Text(f.value)
		}
	}
	if r.book {
		r.m.Constants(func(k, v string) { d[k] = v })
	}
	return d
}

// spaced makes every run of blanks in a value one blank.
func spaced(d map[string]string) map[string]string {
	for k, v := range d {
		d[k] = strings.Join(strings.Fields(v), " ")
	}
	return d
}

func hashDetail(d map[string]string) {
	for _, k := range [...]string{"md5", "sha1", "sha256", "sha512"} {
		if d[k] != "" {
			d[k] = plain([]byte(d[k]))
		}
	}
}

// names1 takes a row of names without sizes: "file list tftp" without
// "detail". Only trust lists and configurations are told.
func (s *scanner) names1(n int, t []byte) bool {
	rest := t
	for len(rest) > 0 {
		var w []byte
		if w, rest = word(rest); !fileName(w) {
			return false
		}
	}
	s.matched++
	for rest = t; len(rest) > 0; {
		var w []byte
		if w, rest = word(rest); trustFile(w) {
			s.send(&catalogue.Event{Line: n, EndLine: n, Dialect: DialectCLI, Name: "file_listing", Text: lines.Text(t),
				Detail: map[string]string{"file": lines.Text(w)}})
		}
	}
	return true
}

// states takes a line of xstatus, which may hold several.
func (s *scanner) states(n int, t []byte) {
	s.close()
	found := false
	for len(t) > 0 {
		var one []byte
		one, t = nextState(t)
		s.rec.reset()
		if !readState(one, &s.rec) {
			continue
		}
		found = true
		s.send(&catalogue.Event{Line: n, EndLine: n, Dialect: DialectXStatus, Name: s.rec.name, Text: lines.Text(one), Detail: spaced(s.rec.detail())})
	}
	if found {
		s.matched++
	} else {
		s.ignored++
	}
}

func (s *scanner) version(n int, t []byte) {
	s.close()
	s.matched++
	e := &catalogue.Event{Line: n, EndLine: n, Dialect: DialectCLI, Name: "cucm_version", Text: lines.Text(t), Detail: s.rec.detail()}
	e.Detail["version"] = lines.Text(bytes.Trim([]byte(e.Detail["version"]), "<>"))
	if e.Detail["version"] != "" {
		s.send(e)
		return
	}
	delete(e.Detail, "version")
	s.open = operation{kind: version, event: e, line: n}
}

func (s *scanner) summary() *catalogue.Summary {
	sum := &catalogue.Summary{Matched: s.matched, Ignored: s.ignored, Unknown: s.tally.Total, Samples: s.tally.Samples(), Problems: s.problems}
	for _, d := range dialects {
		if s.dialects[d] > s.dialects[sum.Dialect] {
			sum.Dialect = d
		}
	}
	sum.From, sum.To = s.track.First(), s.track.Last()
	if len(s.names) == 1 {
		for p := range s.names {
			sum.Phone = p
		}
	}
	if s.tally.Rest > 0 {
		sum.Problems = append(sum.Problems, catalogue.Problem{Where: "unknown messages", What: fmt.Sprintf("%d lines are counted without a sample: too many different ones", s.tally.Rest)})
	}
	return sum
}
