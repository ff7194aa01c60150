package html

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"trustline/correlate"
	"trustline/report/internal/view"
)

// trust is what the phone holds of one kind of list: words, a table, and the
// picture of who signed and presented what.
//
//	┌ the phone holds ────────┐          ┌ the server offers ──────────┐
//	│ ITL, signed by ...      │   ✘──────│ ITL signed by serial 5f3a.. │
//	├ 1 SAST cucm-a1 2100..   │          └─────────────────────────────┘
//	├ 3 TVS  cucm-a1 2e3e..   │──── ✘ ───┌ 10.1.1.11:2445 presents ... ┐
//	└─────────────────────────┘          └─────────────────────────────┘
type trust struct {
	Name   string
	State  string
	Hashes [][2]string
	Lists  []listTable
	Pic    *trustPic // nil when no list's content is known
}

type listTable struct {
	Which  string // "held" or "served"
	File   string
	From   string
	Signer string
	Serial string
	Sign   view.Word
	Length string
	Rows   []record
	More   int
}

type record struct {
	Number                 int
	Functions              string
	Name, Subject, Issuer  string
	Serial, SHA1           string
	HashOnly, SignedByThis bool
	Presented              view.Word
	Compared               bool
}

type trustPic struct {
	Height int
	Title  string
	Left   box
	Rows   []picRow
	Right  []box
	Links  []link
	Desc   string
}

type box struct {
	X, Y, W, H int
	Lines      []string
	Kind       string
	Dashed     bool
}

type picRow struct {
	Y                               int
	Number, Functions, Name, Serial string
	Kind                            string
	Title                           string
}

type link struct {
	X1, Y1, X2, Y2, MX, MY int
	Kind, Symbol, Label    string
}

// presented is a certificate that a server showed this phone.
type presented struct{ server, service, subject, serial string }

// wireOf gathers the certificates that servers showed the phone, from the
// details of its connections; of one server the last one counts.
func wireOf(p *correlate.Phone) []presented {
	var out []presented
	for _, e := range p.Timeline {
		c := object(e.Detail, "server_certificate")
		if c == nil {
			continue
		}
		n := presented{text(e.Detail, "server"), text(e.Detail, "service"), text(c, "subject"), text(c, "serial")}
		out = slices.DeleteFunc(out, func(o presented) bool { return o.server == n.server })
		out = append(out, n)
	}
	return out
}

func (b *builder) trust(name string, t *correlate.Trust, wire []presented) trust {
	out := trust{Name: name, State: view.TrustState(t.State)}
	if t.Same != nil {
		out.State += map[bool]string{true: ", the same file as the one served", false: ", another file than the one served"}[*t.Same]
	}
	for _, h := range []struct {
		label string
		v     *string
	}{{"held, SHA-1", t.SHA1}, {"held, MD5", t.MD5}, {"served, SHA-1", t.ServedSHA1}} {
		if h.v != nil {
			out.Hashes = append(out.Hashes, [2]string{h.label, view.Name(*h.v)})
		}
	}
	for _, l := range []struct {
		which string
		list  *correlate.List
	}{{"held", t.List}, {"served", t.Served}} {
		if l.list != nil {
			out.Lists = append(out.Lists, b.listTable(l.which, l.list))
		}
	}
	out.Pic = b.trustPic(name, t, wire)
	return out
}

func (b *builder) listTable(which string, l *correlate.List) listTable {
	var from []string
	for _, p := range l.From {
		from = append(from, b.x.Short(p))
	}
	t := listTable{Which: which, File: view.Name(l.File), From: view.Text(strings.Join(from, "; ")), Signer: view.CommonName(l.Signer.Name), Serial: view.Name(l.Signer.Serial),
		Sign: view.Signature(l.Signature), Length: fmt.Sprintf("%s bytes, header %s", view.Count(l.Length), view.Count(l.HeaderLength))}
	for i, r := range l.Records {
		if i == 4*maxRecords {
			t.More = len(l.Records) - i
			break
		}
		t.Rows = append(t.Rows, record{Number: r.Number, Functions: view.Name(strings.Join(r.Functions, " + ")), Name: view.CommonName(r.Subject), Subject: view.Text(r.Subject), Issuer: view.CommonName(r.Issuer),
			Serial: view.Name(r.Serial), SHA1: view.Name(r.SHA1), HashOnly: r.HashOnly, SignedByThis: view.SameSerial(r.Serial, l.Signer.Serial), Presented: view.Presented(r.Presented), Compared: r.Presented != ""})
	}
	return t
}

const (
	trustLeftW  = 480
	trustRightX = 660
	trustRightW = 340
	trustHead   = 62
	trustRow    = 30
	serialWidth = 34 // characters of a serial number: 16 bytes are usual
)

