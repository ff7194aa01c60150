package correlate

import (
	"fmt"
	"slices"
	"strings"
)

var _ = register(
	Question{"generic-list-taken", "Did the server lack the phone's own list and hand out the generic one?", genericListTaken},
)

// fetch is one file of a boot as the phone asked for it, with what the trace of
// the TFTP service says of where the server took it from.
//
//	ITLSEP0011215A1AE3.tlv -> 404                         missing
//	ITLFile.tlv            -> served from its own disk    local
//	SEP0011215A1AE3.cnf.xml.sgn -> asked of 10.1.1.11     cluster
type fetch struct {
	file     string // as it was asked for first
	kind     string
	at       instant
	a        *attempt // nil when only the trace tells of it
	got      bool
	missing  bool
	unsigned bool   // the signed form is not there
	plain    bool   // what came has no signature
	served   bool   // the trace says that it was sent
	cluster  string // the other cluster that the server asked for it
	searched bool   // other clusters were asked
	actual   string // the physical file behind the name
	busy     bool   // the trace: 503 while other clusters were asked
	trace    []*entry
}

func (f *fetch) evidence() []*entry {
	if f.a == nil {
		return f.trace
	}
	return slices.Concat(f.a.evidence(), f.trace)
}

// list gives the content, as far as a capture carried it.
func (f *fetch) list() *listObj {
	if f.a == nil {
		return nil
	}
	return f.a.list
}

// local tells that the server had the file itself, as its trace says.
func (f *fetch) local() bool { return f.served && f.cluster == "" && !f.searched }

// whence words where a file physically came from.
func (f *fetch) whence() string {
	s := ""
	if f.a != nil {
		for _, n := range slices.Backward(f.a.wire) {
			s = fmt.Sprintf(" from %s over %s", hostOf(n.e().Transfer.Server), strings.ToUpper(n.e().Transfer.Proto))
			break
		}
		if s == "" {
			for _, n := range f.a.lines {
				if h := hostOf(firstOf(n.e().Server, n.detail("server"))); h != "" {
					s = " from " + h
				}
			}
		}
	}
	if s == "" && len(f.trace) > 0 {
		s = " from the server that the trace is of"
	}
	switch {
	case f.cluster != "":
		s += ", which asked the cluster of " + f.cluster + " for it"
	case f.local():
		s += ", which has it itself"
		if f.actual != "" && !strings.Contains(f.actual, "/") && !strings.EqualFold(f.actual, f.file) {
			s += " (as " + f.actual + ")"
		}
	}
	return s
}

