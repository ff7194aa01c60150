package correlate

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// servedHash is a list that somebody fetched from a server and took the hash of:
//
//	tftp> get ITLSEP0011215A1AE3.tlv                                  operator_tftp_get
//	Received 5438 bytes in 0.0 seconds
//	$ md5sum ITLSEP0011215A1AE3.tlv                                   file_hash
//	b61910bb01d8d3a1c1b36526cc9f2ddc  ITLSEP0011215A1AE3.tlv
//
// It is what the server serves, by its hash. A hash without such a fetch in the
// same text may be of any file.
type servedHash struct {
	kind   string // ctl, itl
	file   string
	server string
	bytes  int
	hash   map[string]string // md5, sha1, sha256
	ev     []*entry
}

// findServed collects them, and takes those whose hash is that of a list in
// evidence for a listing from the server: its content is known.
func (k *kase) findServed(entries []*entry) {
	list := slices.DeleteFunc(slices.Clone(entries), func(n *entry) bool { return !n.is("operator_tftp_get", "file_hash", "file_listing") })
	slices.SortStableFunc(list, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(a.place.Input, b.place.Input), cmp.Compare(a.place.Line, b.place.Line))
	})
	got := map[[2]string]*servedHash{}
	for _, n := range list {
		key := [2]string{n.place.Input, strings.ToLower(n.detail("file"))}
		s := got[key]
		switch {
		case n.is("operator_tftp_get"):
			delete(got, key)
			if kind := fileKind(n.detail("file")); (kind == "ctl" || kind == "itl") && n.detail("result") == "ok" {
				got[key] = &servedHash{kind: kind, file: n.detail("file"), server: hostOf(n.e().Server), hash: map[string]string{}, ev: []*entry{n}}
				got[key].bytes, _ = strconv.Atoi(n.detail("bytes"))
			}
		case s == nil || n.is("file_listing"):
		default:
			if len(s.hash) == 0 {
				k.served = append(k.served, s)
			}
			for _, alg := range []string{"md5", "sha1", "sha256"} {
				if h := hexOnly(n.detail(alg)); h != "" {
					s.hash[alg] = h
				}
			}
			s.ev = append(s.ev, n)
		}
	}
	for _, s := range k.served {
		if l := k.hashed(s); l != nil {
			known := *l.l
			known.Origin = "listing"
			at := s.ev[len(s.ev)-1].place
			k.files = append(k.files, &listObj{id: l.id, l: &known, config: l.config, places: append(slices.Clone(l.places), at), object: l.object})
		}
	}
}

// hashed finds the list of the case that has the hash.
func (k *kase) hashed(s *servedHash) *listObj {
	for _, l := range k.lists {
		for alg, h := range map[string]string{"md5": l.l.MD5, "sha1": l.l.SHA1, "sha256": l.l.SHA256} {
			if h != "" && h == s.hash[alg] && l.l.Type == s.kind && !l.l.Partial {
				return l
			}
		}
	}
	return nil
}

// servedAs answers by hashes alone whether a list that the phone holds is the
// one that was fetched for it from a server: neither's content need be known.
// ok is false when they cannot be compared, or two servers differ.
func (k *kase) servedAs(p *phone, i int, h held) (a Answer, ok bool) {
	kind := []string{"ctl", "itl"}[i]
	have := map[string]string{"sha1": h.sha1, "md5": h.md5}
	if h.list != nil {
		have = map[string]string{"sha1": h.list.l.SHA1, "md5": h.list.l.MD5}
	}
	for _, s := range k.served {
		if d := fileDevice(s.file); s.kind != kind || d != "" && d != p.name {
			continue
		}
		for _, alg := range []string{"sha1", "md5"} {
			if have[alg] == "" || s.hash[alg] == "" {
				continue
			}
			ev := slices.Concat(h.ev, s.ev)
			now := no(fmt.Sprintf("the %s on the phone (%s) has the %s %s, the one fetched from %s %s", strings.ToUpper(kind), h.how, strings.ToUpper(alg), have[alg], s.from(), s.hash[alg]), ev...)
			if have[alg] == s.hash[alg] {
				now = yes(fmt.Sprintf("the %s on the phone has the %s of the one fetched from %s: %s", strings.ToUpper(kind), strings.ToUpper(alg), s.from(), s.hash[alg]), ev...)
			}
			if ok && now.Value != a.Value {
				return Answer{}, false
			}
			a, ok = now, true
			break
		}
	}
	return a, ok
}

func (s *servedHash) from() string { return firstOf(s.server, "the server") }

