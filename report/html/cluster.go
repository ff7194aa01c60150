package html

import (
	"slices"
	"strings"
	"time"

	"trustline/correlate"
	"trustline/report/internal/view"
)

// task is one action with the phones that need it.
type task struct {
	Symbol, Label, Names string
	N                    int
	Steps                []step
}

type odd struct{ Name, Anchor, Because string }

type change struct {
	Time, Kind, Server, Text string
	Refs                     []ref
}

type shown struct {
	Address, Service, Name, Subject, Serial, First, Last string
	N                                                    int
	Refs                                                 []ref
}

type signer struct {
	Where, Kind, File, Name, Subject, Serial, First, Last string
	Phones                                                int
	Refs                                                  []ref
}

// calendar is the picture of the certificates' dates: a bar for each, and a line
// where the evidence ends.
type calendar struct {
	Bars                []calendarBar
	Years               []tick
	Now                 int
	NowLabel            string
	Bottom, Ruler, High int
	More                int
}

type calendarBar struct {
	Word               view.Word
	Label, Title, Ends string
	Y, X, W            int
	Open               bool // goes on beyond the picture
}

const (
	// taskNames bounds the names listed for an action: the table of phones has
	// them all.
	taskNames = 60
	// calendarRows bounds the certificates of the picture.
	calendarRows = 24
	calendarRow  = 22
	calendarLeft = 300
	calendarWide = 590
	// The picture shows from yearsBefore years before the last evidence to
	// yearsAfter after it. What lies beyond is drawn to its edge.
	yearsBefore, yearsAfter = 1, 5
)

// tasks lists the actions of a fleet; nil for one phone, whose action its answer
// says.
func (b *builder) tasks(anchors map[string]string) (list []task, odds []odd) {
	if b.r.Count() < 2 {
		return nil, nil
	}
	for _, k := range view.Tasks(b.r) {
		t := task{Symbol: k.Symbol, Label: k.Label, N: len(k.Phones), Names: view.Names(k.Phones, taskNames)}
		for _, g := range k.Groups {
			if len(g.Remedy) > 0 && len(t.Steps) < 3 {
				t.Steps = append(t.Steps, newStep(g.Remedy[0]))
			}
		}
		list = append(list, t)
	}
	for _, o := range view.Odds(b.r) {
		odds = append(odds, odd{o.Phone, anchors[o.Phone], o.Because})
	}
	return list, odds
}

func (b *builder) history(out *cluster) {
	c := &b.r.Cluster
	for _, x := range c.Changes[:min(maxInputs, len(c.Changes))] {
		out.Changes = append(out.Changes, change{b.x.Second(x.Time, x.TimeText), view.ChangeKind(x.Kind), view.Opt(x.Server), view.Text(x.Text), b.refs(x.Evidence)})
	}
	out.MoreChanges = len(c.Changes) - len(out.Changes)
	for _, x := range c.Presented[:min(maxInputs, len(c.Presented))] {
		out.Presented = append(out.Presented, shown{view.Name(x.Address), view.Name(x.Service), view.CommonName(x.Subject), view.Text(x.Subject), view.Name(x.Serial),
			b.x.Second(x.First, ""), b.x.Second(x.Last, ""), x.Connections, b.refs(x.Evidence)})
	}
	out.MorePresented = len(c.Presented) - len(out.Presented)
	for _, x := range c.Signers[:min(maxInputs, len(c.Signers))] {
		s := signer{Where: view.Opt(x.Server), Kind: kindName(x.Kind), File: view.Name(x.File), Name: view.CommonName(x.Signer.Name), Subject: view.Text(x.Signer.Name), Serial: view.Name(x.Signer.Serial),
			First: b.x.Second(x.First, ""), Last: b.x.Second(x.Last, ""), Phones: x.Phones, Refs: b.refs(x.Evidence)}
		if x.Source != nil {
			s.Where = b.x.Input(*x.Source)
		}
		if x.Files > 1 {
			s.File += " and " + view.Count(x.Files-1) + " more"
		}
		out.Signers = append(out.Signers, s)
	}
	out.MoreSigners = len(c.Signers) - len(out.Signers)
	out.Calendar = b.calendar()
}

func kindName(kind string) string {
	switch kind {
	case "ctl", "itl":
		return strings.ToUpper(kind)
	}
	return view.Shorten(kind, 16)
}

// calendar draws the servers' certificates and, after them, others whose dates
// need a word; nil when nothing dates the evidence or no certificate has dates.
func (b *builder) calendar() *calendar {
	now, ok := view.DateOf(b.r.Cluster.AsOf)
	if !ok {
		return nil
	}
	from, to := now.AddDate(-yearsBefore, 0, 0), now.AddDate(yearsAfter, 0, 0)
	place := func(t time.Time) int {
		share := t.Sub(from).Seconds() / to.Sub(from).Seconds()
		return calendarLeft + int(max(0, min(1, share))*calendarWide)
	}
	var certs []*correlate.Certificate
	for i := range b.r.Cluster.Certificates {
		c := &b.r.Cluster.Certificates[i]
		_, dated := view.DateOf(c.NotAfter)
		if _, begun := view.DateOf(c.NotBefore); begun && dated && (len(c.Roles) > 0 || c.Status != "ok") {
			certs = append(certs, c)
		}
	}
	slices.SortStableFunc(certs, func(a, b *correlate.Certificate) int { return strings.Compare(*a.NotAfter, *b.NotAfter) })
	out := &calendar{Now: place(now), NowLabel: "last evidence " + b.date(b.r.Cluster.AsOf), More: max(0, len(certs)-calendarRows)}
	for i, c := range certs[:min(calendarRows, len(certs))] {
		start, _ := view.DateOf(c.NotBefore)
		end, _ := view.DateOf(c.NotAfter)
		w := view.CertStatus(c.Status)
		r := calendarBar{Word: w, Label: view.Shorten(view.CertName(c), 30) + " " + view.Shorten(c.Serial, 9), Ends: b.date(c.NotAfter), Y: 6 + i*calendarRow, X: place(start), Open: end.After(to),
			Title: view.CertName(c) + ", serial " + view.Name(c.Serial) + ": " + b.date(c.NotBefore) + " to " + b.date(c.NotAfter) + ", " + w.Label + " (" + view.Left(c) + ")"}
		r.W = max(3, place(end)-r.X)
		r.X = min(r.X, calendarLeft+calendarWide-r.W)
		out.Bars = append(out.Bars, r)
	}
	if len(out.Bars) == 0 {
		return nil
	}
	for y := from.Year() + 1; y <= to.Year(); y++ {
		out.Years = append(out.Years, tick{X: place(time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC)), Label: time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006")})
	}
	out.Bottom = len(out.Bars)*calendarRow + 4
	out.Ruler = out.Bottom + 14
	out.High = out.Bottom + 34
	return out
}
