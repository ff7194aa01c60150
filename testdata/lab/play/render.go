package play

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/big"
	"net/netip"
	"path"
	"strings"
	"time"

	"trustline/testdata/lab/list"
	"trustline/testdata/lab/wire"
	"trustline/testdata/lab/x509"
)

func (s *Story) put(name string, k fileKind, data []byte) {
	s.Files[name], s.kinds[name] = data, k
}

// render writes every source of the plan.
func (w *world) render(s *Story) {
	src := w.plan.Sources
	packets := w.packets.Packets()
	if src.PhoneCapture != "" {
		kept := src.Damage.apply(w, packets)
		data := []byte(nil)
		if path.Ext(src.PhoneCapture) == ".pcapng" {
			data = wire.NG(kept, "span0", "phone side, access switch", src.Damage.Snap)
		} else {
			data = wire.Classic(kept, src.Damage.Snap)
		}
		s.put(src.PhoneCapture, capture, data)
		if !src.NoReadme {
			w.readme(s, kept)
		}
	} else if !src.NoReadme {
		w.readme(s, nil)
	}
	for _, name := range src.NodeCaptures {
		for _, n := range w.nodes {
			if n.Name == name {
				s.put(name+".pcap", capture, wire.Classic(n.view(packets), 0))
			}
		}
	}
	for _, st := range w.stations {
		prefix := "phone"
		if len(w.stations) > 1 {
			prefix = st.plan.Name
		}
		if src.Console && len(st.console) > 0 {
			s.put(prefix+"-console.log", logs, join(src.chosen(st.console), src.Excerpt, src.KeepLinesFrom))
		}
		if src.Status && len(st.status) > 0 {
			name := "status.txt"
			if len(w.stations) > 1 {
				name = prefix + "-status.txt"
			}
			s.put(name, logs, join(st.status, false, time.Time{}))
		}
	}
	for _, c := range w.plan.Clusters {
		for _, n := range w.clusters[c.Name].nodes {
			for name, wanted := range map[string]bool{tvsTrace: src.TVS, capfTrace: src.CAPF, tftpTrace: src.CTFTP, callTrace: src.SDL} {
				if t := n.traces[name]; wanted && t != nil {
					s.put(name+"-"+n.Name+".txt", logs, join(t.lines(), false, time.Time{}))
				}
			}
		}
	}
	if src.Syslog {
		if text := w.syslog(); text != "" {
			s.put("syslog.txt", logs, []byte(text))
		}
	}
	w.listings(s)
	if facts := append(append([]string{}, w.plan.Facts...), w.menu()...); len(facts) > 0 {
		s.put("case.facts", other, []byte(strings.Join(facts, "\n")+"\n"))
	}
}

// view is what a capture on the node shows: its own packets, but those that a
// firewall dropped, with its clock.
func (n *node) view(packets []wire.Packet) []wire.Packet {
	var out []wire.Packet
	for _, p := range packets {
		if p.Dropped || !p.Touches(n.host.IP) {
			continue
		}
		p.At = p.At.Add(n.Ahead)
		out = append(out, p)
	}
	return out
}

// apply damages the capture at the phone.
func (d Damage) apply(w *world, packets []wire.Packet) []wire.Packet {
	phones := map[netip.Addr]bool{}
	for _, st := range w.stations {
		phones[st.host.IP] = true
	}
	var out []wire.Packet
	for i, p := range packets {
		if p.At.Before(d.From) || p.At.Before(w.plan.Start) || !d.Until.IsZero() && p.At.After(d.Until) {
			continue
		}
		if d.FromPhone && !phones[p.From] {
			continue
		}
		if len(d.Ports) > 0 && !has(d.Ports, p.Ports) {
			continue
		}
		h := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(w.plan.Name), uint64(i)))
		if int(binary.BigEndian.Uint16(h[:]))%100 < d.Loss {
			continue
		}
		out = append(out, p)
		if d.Double {
			p.At, p.Label = p.At.Add(12*us), ""
			out = append(out, p)
		}
	}
	return out
}

func has(ports []uint16, of [2]uint16) bool {
	for _, p := range ports {
		if p == of[0] || p == of[1] {
			return true
		}
	}
	return false
}