// trustPic draws the held list against what was served and presented. It
// compares nothing itself but serial numbers, to draw a line to the record it
// means; whether a certificate matches stands in the report.
func (b *builder) trustPic(name string, t *correlate.Trust, wire []presented) *trustPic {
	if t.List == nil && t.Served == nil {
		return nil
	}
	p := &trustPic{Title: name + ": who signed and presented what"}
	p.Left = box{X: 1, Y: 1, W: trustLeftW, Kind: "held"}
	y := trustHead
	if t.List == nil {
		p.Left.Lines = []string{"The phone's " + name, "its content is not in evidence"}
	} else {
		l := t.List
		p.Left.Lines = []string{"The phone holds this " + name, "signed by " + view.Shorten(view.CommonName(l.Signer.Name), 24) + ", serial " + view.Shorten(l.Signer.Serial, serialWidth)}
		for i, r := range l.Records {
			if i == maxRecords {
				p.Rows = append(p.Rows, picRow{Y: y, Name: fmt.Sprintf("and %d more records", len(l.Records)-i)})
				y += trustRow
				break
			}
			w := view.Presented(r.Presented)
			p.Rows = append(p.Rows, picRow{Y: y, Number: fmt.Sprint(r.Number), Functions: view.Shorten(strings.Join(r.Functions, "+"), 10), Name: view.Shorten(view.CommonName(r.Subject), 18), Serial: view.Shorten(r.Serial, serialWidth),
				Kind: w.Key, Title: fmt.Sprintf("record %d: %s, serial %s, %s", r.Number, view.Text(r.Subject), view.Name(r.Serial), w.Label)})
			y += trustRow
		}
	}
	p.Left.H = y
	next := b.servedBox(p, name, t)
	if t.List != nil {
		next = p.presentedBoxes(t.List, wire, next)
	}
	p.Height = max(p.Left.H, next) + 4
	p.Desc = p.describe()
	return p
}

// servedBox draws the served list and the record that its signer is.
func (b *builder) servedBox(p *trustPic, name string, t *correlate.Trust) int {
	l, same := t.Served, t.Same != nil && *t.Same
	if l == nil && same {
		l = t.List
	}
	if l == nil {
		p.Right = append(p.Right, box{X: trustRightX, Y: 1, W: trustRightW, H: 48, Lines: []string{"The served " + name, "is not in evidence"}, Dashed: true})
		return 62
	}
	title := "The server offers another " + name
	switch {
	case same:
		title = "The server offers the same " + name
	case t.List == nil || t.Same == nil:
		title = "The server offers this " + name
	}
	p.Right = append(p.Right, box{X: trustRightX, Y: 1, W: trustRightW, H: 48, Kind: "served",
		Lines: []string{title, "signed by serial " + view.Shorten(l.Signer.Serial, serialWidth)}})
	if t.List == nil {
		return 62
	}
	k := link{X1: trustRightX, Y1: 25, X2: trustLeftW + 1, Y2: 25, Kind: "fail", Symbol: "✘", Label: "no record has this serial"}
	for i, r := range t.List.Records {
		if view.SameSerial(r.Serial, l.Signer.Serial) && i < maxRecords {
			k.Kind, k.Symbol, k.Y2, k.Label = "ok", "✔", p.Rows[i].Y+trustRow/2, fmt.Sprintf("signer is record %d", r.Number)
			break
		}
	}
	p.add(k)
	return 62
}

// presentedBoxes draws, for each record that was compared with the wire, what
// was presented instead or as well.
func (p *trustPic) presentedBoxes(l *correlate.List, wire []presented, next int) int {
	for i, r := range l.Records {
		if r.Presented == "" || i >= maxRecords {
			continue
		}
		w := view.Presented(r.Presented)
		y := max(next, p.Rows[i].Y-9)
		n := box{X: trustRightX, Y: y, W: trustRightW, H: 48, Kind: w.Key}
		kind := "fail"
		switch r.Presented {
		case "match":
			kind = "ok"
		case "absent":
			kind, n.Dashed = "absent", true
		}
		var found *presented
		for j := range wire {
			same := view.SameSerial(wire[j].serial, r.Serial)
			if r.Presented == "match" && same || r.Presented == "same-name-new-key" && !same && view.CommonName(wire[j].subject) == view.CommonName(r.Subject) && serves(wire[j], r.Functions) {
				found = &wire[j]
			}
		}
		switch {
		case found != nil:
			n.Lines = []string{view.Shorten(found.server, 24) + " presents " + view.Shorten(view.CommonName(found.subject), 16), "serial " + view.Shorten(found.serial, serialWidth)}
		case r.Presented == "absent":
			n.Lines = []string{"no server presented", "serial " + view.Shorten(r.Serial, serialWidth)}
		default:
			n.Lines = []string{"on the wire: " + w.Label, "for " + view.Shorten(view.CommonName(r.Subject), 30)}
		}
		p.Right = append(p.Right, n)
		p.add(link{X1: trustRightX, Y1: y + 24, X2: trustLeftW + 1, Y2: p.Rows[i].Y + trustRow/2, Kind: kind, Symbol: w.Symbol, Label: w.Label})
		next = y + 60
	}
	return next
}

// serves tells that a service is one that a record's function is for.
func serves(w presented, functions []string) bool {
	want := map[string]string{"tvs": "TVS", "capf": "CAPF", "sccp-tls": "CCM", "sip-tls": "CCM"}[w.service]
	if w.service == "" {
		if a, err := netip.ParseAddrPort(w.server); err == nil && a.Port() == 2445 {
			want = "TVS"
		}
	}
	return want == "" || slices.Contains(functions, want)
}

func (p *trustPic) add(k link) {
	k.MX, k.MY = (k.X1+k.X2)/2, (k.Y1+k.Y2)/2
	p.Links = append(p.Links, k)
}

// describe says what the picture shows, for those who do not see it.
func (p *trustPic) describe() string {
	parts := slices.Clone(p.Left.Lines)
	for i, b := range p.Right {
		s := strings.Join(b.Lines, ", ")
		if i < len(p.Links) {
			s += " (" + p.Links[i].Label + ")"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, "; ") + "."
}