// stoppedServices gives the pasted lines by which a service does not run, by a
// part of its name. They do not say on which node.
func (k *kase) stoppedServices(name string) []*entry {
	var out []*entry
	for _, n := range k.generalNamed("service_state") {
		if strings.Contains(strings.ToLower(n.detail("service")), strings.ToLower(name)) && n.detail("state") != "STARTED" {
			out = append(out, n)
		}
	}
	return out
}

// presentedNow gives an engineer's own TLS connections to a server, which show
// the certificate that it presents at that moment, and not what it presented to
// the phone.
func (k *kase) presentedNow(host, port string) []*entry {
	var out []*entry
	for _, n := range k.generalNamed("operator_tls_check") {
		addr := firstOf(n.e().Server, n.detail("server"))
		if hostOf(addr) == host && (portOf(addr) == port || n.detail("port") == port) {
			out = append(out, n)
		}
	}
	return out
}

// describePasted words what was pasted.
func describePasted(n *entry) {
	n.stage, n.actor, n.outcome = "transport", "operator", "info"
	d := n.detail
	switch n.name {
	case "packet_row":
		n.stage, n.actor = rowStage(n), "phone"
		n.summary = "row of a packet list: " + firstOf(d("info"), d("op"))
		if near := d("near_miss_of"); near != "" {
			n.summary += fmt.Sprintf(" (%s is taken for %s: one digit differs)", d("device"), near)
		}
	case "menu_hash":
		n.actor = "phone"
		n.stage = firstOf(map[string]string{"CTL": "ctl", "ITL": "itl"}[strings.ToUpper(d("list"))], n.stage)
		n.summary = fmt.Sprintf("the menu shows the hash of the %s: %s", d("list"), firstOf(d("md5"), d("sha1")))
	case "phone_state":
		n.actor = "phone"
		n.summary = fmt.Sprintf("%s: %s", d("item"), d("value"))
	case "operator_tftp_get":
		n.stage = stageOfFile(d("file"))
		n.summary = fmt.Sprintf("fetched %s from %s by hand: %s", d("file"), firstOf(d("server"), "a server"), strings.TrimSpace(firstOf(d("result"), "no answer pasted")+prefixed(", bytes: ", d("bytes"))))
	case "file_hash":
		n.stage = stageOfFile(d("file"))
		n.summary = fmt.Sprintf("hash of %s: %s", d("file"), firstOf(d("md5"), d("sha1"), d("sha256"), d("sha512")))
	case "file_listing":
		n.stage = stageOfFile(d("file"))
		n.summary = fmt.Sprintf("%s in a listing: %s bytes%s", d("file"), d("bytes"), prefixed(", of ", d("date")))
	case "cucm_version":
		n.summary = fmt.Sprintf("CUCM %s, %s partition", d("version"), d("partition"))
	case "cluster_security_mode":
		n.summary = "cluster security mode " + firstOf(map[string]string{"0": "0, non-secure", "1": "1, mixed"}[d("mode")], d("mode"))
	case "cluster_mode_set":
		n.summary = "the cluster was set to " + d("mode")
	case "cluster_node":
		n.summary = fmt.Sprintf("node %s %s, %s", d("address"), d("host"), d("role"))
	case "service_state":
		n.summary = fmt.Sprintf("%s: %s%s", d("service"), strings.ToLower(d("state")), prefixed(", ", d("reason")))
		if d("state") != "STARTED" {
			n.outcome = "fail"
		}
	case "operator_command":
		n.summary = "command given: " + strings.TrimSpace(d("action")+" "+d("command")+" "+d("target"))
	case "operator_tls_check":
		n.summary = fmt.Sprintf("TLS connection to %s by hand%s", firstOf(n.e().Server, d("server"), "a server"), prefixed(", certificate of ", d("subject")))
	default:
		n.summary = strings.ReplaceAll(n.name, "_", " ")
	}
	n.summary = strings.TrimSpace(n.summary)
}

// rowStage tells by file or port what a packet is about.
func rowStage(n *entry) string {
	if f := firstOf(n.detail("file"), n.detail("for_file")); f != "" {
		return stageOfFile(f)
	}
	for _, port := range []string{n.detail("dst_port"), n.detail("src_port")} {
		switch port {
		case "2445":
			return "tvs"
		case "3804":
			return "capf"
		case "443", "8443", "9443":
			return "https"
		case "2000", "2443", "5060", "5061", "sip-tls", "sccp":
			return "registration"
		}
	}
	return "transport"
}

func stageOfFile(file string) string {
	if kind := fileKind(file); kind != "other" {
		return kind
	}
	return "transport"
}