// syslog renders the alarms of every change, as CiscoSyslog on the publisher
// holds them.
func (w *world) syslog() string {
	var b strings.Builder
	number := 411
	for _, c := range w.plan.Clusters {
		for _, h := range c.History {
			alarm := func(after time.Duration, facility string, severity int, name, app, text string) {
				number++
				b.WriteString(ciscoLog(h.At.Add(after), number, h.Node, facility, severity, name, app, text))
			}
			const tvs, tftp = "Cisco Trust Verification Service", "Cisco Tftp"
			switch {
			case h.What == Rollback:
				alarm(3*time.Second, "TVS", 6, "RollBackToPre8.0Enabled", tvs, "Roll Back to Pre 8.0 has been enabled in the Enterprise Parameter page")
			case h.What == RollbackEnd:
				alarm(3*time.Second, "TVS", 6, "RollBackToPre8.0Disabled", tvs, "Roll Back to Pre 8.0 has been disabled in the Enterprise Parameter page")
			case h.What != Regenerate && h.What != Rename:
				continue
			case h.Service&TVS != 0 || h.What == Rename:
				alarm(4108*ms, "TVS", 6, "TVSCertificateRegenerated", tvs, "TVS Server certificate has been regenerated")
			}
			if h.Service&CAPF != 0 {
				alarm(2*time.Second, "CAPF", 6, "CAPFCertificateRegenerated", "Cisco Certificate Authority Proxy Function", "CAPF has generated a new CAPF certificate")
			}
			if !h.Stale {
				alarm(17312*ms, "TFTP", 5, "ITLFileRegenerated", tftp, "ITL File has been regenerated")
			}
		}
	}
	return b.String()
}

// ciscoLog renders one alarm.
func ciscoLog(at time.Time, number int, host, facility string, severity int, name, app, text string) string {
	return fmt.Sprintf("%s %s local7 %d : %d: %s.example.com: %s UTC :  %%UC_%s-%d-%s: %%[AppID=%s][ClusterID=StandAloneCluster][NodeID=%s]: %s\n",
		at.In(EDT).Format("Jan _2 15:04:05"), host, severity, number, host,
		at.UTC().Format("Jan 02 2006 15:04:05.000"), facility, severity, name, app, host, text)
}

// listings writes what the CLI prints, and the lists that the phones held.
func (w *world) listings(s *Story) {
	src := w.plan.Sources
	for word, wanted := range map[string][]ListOf{"ITL": src.ShowITL, "CTL": src.ShowCTL} {
		for _, l := range wanted {
			n := w.named(l.Node)
			if n == nil {
				continue
			}
			f := n.itl(l.At)
			style := list.Style{Word: word, Zone: EDT, Prompt: "admin:", Checksums: n.cluster.Release >= 86}
			if word == "CTL" {
				f = n.cluster.ctl(l.At)
			} else if r := n.cluster.latest(l.At, Restore); !r.At.IsZero() && r.Node == n.Name {
				style.Broken = true
			}
			style.Modified = f.Time
			s.put(l.File, other, []byte(f.Listing(style)))
		}
	}
	for _, name := range src.Certificates {
		if n := w.named(name); n != nil {
			s.put("show-cert-"+name+".txt", other, []byte(w.showCert(n)))
		}
	}
	for _, name := range src.RoleQuery {
		if n := w.named(name); n != nil {
			s.put("sql-"+name+".txt", other, []byte(w.roleQuery(n)))
		}
	}
	for _, st := range w.stations {
		for _, h := range []struct {
			held *Held
			name string
			ctl  bool
		}{{st.plan.CTL, "held-ctl.tlv", true}, {st.plan.ITL, "held-itl.tlv", false}} {
			if !src.HeldLists || h.held == nil {
				continue
			}
			n, err := w.node(h.held.Cluster, h.held.Node)
			if err != nil {
				continue
			}
			f := n.itl(h.held.At)
			if h.ctl {
				f = n.cluster.ctl(h.held.At)
			}
			s.put(w.heldName(st, h.name), other, w.bytes(f))
		}
	}
}

func (w *world) heldName(st *station, name string) string {
	if len(w.stations) > 1 {
		return st.plan.Name + "-" + name
	}
	return name
}

func (w *world) named(name string) *node {
	for _, n := range w.nodes {
		if n.Name == name {
			return n
		}
	}
	return nil
}

