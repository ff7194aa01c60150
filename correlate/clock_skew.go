package correlate

import (
	"fmt"
	"strings"
)

// phoneClocks are the measurements that rest on one phone's evidence, and the
// pairs among them that are its own.
type phoneClocks struct {
	offsets []*offset
	pairs   []*anchor
}

// clocksOf gives the measurements that concern a phone. The index is made once:
// a trace of a large cluster is measured by every phone.
func (k *kase) clocksOf(p *phone) *phoneClocks {
	m := k.clock
	if m.byPhone == nil {
		m.byPhone = map[string]*phoneClocks{}
		of := func(name string, o *offset) *phoneClocks {
			c := m.byPhone[name]
			if c == nil {
				c = &phoneClocks{}
				m.byPhone[name] = c
			}
			if n := len(c.offsets); n == 0 || c.offsets[n-1] != o {
				c.offsets = append(c.offsets, o)
			}
			return c
		}
		for _, o := range m.measured {
			if name := k.owner[o.src.input]; name != "" {
				of(name, o)
			}
			for _, a := range o.pairs {
				c := of(a.src.phone, o)
				c.pairs = append(c.pairs, a)
			}
		}
	}
	if c := m.byPhone[p.name]; c != nil {
		return c
	}
	return &phoneClocks{}
}

// skew reports clocks that differ by more than a second as a note.
func (k *kase) skew(p *phone) *Finding {
	var parts []string
	for _, o := range k.clocksOf(p).offsets {
		if o.ref.kind == "capture" && o.src.kind == "server" {
			continue
		}
		low, high := float64(o.low-o.base)/1e9, float64(o.high-o.base)/1e9
		if min(max(low, -low), max(high, -high)) < 1 {
			continue
		}
		if low >= 0 {
			parts = append(parts, fmt.Sprintf("%s is %s ahead of %s", k.sourceName(o.ref), span(low, high), k.sourceName(o.src)))
		} else {
			parts = append(parts, fmt.Sprintf("%s is %s behind %s", k.sourceName(o.ref), span(-high, -low), k.sourceName(o.src)))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return &Finding{ID: "clock-skew", Title: title("clock-skew"), Class: ClassNote, Confidence: "high", About: "clocks",
		Summary: "The clocks differ: " + strings.Join(parts, "; ") + ". Times in this report are corrected.", Evidence: k.skewEvidence(p), Remedy: []Step{{Text: "Check NTP on the servers, and the phone's date reference; the offset itself breaks nothing.", Command: "utils ntp status", Risk: "none"}}, CollectNext: []Step{}}
}

func (k *kase) skewEvidence(p *phone) []string {
	var list []*entry
	for _, a := range k.clocksOf(p).pairs {
		list = append(list, a.src, a.ref)
	}
	return ids(list)
}

// span prints an offset: whole hours and minutes apart, since those are a time
// zone more often than an error, then the seconds that were measured.
func span(low, high float64) string {
	quarter := 0
	for low-float64(quarter)*900 >= 890 {
		quarter++
	}
	off := float64(quarter) * 900
	if quarter == 0 {
		return fmt.Sprintf("%.3f to %.3f s", low, high)
	}
	zone := fmt.Sprintf("%d:%02d h", quarter/4, quarter%4*15)
	if low < off {
		return fmt.Sprintf("%s less %.3f to %.3f s", zone, off-high, off-low)
	}
	return fmt.Sprintf("%s and %.3f to %.3f s", zone, low-off, high-off)
}
