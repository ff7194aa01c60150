package view

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"trustline/correlate"
)

// Where says where a piece of evidence stands: "boot.pcapng frame 41",
// "console.log:1184", "show-itl.txt:12-15", or the name alone.
func Where(p correlate.Place) string { return at(Name(p.Input), p) }

func at(name string, p correlate.Place) string {
	switch {
	case p.Frame != nil:
		return fmt.Sprintf("%s frame %d", name, *p.Frame)
	case p.Line != nil && p.EndLine != nil && *p.EndLine > *p.Line:
		return fmt.Sprintf("%s:%d-%d", name, *p.Line, *p.EndLine)
	case p.Line != nil:
		return fmt.Sprintf("%s:%d", name, *p.Line)
	}
	return name
}

// Filter is the Wireshark display filter that shows a frame, "" for a line.
func Filter(p correlate.Place) string {
	if p.Frame == nil {
		return ""
	}
	return fmt.Sprintf("frame.number==%d", *p.Frame)
}

// Index finds the entries of a report by their identifiers.
type Index struct {
	r       *correlate.Report
	entries map[string]*correlate.Entry
	anchors map[string]string
	short   map[string]string
	zone    *time.Location
}

var plainID = regexp.MustCompile(`^e[0-9]{1,9}$`)

// NewIndex reads the entries of the phones and those of none; a large fleet's are
// looked up when they are asked for. Times are shown in a zone; nil is UTC.
func NewIndex(r *correlate.Report, zone *time.Location) *Index {
	if zone == nil {
		zone = time.UTC
	}
	x := &Index{r: r, entries: map[string]*correlate.Entry{}, anchors: map[string]string{}, zone: zone}
	add := func(list []correlate.Entry) {
		for i := range list {
			id := list[i].ID
			if _, twice := x.entries[id]; twice {
				continue
			}
			x.entries[id] = &list[i]
			// An identifier of another form cannot stand in a link as it is.
			x.anchors[id] = id
			if !plainID.MatchString(id) {
				x.anchors[id] = fmt.Sprintf("evidence-%d", len(x.entries))
			}
		}
	}
	for i := range r.Phones {
		add(r.Phones[i].Timeline)
	}
	add(r.Unassigned)
	x.short = shortNames(r)
	return x
}

// Zone names the zone in which times are shown.
func (x *Index) Zone() string { return x.zone.String() }

// Entry gives the entry of an identifier, nil when the report holds none.
func (x *Index) Entry(id string) *correlate.Entry {
	if e := x.entries[id]; e != nil {
		return e
	}
	return x.r.Entry(id)
}

// Anchor is the fragment under which an entry stands in a page; "" when the
// report does not hold it.
func (x *Index) Anchor(id string) string {
	if a := x.anchors[id]; a != "" {
		return a
	}
	if plainID.MatchString(id) && x.r.Entry(id) != nil {
		return id
	}
	return ""
}

// Ref resolves an identifier to its place; an unknown one stays as it is.
func (x *Index) Ref(id string) string {
	e := x.Entry(id)
	if e == nil {
		return Name(id)
	}
	return x.Short(e.Source)
}

// span is a run of lines, or of frames.
type span struct{ from, to int }

// Refs resolves identifiers to places, the frames or lines of one input
// together and in order: "boot.pcapng frames 3, 9; console.log:12, 15-17".
func (x *Index) Refs(ids []string) string {
	type group struct {
		name, kind string // kind is " frame", ":" or ""
		spans      []span
	}
	var groups []*group
	for _, id := range ids {
		name, kind, at := Name(id), "", span{}
		if e := x.Entry(id); e != nil {
			p := e.Source
			name = x.Input(p.Input)
			switch {
			case p.Frame != nil:
				kind, at = " frame", span{*p.Frame, *p.Frame}
			case p.Line != nil:
				kind, at = ":", span{*p.Line, *p.Line}
				if p.EndLine != nil && *p.EndLine > *p.Line {
					at.to = *p.EndLine
				}
			}
		}
		i := slices.IndexFunc(groups, func(g *group) bool { return g.name == name && g.kind == kind })
		if i < 0 {
			i = len(groups)
			groups = append(groups, &group{name: name, kind: kind})
		}
		if kind != "" {
			groups[i].spans = append(groups[i].spans, at)
		}
	}
	out := make([]string, len(groups))
	for i, g := range groups {
		pos := join(g.spans)
		if g.kind == " frame" {
			if strings.ContainsAny(pos, ",-") {
				g.kind += "s"
			}
			g.kind += " "
		}
		out[i] = g.name + g.kind + pos
	}
	return strings.Join(out, "; ")
}

// join lists positions in order, each once, three or more in a row as a range.
func join(spans []span) string {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	spans = slices.Compact(spans)
	var parts []string
	for i := 0; i < len(spans); {
		s, j := spans[i], i+1
		for j < len(spans) && s.from == s.to && spans[j] == (span{spans[j-1].to + 1, spans[j-1].to + 1}) {
			j++
		}
		switch {
		case j-i >= 3:
			parts = append(parts, fmt.Sprintf("%d-%d", s.from, spans[j-1].to))
		case s.to > s.from:
			parts = append(parts, fmt.Sprintf("%d-%d", s.from, s.to))
			j = i + 1
		default:
			parts = append(parts, fmt.Sprint(s.from))
			j = i + 1
		}
		i = j
	}
	return strings.Join(parts, ", ")
}

// Short says where something stands, with the shortest name of its input.
func (x *Index) Short(p correlate.Place) string { return at(x.Input(p.Input), p) }

// Input gives the shortest name of an input that no other input of the report
// shares: its last elements. The list of inputs tells the whole name.
func (x *Index) Input(name string) string {
	if s, ok := x.short[name]; ok {
		return s
	}
	return Name(name)
}

// maxTail bounds the elements of a name that are tried to tell it from others.
const maxTail = 4

// shortNames cuts leading folders off the names of inputs as far as they stay
// distinct.
func shortNames(r *correlate.Report) map[string]string {
	owners := map[string]int{}
	seen := map[string]bool{}
	for _, in := range r.Inputs {
		if seen[in.Name] {
			continue
		}
		seen[in.Name] = true
		for _, s := range tails(in.Name) {
			owners[s]++
		}
	}
	out := map[string]string{}
	for name := range seen {
		out[name] = Name(name)
		for _, s := range tails(name) {
			if owners[s] == 1 {
				out[name] = Name(s)
				break
			}
		}
	}
	return out
}

// tails gives the last element of a name, the last two and so on. A compressed
// file with its only member counts as the file: "a.txt.gz!/a.txt" is "a.txt.gz".
func tails(name string) []string {
	if len(name) > MaxName*4 {
		return nil
	}
	if outer, member, ok := strings.Cut(name, "!/"); ok {
		base := path.Base(outer)
		if strings.TrimSuffix(base, path.Ext(base)) == member {
			name = outer
		}
	}
	elements := strings.Split(name, "/")
	var out []string
	for n := 1; n <= min(len(elements), maxTail); n++ {
		out = append(out, strings.Join(elements[len(elements)-n:], "/"))
	}
	return out
}