// menu states what the phones' menus show, and whose the lists among the files are.
func (w *world) menu() (facts []string) {
	src := w.plan.Sources
	for _, st := range w.stations {
		if src.HeldLists {
			for name, held := range map[string]*Held{"held-ctl.tlv": st.plan.CTL, "held-itl.tlv": st.plan.ITL} {
				if held != nil {
					facts = append(facts, fmt.Sprintf("origin:%s=phone", w.heldName(st, name)))
				}
			}
		}
		if src.Menu && st.ITL != nil {
			facts = append(facts, fmt.Sprintf("%s:itl-md5=%x", st.plan.Name, md5.Sum(w.bytes(st.ITL))))
		}
		if src.Menu && st.CTL != nil {
			facts = append(facts, fmt.Sprintf("%s:ctl-md5=%x", st.plan.Name, md5.Sum(w.bytes(st.CTL))))
		}
	}
	for i := 1; i < len(facts); i++ { // a map was walked
		for k := i; k > 0 && facts[k] < facts[k-1]; k-- {
			facts[k], facts[k-1] = facts[k-1], facts[k]
		}
	}
	return facts
}

// showCert prints the certificates of a node as "show cert own" does.
func (w *world) showCert(n *node) string {
	var b strings.Builder
	at := w.end()
	for _, c := range []struct {
		name string
		s    Service
	}{{"CallManager/CallManager.pem", CallManager}, {"TVS/TVS.pem", TVS}, {"CAPF/CAPF.pem", CAPF}, {"tomcat/tomcat.pem", Tomcat}} {
		if n.Runs&c.s == 0 {
			continue
		}
		x := n.cert(c.s, at, false)
		if r := n.cluster.latest(at, Restore); c.s == CallManager && r.Node == n.Name {
			x = n.itl(at).Signer
		}
		fmt.Fprintf(&b, "admin:show cert own %s\n[\n  Version: V3\n  Serial Number: %s\n  SignatureAlgorithm: SHA1withRSA (1.2.840.113549.1.1.5)\n  Issuer Name: %s\n  Validity From: %s\n           To:   %s\n  Subject Name: %s\n]\n\n",
			c.name, new(big.Int).SetBytes(x.Serial), commas(x.Issuer), x.NotBefore.In(EDT).Format(ctime), x.NotAfter.In(EDT).Format(ctime), commas(x.Subject))
	}
	return b.String()
}

const ctime = "Mon Jan 02 15:04:05 MST 2006"

func commas(n x509.Name) string { return strings.ReplaceAll(n.String(), ";", ", ") }

// roleQuery prints the database's certificates and roles. After the fault of
// CSCtn50405 the database has the CallManager certificate that the platform lost.
func (w *world) roleQuery(n *node) string {
	at := w.end()
	rows := [][4]string{{"subjectname", "serialnumber", "ipv4address", "name"}}
	add := func(c *x509.Certificate, role string) {
		rows = append(rows, [4]string{c.Subject.String(), fmt.Sprintf("%x", c.Serial), n.Address, role})
	}
	add(n.cert(CallManager, at, false), "Authentication and Authorization")
	add(n.cert(TVS, at, false), "Trust Verification Service")
	for _, m := range n.cluster.nodes {
		if m.Runs&CAPF != 0 {
			add(m.cert(CAPF, at, false), "Certificate Authority Proxy Function")
		}
	}
	var width [4]int
	for _, r := range rows {
		for i, v := range r {
			width[i] = max(width[i], len(v))
		}
	}
	var b strings.Builder
	b.WriteString("admin:run sql select c.subjectname, c.serialnumber, c.ipv4address, t.name from certificate as c, certificatetrustrolemap as r, typetrustrole as t where c.pkid = r.fkcertificate and t.enum = r.tktrustrole\n")
	for i, r := range rows {
		for k, v := range r {
			fmt.Fprintf(&b, "%-*s ", width[k], v)
		}
		b.WriteString("\n")
		if i == 0 {
			for _, n := range width {
				b.WriteString(strings.Repeat("=", n) + " ")
			}
			b.WriteString("\n")
		}
	}
	return strings.ReplaceAll(b.String(), " \n", "\n")
}

// end is the time of the last event.
func (w *world) end() (at time.Time) {
	for _, p := range w.plan.Phones {
		for _, e := range p.Events {
			if e.At.After(at) {
				at = e.At
			}
		}
	}
	return at.Add(10 * time.Minute)
}
