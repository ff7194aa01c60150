package correlate

import (
	"fmt"
	"slices"
	"strings"

	"trustline/correlate/evidence"
)

var _ = register(
	Question{"itl-says-unsigned", "Does the listing say that the ITL's own record did not sign it?", itlSaysUnsigned},
	Question{"served-itl-corrupt", "Does the served ITL not verify?", func(v *view) Answer { return v.corrupt("itl") }},
	Question{"served-ctl-corrupt", "Does the served CTL not verify?", func(v *view) Answer { return v.corrupt("ctl") }},
	Question{"itls-differ", "Do two TFTP servers of the cluster serve different ITLs?", func(v *view) Answer { return v.differ("itl") }},
	Question{"ctls-differ", "Do two TFTP servers of the cluster serve different CTLs?", func(v *view) Answer { return v.differ("ctl") }},
	Question{"lists-differ", "Do two TFTP servers of the cluster serve different lists?", listsDiffer},
	Question{"one-itl-stale", "Does one of them lack a certificate that a server presents?", oneITLStale},
	Question{"itl-above-limit", "Is the served ITL larger than phones load?", itlAboveLimit},
	Question{"served-itl-taken", "Did the phone take that ITL?", servedITLTaken},
)

// served lists of a kind: what the phone fetched last, else every listing and
// stated file of the servers.
func (v *view) servedFiles(kind string) []servedFile {
	var out []servedFile
	if !v.p.cluster {
		if f := v.servedList(kind); f.list != nil {
			out = append(out, f)
		}
	}
	for _, l := range v.k.files {
		if l.l.Type != kind {
			continue
		}
		fromPhone := slices.ContainsFunc(l.places, func(p evidence.Place) bool { o, _ := v.k.originOf(p.Input); return o == "phone" })
		if l.l.Origin == "listing" && !fromPhone && !slices.ContainsFunc(out, func(f servedFile) bool { return f.list == l }) {
			out = append(out, servedFile{list: l, ev: v.k.listEntries(v.p, l)})
		}
	}
	return out
}

// itlSaysUnsigned reads the CLI's own sentence about record 1 of an ITL. Of a
// CTL's backup token the same sentence is normal.
func itlSaysUnsigned(v *view) Answer {
	for _, f := range v.servedFiles("itl") {
		l := f.list.l
		if v.maybeOthers(f.list) {
			continue
		}
		if len(l.Records) > 0 && l.Records[0].SaidUnused && !slices.ContainsFunc(l.Records, func(r evidence.Record) bool { return r.SignedThis }) {
			return yes(fmt.Sprintf("the listing says of record 1, the signer of the ITL itself (serial %s): \"This etoken was not used to sign the ITL file.\"", l.Records[0].Serial), f.ev...)
		}
	}
	for _, f := range v.servedFiles("itl") {
		if v.maybeOthers(f.list) {
			continue
		}
		said := strings.ToLower(strings.Join(f.list.l.Asserted, "\n"))
		if strings.Contains(said, "verification of the itl file failed") && strings.Contains(said, "error parsing the itl file") {
			return yes("the server says of its own ITL \"Verification of the ITL file failed.\" and \"Error parsing the ITL file!!\"", f.ev...)
		}
	}
	return unknown("no listing says that the ITL's own signer did not sign it")
}

// maybeOthers tells that an ITL may be that of another TFTP server than the one that
// serves this phone: it is not like what the phone was served, or, when that is not
// in evidence, two listings differ, or nothing shows one of several phones asking
// for any list.
func (v *view) maybeOthers(l *listObj) bool {
	if v.p.cluster {
		return false
	}
	if a := v.p.served("itl"); a != nil && a.list.l.Signer.Serial != "" {
		return !v.servedLike(l)
	}
	return v.p.lastAttempt("itl") == nil && len(v.k.phones) > 1 ||
		slices.ContainsFunc(v.servedFiles("itl"), func(f servedFile) bool { return otherList(f.list, l) })
}

// servedLike tells that a listing is of the list that this phone was served: the
// same file, or one by the same signer.
func (v *view) servedLike(l *listObj) bool {
	a := v.p.served("itl")
	return sameList(a.list, l) || sameSerial(a.list.l.Signer.Serial, l.l.Signer.Serial)
}

// corrupt takes the signature recomputed from bytes, or the CLI's sentences.
func (v *view) corrupt(kind string) Answer {
	name := strings.ToUpper(kind)
	var good []*entry
	for _, f := range v.servedFiles(kind) {
		l := f.list.l
		if kind == "itl" && v.maybeOthers(f.list) {
			continue
		}
		switch {
		case l.Partial:
		case l.Origin != "listing" && l.Status == "invalid":
			return yes(fmt.Sprintf("the signature of %s does not fit its own bytes (signer %s)", firstOf(l.File, name), signerText(f.list)), f.ev...)
		case l.Origin != "listing" && l.Status == "valid":
			good = append(good, f.ev...)
		}
		for _, s := range l.Asserted {
			low := strings.ToLower(s)
			switch {
			case strings.Contains(low, "verified successfully"):
				good = append(good, f.ev...)
			case strings.Contains(low, "verification of the") && strings.Contains(low, "failed"),
				strings.Contains(low, "error parsing") && (kind == "itl" || l.Length > 0): // of a CTL of length 0 it says that there is none
				return yes(fmt.Sprintf("the server says of its own %s: %q", name, s), f.ev...)
			}
		}
	}
	if len(good) > 0 {
		return no("the served "+name+" verifies", good...)
	}
	return unknown("whether the served " + name + " verifies is not in evidence")
}

