package correlate

import (
	"fmt"
	"slices"
	"strings"
)

var _ = register(
	Question{"generic-list-taken", "Did the server lack the phone's own list and hand out the generic one?", genericListTaken},
	Question{"list-and-config-of-two-clusters", "Did the phone take the generic list of one cluster, while its configuration belongs to another?", twoClusters},
	Question{"own-config-not-taken", "Did the phone get no configuration of its own that it takes: refused, or not there in signed form?", ownConfigNotTaken},
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
			s = fmt.Sprintf(" from %s over %s", hostOf(n.e.Transfer.Server), strings.ToUpper(n.e.Transfer.Proto))
			break
		}
		if s == "" {
			for _, n := range f.a.lines {
				if h := hostOf(firstOf(n.e.Server, n.detail("server"))); h != "" {
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
			t := n.e.Transfer
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
	t := n.e.Transfer
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
		if n.e == nil || !strings.HasPrefix(n.e.Dialect, "ctftp") || fileKind(n.detail("file")) == "other" {
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
			if peer != "" && slices.ContainsFunc(f.a.wire, func(w *entry) bool { return w.e.Transfer.Client == peer }) {
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

// ownConfig gives the last request for the phone's own configuration in the
// boot of a list.
func (v *view) ownConfig(since *fetch) *fetch {
	var last *fetch
	for _, f := range v.fetches() {
		if f.kind != "config" || fileDevice(f.file) == "" {
			continue
		}
		if d, ok := f.at.sub(since.at); ok && (d < 0 || d > bootGap) {
			continue
		}
		last = f
	}
	return last
}

// twoClusters asks for the physical source and the signer of list and
// configuration. A server that lacks the phone's own list and yet has its
// configuration took that one from elsewhere; a configuration that it does not
// have counts only where something says that another cluster knows the phone.
func twoClusters(v *view) Answer {
	own, itl := v.genericList("itl")
	if itl == nil {
		return v.ask("generic-list-taken")
	}
	cfg := v.ownConfig(itl)
	if cfg == nil {
		return unknown("the phone took the generic ITL, and no request for its configuration is in evidence", itl.evidence()...)
	}
	ev := slices.Concat(own.evidence(), itl.evidence(), cfg.evidence())
	story := fmt.Sprintf("%s came%s", itl.file, itl.whence())
	if l := itl.list(); l != nil {
		story += ", signed by " + signerText(l)
	}
	switch {
	case cfg.got && !cfg.plain && cfg.list() != nil && itl.list() != nil:
		return v.foreignSigner(itl, cfg, story, ev)
	case cfg.got && cfg.plain:
		return yes(fmt.Sprintf("%s; %s is there without a signature only%s", story, cfg.file, cfg.whence()), ev...)
	case cfg.got:
		return yes(fmt.Sprintf("%s; %s came%s: a server that has a phone's configuration and not its list took one of them from another cluster", story, cfg.file, cfg.whence()), ev...)
	}
	why, sign := v.knownElsewhere(itl, cfg)
	if why == "" {
		return unknown("the phone took the generic ITL and its configuration is not there: nothing says that any cluster knows this phone", ev...)
	}
	return yes(fmt.Sprintf("%s; %s does not exist there, although %s", story, cfg.file, why), append(ev, sign...)...)
}

// foreignSigner compares the signer of the configuration with the list that the
// phone took and with its CTL. The same name with another key is a certificate
// that was regenerated, not another cluster.
func (v *view) foreignSigner(itl, cfg *fetch, story string, ev []*entry) Answer {
	l, c := itl.list(), cfg.list()
	if c.l.Signer.Serial == "" {
		return yes(fmt.Sprintf("%s; %s came%s, without a signature", story, cfg.file, cfg.whence()), ev...)
	}
	for _, o := range []*listObj{l, v.p.heldAt(iCTL, cfg.at).list} {
		s := signerIn(o, c.l, []string{"TFTP", "CCM", "SAST"})
		if s.found && !s.wrong {
			return no(fmt.Sprintf("%s is signed by %s, which is record %d of the phone's %s", cfg.file, signerText(c), s.record, strings.ToUpper(o.l.Type)), ev...)
		}
		if s.near {
			return unknown("the signer's serial of "+cfg.file+" differs by one digit from a record of the list, and no hash decides", ev...)
		}
	}
	if l.l.Partial || len(l.l.Records) == 0 {
		return unknown("only a part of "+itl.file+" is in evidence", ev...)
	}
	if cfg.cluster == "" {
		for i := range l.l.Records {
			if r := &l.l.Records[i]; hasFunction(r, "TFTP", "SAST") && sameDN(r.Subject, c.l.Signer.Name) {
				return no(fmt.Sprintf("%s is signed under a name of that same list, %s: its certificate was replaced, it is no other cluster", cfg.file, signerText(c)), ev...)
			}
		}
	}
	return yes(fmt.Sprintf("%s; %s came%s, signed by %s, which is in no record of that list", story, cfg.file, cfg.whence(), signerText(c)), ev...)
}

// knownElsewhere looks for what says that another cluster knows the phone: the
// proxy asked others for its files, somebody fetched its configuration there,
// or the phone registers with a server that did not serve its list.
func (v *view) knownElsewhere(itl, cfg *fetch) (string, []*entry) {
	if cfg.cluster != "" {
		return "the cluster of " + cfg.cluster + " was asked and answers for this phone", cfg.trace
	}
	for _, n := range v.k.downloads[v.p.name] {
		if t := n.e.Transfer; fileKind(t.File) == "config" && t.Outcome == "complete" {
			return hostOf(t.Server) + " gives " + t.File + " to somebody else", []*entry{n}
		}
	}
	for _, f := range v.fetches() {
		if d, ok := f.at.sub(itl.at); f.kind == "config" && fileDevice(f.file) == "" && f.got && (!ok || d > -bootGap) {
			return "", nil // it took the default configuration: a new phone
		}
	}
	served := map[string]bool{}
	if itl.a != nil {
		for _, n := range itl.a.wire {
			served[hostOf(n.e.Transfer.Server)] = true
		}
		for _, n := range itl.a.lines {
			served[hostOf(firstOf(n.e.Server, n.detail("server")))] = true
		}
	}
	if n := v.registeredWith(itl.at); n != nil && len(served) > 0 && !served[hostOf(n.e.Server)] && !v.inList(itl.list(), hostOf(n.e.Server)) {
		return "the phone registers with " + hostOf(n.e.Server) + ", which is none of that list's servers", []*entry{n}
	}
	if cfg.searched {
		return "the server asks other clusters for it", cfg.trace
	}
	return "", nil
}

// inList tells that a record of a list names a host.
func (v *view) inList(l *listObj, host string) bool {
	if l == nil {
		return false
	}
	for i := range l.l.Records {
		r := &l.l.Records[i]
		if r.IP == host || r.DNSName != "" && (r.DNSName == host || v.resolve(r.DNSName) == host) {
			return true
		}
	}
	return false
}

// registeredWith gives the first registration of the phone after a moment.
func (v *view) registeredWith(since instant) *entry {
	for _, n := range v.p.all {
		d, ok := n.at.sub(since)
		if !ok || d < 0 || n.e == nil || n.e.Server == "" {
			continue
		}
		if n.is("registered", "registration_ok") {
			return n
		}
		if t := n.e.TLS; t != nil && (t.Service == "sccp-tls" || t.Service == "sip-tls") && t.Outcome == "established" && !t.Hidden {
			return n
		}
	}
	return nil
}

func ownConfigNotTaken(v *view) Answer {
	_, itl := v.genericList("itl")
	if itl == nil {
		return unknown("no generic ITL is in evidence")
	}
	cfg := v.ownConfig(itl)
	switch {
	case cfg == nil:
		return unknown("no request for the phone's configuration is in evidence")
	case cfg.a != nil && cfg.a.result == No:
		return yes("the phone refused "+cfg.file+": "+quoteLine(cfg.a.proof), slices.Concat(cfg.evidence(), cfg.a.proof)...)
	case cfg.a != nil && cfg.a.result == Yes:
		return no("the phone took "+cfg.file, slices.Concat(cfg.evidence(), cfg.a.proof)...)
	case !cfg.got && (cfg.missing || cfg.unsigned):
		return yes("the phone, which holds an ITL and so asks for the signed form, got no "+cfg.file, cfg.evidence()...)
	case cfg.got && cfg.plain && cfg.unsigned:
		return yes("the phone asked for the signed form and got the unsigned one of "+cfg.file, cfg.evidence()...)
	}
	if b := v.sameRefused(cfg); b != nil {
		return yes("the phone refused "+b.file+", the same file, before: "+quoteLine(b.proof), slices.Concat(cfg.evidence(), b.evidence(), b.proof)...)
	}
	for _, n := range v.p.all { // the server alone tells: a refusal of that boot, whichever file it names
		if d, ok := n.at.sub(cfg.at); ok && d >= 0 && d < verdictWindow && n.is("config_refused", "signature_failed") {
			return yes("the phone refused it: "+quoteLine([]*entry{n}), append(cfg.evidence(), n)...)
		}
	}
	return unknown("whether the phone took "+cfg.file+" is not in evidence", cfg.evidence()...)
}

// sameRefused gives an earlier refusal of the very file, where nothing tells
// what became of it this time.
func (v *view) sameRefused(f *fetch) *attempt {
	if f.list() == nil {
		return nil
	}
	for _, b := range slices.Backward(v.p.attempts) {
		if b.kind == f.kind && b.list != nil && b.list.id == f.list().id && b.result != Unknown {
			if b.result == No {
				return b
			}
			return nil
		}
	}
	return nil
}
