package view

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"trustline/correlate"
)

var qualities = map[string]Word{
	"good":    {"ok", "✔", "good", "covers what the phones did"},
	"limited": {"degraded", "▲", "limited", "something that matters is not in it"},
	"missing": {"fail", "✘", "missing", "was not given"},
}

// Quality gives the word for how good a source is.
func Quality(s string) Word { return known(qualities, s) }

var services = map[string]string{
	"capture": "capture", "console": "console log", "status": "status messages", "tvs-trace": "TVS trace", "capf-trace": "CAPF trace",
	"ctftp-trace": "TFTP trace", "ctftp-sdi": "TFTP trace", "ctftp-sdl": "TFTP trace", "ccm-trace": "CallManager trace", "syslog": "syslog alarms",
	"certmgmt-log4j": "certificate log", "lists": "trust lists", "statements": "operator's statements",
}

// Service names a kind of source in words.
func Service(s string) string {
	if w, ok := services[s]; ok {
		return w
	}
	return Shorten(s, 24)
}

// Limit is something that a source cannot show, and of how many phones.
type Limit struct {
	Text   string
	Phones int
}

// Source is one source of the report, or one that is missing: the coverage of
// all phones that it tells of.
type Source struct {
	Word     Word
	Service  string
	Input    string // as the report names it; "" when missing
	Files    int    // of ByNode: how many inputs are joined
	Node     string
	Needed   bool
	Phones   int    // 0: about none in particular
	Phone    string // the only one
	From, To *string
	Limits   []Limit
	Holes    []correlate.Hole
	Rows     []*correlate.Coverage
}

// maxHoles bounds the holes of one source that are kept for showing.
const maxHoles = 200

// Sources joins the rows of the report's coverage by source: what is missing
// and matters first, then what is limited, good, and not needed.
func Sources(r *correlate.Report) []*Source {
	type key struct{ input, service, node, quality string }
	by := map[key]*Source{}
	var out []*Source
	for i := range r.Coverage {
		c := &r.Coverage[i]
		k := key{c.Input, c.Service, Opt(c.Node), c.Quality}
		s := by[k]
		if s == nil {
			s = &Source{Word: Quality(c.Quality), Service: c.Service, Input: c.Input, Node: Opt(c.Node), From: c.From, To: c.To}
			by[k] = s
			out = append(out, s)
		}
		s.add(c)
	}
	slices.SortStableFunc(out, func(a, b *Source) int { return a.rank() - b.rank() })
	return out
}

// ByNode joins the sources of one service and node that are equally good: the
// parts of a rotated trace, which lack the same minutes. Times and holes are those
// of the first.
func ByNode(list []*Source) []*Source {
	type key struct{ service, node, quality string }
	by := map[key]*Source{}
	var out []*Source
	for _, s := range list {
		k := key{s.Service, s.Node, s.Word.Label}
		one := by[k]
		if one == nil || s.Node == "" || s.Input == "" {
			c := *s
			if s.Node != "" && s.Input != "" {
				c.Files = 1
			}
			c.Rows, c.Limits = slices.Clone(s.Rows), slices.Clone(s.Limits)
			by[k] = &c
			out = append(out, &c)
			continue
		}
		one.Files++
		one.Rows = append(one.Rows, s.Rows...)
		one.Needed = one.Needed || s.Needed
		for _, l := range s.Limits { // one limit of two files concerns the same phones
			if !slices.ContainsFunc(one.Limits, func(k Limit) bool { return k.Text == l.Text }) {
				one.Limits = append(one.Limits, l)
			}
		}
	}
	return out
}

func (s *Source) add(c *correlate.Coverage) {
	s.Rows = append(s.Rows, c)
	s.Needed = s.Needed || c.Needed
	if c.Phone != nil {
		s.Phones++
		s.Phone = Name(*c.Phone)
	}
	s.Holes = append(s.Holes, c.Holes[:min(len(c.Holes), max(0, maxHoles-len(s.Holes)))]...)
	for _, h := range c.Hides {
		i := slices.IndexFunc(s.Limits, func(l Limit) bool { return l.Text == h })
		if i < 0 {
			if len(s.Limits) == maxLimits {
				continue
			}
			i = len(s.Limits)
			s.Limits = append(s.Limits, Limit{Text: h})
		}
		s.Limits[i].Phones++
	}
	// Times of one form compare as texts.
	if c.From != nil && s.From != nil && len(*c.From) == len(*s.From) && *c.From < *s.From {
		s.From = c.From
	}
	if c.To != nil && s.To != nil && len(*c.To) == len(*s.To) && *c.To > *s.To {
		s.To = c.To
	}
}

// maxLimits bounds the limits of one source that are told apart.
const maxLimits = 24

// rank orders sources for reading.
func (s *Source) rank() int {
	n := map[string]int{"missing": 0, "limited": 1, "good": 2}[s.Word.Label]
	if !s.Needed {
		n = 5 - n
	}
	return n
}

// Missing tells that the source was not given.
func (s *Source) Missing() bool { return s.Word.Label == "missing" }

// Label names the source: "TVS trace of 10.1.1.12", "boot.pcapng (capture)".
func (s *Source) Label(x *Index) string {
	name := Service(s.Service)
	if s.Input != "" && s.Files == 0 {
		name = x.Input(s.Input) + " (" + name
		if s.Node != "" {
			name += " of " + s.Node
		}
		return name + ")"
	}
	if s.Node != "" {
		name += " of " + s.Node
	}
	switch {
	case s.Files == 1:
		name += " (" + path.Base(x.Input(s.Input)) + ")"
	case s.Files > 1:
		name += " (" + Plural(s.Files, "file") + ")"
	}
	return name
}

// What says in one line what is the matter with the source: its first limits,
// and how many more there are.
func (s *Source) What(x *Index, limits int) string {
	var parts []string
	if s.Missing() {
		p := "missing"
		if span := x.Span(s.From, s.To); span != "" {
			p += " for " + span
		} else if len(s.Limits) > 0 {
			p += " (" + Text(s.Limits[0].Text) + ")"
		}
		if s.Phones == 0 && len(s.Rows) > 0 && s.Rows[0].Note != "" {
			p += ", " + Text(s.Rows[0].Note)
		}
		parts = append(parts, p)
		limits = 0
	}
	for i, l := range s.Limits {
		if i == limits {
			if !s.Missing() {
				parts = append(parts, Plural(len(s.Limits)-i, "more limit"))
			}
			break
		}
		t := Text(l.Text)
		if l.Phones > 1 {
			t += fmt.Sprintf(" (%s phones)", Count(l.Phones))
		}
		parts = append(parts, t)
	}
	return strings.Join(parts, "; ")
}

// Evidence sums the sources up: the word of the worst that is needed, and how
// many there are of each.
func Evidence(list []*Source) (Word, string) {
	n := map[string]int{}
	for _, s := range list {
		if s.Needed {
			n[s.Word.Label]++
		}
	}
	var parts []string
	for _, q := range []string{"missing", "limited", "good"} {
		if n[q] > 0 {
			parts = append(parts, Count(n[q])+" "+q)
		}
	}
	w := qualities["good"]
	if n["missing"]+n["limited"] > 0 {
		w = qualities["limited"]
	}
	return w, "sources: " + strings.Join(parts, ", ")
}