// differ compares what two servers of one cluster offer at the same time: the
// last list of each.
func (v *view) differ(kind string) Answer {
	type last struct {
		server string
		list   *listObj
		ev     []*entry
	}
	var seen []last
	add := func(server string, l *listObj, ev []*entry) {
		if i := slices.IndexFunc(seen, func(o last) bool { return o.server == server }); i >= 0 {
			seen[i] = last{server, l, ev}
			return
		}
		seen = append(seen, last{server, l, ev})
	}
	for _, a := range v.p.attempts {
		if a.kind == kind && a.list != nil && len(a.wire) > 0 && !a.list.l.Partial {
			add(hostOf(a.wire[len(a.wire)-1].e().Transfer.Server), a.list, a.evidence())
		}
	}
	if len(seen) == 0 {
		for _, f := range v.servedFiles(kind) {
			for _, p := range f.list.places {
				if p.Frame == 0 {
					add(p.Input, f.list, f.ev)
				}
			}
		}
	}
	for i := range seen {
		for j := range seen[:i] {
			a, b := seen[j], seen[i]
			if sameList(a.list, b.list) || !sameCluster(a.list.l, b.list.l) {
				continue
			}
			return yes(fmt.Sprintf("%s offers a %s signed by %s, %s one signed by %s", a.server, strings.ToUpper(kind), signerText(a.list), b.server, signerText(b.list)), slices.Concat(a.ev, b.ev)...)
		}
	}
	if len(seen) > 1 {
		return no("the servers offer the same "+strings.ToUpper(kind), slices.Concat(seen[0].ev, seen[1].ev)...)
	}
	return unknown("the " + strings.ToUpper(kind) + " of one server only is in evidence")
}

func listsDiffer(v *view) Answer {
	if a := v.ask("ctls-differ"); a.Value == Yes {
		return a
	}
	return v.ask("itls-differ")
}

// sameCluster tells that two lists share a certificate or the name of a server:
// lists of different clusters have neither.
func sameCluster(a, b *evidence.List) bool {
	for i := range a.Records {
		for j := range b.Records {
			x, y := &a.Records[i], &b.Records[j]
			if isToken(a, x) || isToken(b, y) {
				continue // two clusters may share their security tokens
			}
			if h := recordHash(x); h != "" && h == recordHash(y) {
				return true
			}
			if sameSerial(x.Serial, y.Serial) && sameDN(x.Issuer, y.Issuer) {
				return true
			}
		}
	}
	mine := names(a, "CCM", "TFTP", "TVS", "CAPF")
	for cn := range names(b, "CCM", "TFTP", "TVS", "CAPF") {
		if mine[cn] {
			return true
		}
	}
	return false
}

// oneITLStale holds each server's ITL against the TVS certificates on the wire.
func oneITLStale(v *view) Answer {
	if !v.yes("itls-differ") {
		return unknown("no two ITLs of the cluster differ")
	}
	servers, _ := v.tvsServers()
	for _, s := range servers {
		t := lastPresented(s)
		if t == nil {
			continue
		}
		knows, lacks := 0, ""
		for _, a := range v.p.attempts {
			if a.kind != "itl" || a.list == nil || len(a.wire) == 0 {
				continue
			}
			if certIn(a.list, t.cert, "TVS").state == "match" {
				knows++
			} else {
				lacks = hostOf(a.wire[len(a.wire)-1].e().Transfer.Server)
			}
		}
		if knows > 0 && lacks != "" {
			return yes(fmt.Sprintf("the ITL of %s lacks the certificate that TVS %s presents", lacks, s.address), t.n)
		}
	}
	return unknown("no certificate on the wire tells which of the ITLs is current")
}

// maxITL is the largest ITL that phones load, in bytes (Security Guide for Cisco
// Unified Communications Manager 14).
const maxITL = 65536

func itlAboveLimit(v *view) Answer {
	f := v.servedITL()
	if f.list == nil {
		return unknown("the served ITL is not in evidence")
	}
	if f.list.l.Length <= maxITL {
		return no(fmt.Sprintf("the served ITL has %d bytes", f.list.l.Length), f.ev...)
	}
	return yes(fmt.Sprintf("the served ITL has %d bytes and %d records; phones load at most %d bytes", f.list.l.Length, len(f.list.l.Records), maxITL), f.ev...)
}

func servedITLTaken(v *view) Answer {
	a := v.p.served("itl")
	switch {
	case a == nil:
		return unknown("the phone fetched no ITL in the evidence")
	case a.result == Yes && !a.inferred:
		return yes("the phone took "+a.file, slices.Concat(a.evidence(), a.proof)...)
	case a.result == No:
		return no("the phone refused "+a.file, slices.Concat(a.evidence(), a.proof)...)
	}
	return unknown("what the phone made of "+a.file+" is not in evidence", a.evidence()...)
}