// generic tells that the name of a list belongs to no phone: ITLFile.tlv,
// CTLFile.tlv.
func generic(file string) bool {
	base := strings.ToLower(file[strings.LastIndexAny(file, `/\`)+1:])
	return base == "itlfile.tlv" || base == "ctlfile.tlv"
}

// traceGap is how far the lines of the TFTP trace about one request may lie from
// each other and from its transfer: the phone asks again within a minute.
const traceGap = 60.0

// fetches gives the files of trust that the phone asked for, in order: from
// captures and console, joined by name with the trace of the TFTP service.
func (v *view) fetches() []*fetch {
	var out []*fetch
	for _, a := range v.p.attempts {
		if a.kind == "other" {
			continue
		}
		f := &fetch{file: a.file, kind: a.kind, at: a.start, a: a, got: a.complete || a.result == Yes, missing: a.missing}
		for _, n := range a.wire {
			t := n.e().Transfer
			signed := strings.HasSuffix(strings.ToLower(t.File), ".sgn")
			switch {
			case t.Outcome == "complete":
				f.plain = !signed
			case signed && notFound(n):
				f.unsigned = true
			}
		}
		for _, n := range a.lines {
			if n.is("file_not_found") && strings.HasSuffix(strings.ToLower(n.detail("file")), ".sgn") {
				f.unsigned, f.missing = true, f.missing || !f.got
			}
		}
		out = append(out, f)
	}
	for _, e := range v.traceEpisodes() {
		f := e.match(out)
		if f == nil {
			f = &fetch{file: e[0].detail("file"), kind: fileKind(e[0].detail("file")), at: e[0].at}
			out = append(out, f)
		}
		for _, n := range e {
			f.traced(n)
		}
	}
	slices.SortStableFunc(out, func(a, b *fetch) int { return a.at.compare(b.at) })
	return out
}

// notFound tells that a transfer ended with the server's word that it has no
// such file.
func notFound(n *entry) bool {
	t := n.e().Transfer
	return t.Outcome == "error" && t.ErrorCode != nil && (t.Proto == "tftp" && *t.ErrorCode == 1 || t.Proto == "http" && *t.ErrorCode == 404)
}

// episode is what the trace of the TFTP service says of one file in one go.
type episode []*entry

// traceEpisodes gathers the lines of the traces by file; a minute of silence, or
// the end of a request, begins another.
func (v *view) traceEpisodes() []episode {
	var out []episode
	open := map[string]int{}
	for _, n := range v.p.all {
		if n.e() == nil || !strings.HasPrefix(n.e().Dialect, "ctftp") || fileKind(n.detail("file")) == "other" {
			continue
		}
		key := n.place.Input + "\x00" + normFile(n.detail("file"))
		if i, ok := open[key]; ok {
			last := out[i][len(out[i])-1]
			if d, ok := n.at.sub(last.at); ok && d < traceGap && !(last.is("file_served") && n.is("tftp_rrq", "http_get", "proxy_fetch")) {
				out[i] = append(out[i], n)
				continue
			}
		}
		open[key] = len(out)
		out = append(out, episode{n})
	}
	return out
}

// match finds the request that an episode tells of: by the port that the phone
// asked from, which is the same on the wire, else by time, else the last one
// for that file.
func (e episode) match(list []*fetch) *fetch {
	var best *fetch
	bestD := traceGap
	for _, f := range list {
		if f.a == nil || !sameFile(f.file, e[0].detail("file")) {
			continue
		}
		for _, n := range e {
			peer := n.detail("peer")
			if peer != "" && slices.ContainsFunc(f.a.wire, func(w *entry) bool { return w.e().Transfer.Client == peer }) {
				return f
			}
		}
		d, ok := e[0].at.sub(f.at)
		switch {
		case !ok && (best == nil || bestD == traceGap):
			best = f
		case ok && max(d, -d) < bestD:
			best, bestD = f, max(d, -d)
		}
	}
	return best
}

// traced adds what a line of the trace says.
func (f *fetch) traced(n *entry) {
	f.trace = append(f.trace, n)
	signed := strings.HasSuffix(strings.ToLower(n.detail("file")), ".sgn")
	switch {
	case n.is("file_served"):
		f.served, f.actual = true, firstOf(n.detail("actual"), f.actual)
		if f.a == nil {
			f.got, f.missing, f.plain = true, false, !signed
		}
	case n.is("tftp_404"), n.is("tftp_nak") && n.detail("error") == "1":
		if f.a == nil && !f.got {
			f.missing = true
		}
		f.unsigned = f.unsigned || signed
	case n.is("proxy_fetch"):
		f.cluster = firstOf(n.detail("cluster"), n.detail("cluster_id"), f.cluster, "another cluster")
	case n.is("proxy_search_result"), n.is("tftp_local_miss"):
		f.searched = true
	case n.is("http_503"):
		f.busy = f.busy || n.detail("reason") != ""
	}
}

// genericWait is how long after the request for its own list a phone asks for
// the generic one.
const genericWait = 120.0

// genericList finds the last list of a kind that came under its generic name
// because the phone's own was not there, and the request for that one. A list
// of the phone's own that was delivered later, or by another transport or
// server in the same boot, leaves nothing of it.
func (v *view) genericList(kind string) (own, taken *fetch) {
	var asked *fetch
	for _, f := range v.fetches() {
		switch {
		case f.kind != kind:
		case !generic(f.file):
			asked = f
			if f.got {
				own, taken = nil, nil
			}
		case f.got && asked != nil && !asked.got:
			if d, ok := f.at.sub(asked.at); !ok || d < genericWait {
				own, taken = asked, f
			}
		}
	}
	return own, taken
}

func genericListTaken(v *view) Answer {
	var says []string
	var ev []*entry
	for _, kind := range []string{"ctl", "itl"} {
		own, taken := v.genericList(kind)
		if taken == nil {
			continue
		}
		says = append(says, fmt.Sprintf("the server has no %s, and the phone got %s%s", own.file, taken.file, taken.whence()))
		ev = slices.Concat(ev, own.evidence(), taken.evidence())
	}
	if len(says) > 0 {
		return yes(strings.Join(says, "; "), ev...)
	}
	if a := v.p.lastAttempt("itl"); a != nil && a.complete && !generic(a.file) {
		return no("the phone got the list under its own name, "+a.file, a.evidence()...)
	}
	return unknown("no list under its generic name is in evidence")
}
