package view

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"trustline/correlate"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                     "plain",
		"Müller – ✔ 電話":             "Müller – ✔ 電話",
		"\x1b[2J":                   `\x1b[2J`,
		"a\r\n\tb":                  `a\r\n\tb`,
		"\x00\x7f\u009b":            `\x00\x7f\u009b`,
		"\u202egnp.exe":             `\u202egnp.exe`,
		"\u2066\u2069\u200f":        `\u2066\u2069\u200f`,
		"\u200b\ufeff\u00ad":        `\u200b\ufeff\u00ad`,
		"\u2028\u2029":              `\u2028\u2029`,
		"\U000e0041\ue000":          `\U000e0041\ue000`,
		"\xff\xc3(":                 `\xff\xc3(`,
		"\xef\xbf":                  `\xef\xbf`,
		"\ufffd":                    "\ufffd",
		"e\u0301\u0301\u0301":       "e\u0301\u0301\u0301",
		"e\u0301\u0301\u0301\u0301": "e\u0301\u0301\u0301" + `\u0301`,
		`C:\new`:                    `C:\new`,
		"a\u00a0b\u3000":            "a\u00a0b\u3000",
	} {
		if got := Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		in   string
		max  int
		want string
	}{
		{"abc", 3, "abc"},
		{"äöü", 3, "äöü"},
		{"abcd", 3, "abc… (cut, 4 bytes in all)"},
		{strings.Repeat("ä", 5000), 3, "äää… (cut, 10,000 bytes in all)"},
		{"\x1b\x1b", 4, `\x1b… (cut, 2 bytes in all)`},
		{"😀😀😀", 3, "😀😀😀"},
		{"😀😀😀x", 3, "😀😀😀… (cut, 13 bytes in all)"},
		{"", 3, ""},
	} {
		if got := Clip(c.in, c.max); got != c.want {
			t.Errorf("Clip(%.10q, %d) = %q, want %q", c.in, c.max, got, c.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"plain", "\x1b]0;x\x07", "\u202e", "\xff\xfe", "e\u0301\u0301\u0301\u0301", "😀\u200d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range []string{Clean(s), Clip(s, 20)} {
			if !utf8.ValidString(c) || strings.ContainsAny(c, "\x00\x07\x1b\n\r\t\x7f\u009b\u202e\u2066\u200f\ufeff\u2028") {
				t.Errorf("%q became %q", s, c)
			}
			if Clean(c) != c {
				t.Errorf("%q is not clean", c)
			}
		}
	})
}

func ptr[T any](v T) *T { return &v }

func TestRefs(t *testing.T) {
	place := func(in string, frame, line, end int) correlate.Place {
		p := correlate.Place{Input: in}
		if frame > 0 {
			p.Frame = &frame
		}
		if line > 0 {
			p.Line = &line
		}
		if end > 0 {
			p.EndLine = &end
		}
		return p
	}
	r := &correlate.Report{
		Inputs: []correlate.Input{{Name: "c/a.log"}, {Name: "c/b/x.pcap"}, {Name: "n1/t.txt.gz!/t.txt"}, {Name: "n2/t.txt.gz!/t.txt"}},
		Phones: []correlate.Phone{{Timeline: []correlate.Entry{
			{ID: "e1", Source: place("c/a.log", 0, 12, 0)}, {ID: "e2", Source: place("c/a.log", 0, 15, 17)},
			{ID: "e3", Source: place("c/b/x.pcap", 3, 0, 0)}, {ID: "e4", Source: place("c/b/x.pcap", 9, 0, 0)},
			{ID: "e7", Source: place("c/a.log", 0, 20, 0)}, {ID: "e8", Source: place("c/a.log", 0, 21, 0)}, {ID: "e9", Source: place("c/a.log", 0, 22, 0)},
			{ID: "e5", Source: place("--fact", 0, 0, 0)}, {ID: `e"6`, Source: place("n1/t.txt.gz!/t.txt", 0, 1, 0)},
		}}},
	}
	x := NewIndex(r, nil)
	for _, c := range []struct {
		ids  []string
		want string
	}{
		{[]string{"e1"}, "a.log:12"},
		{[]string{"e1", "e2", "e1"}, "a.log:12, 15-17"},
		{[]string{"e3"}, "x.pcap frame 3"},
		{[]string{"e9", "e2", "e8", "e7", "e1"}, "a.log:12, 15-17, 20-22"},
		{[]string{"e3", "e1", "e4"}, "x.pcap frames 3, 9; a.log:12"},
		{[]string{"e5", `e"6`}, "--fact; n1/t.txt.gz:1"},
		{[]string{"e99"}, "e99"},
		{nil, ""},
	} {
		if got := x.Refs(c.ids); got != c.want {
			t.Errorf("Refs(%q) = %q, want %q", c.ids, got, c.want)
		}
	}
	if x.Anchor("e1") != "e1" || strings.ContainsAny(x.Anchor(`e"6`), `"`) || x.Anchor("e99") != "" {
		t.Error("anchors")
	}
	if got := x.Ref("e2"); got != "a.log:15-17" {
		t.Errorf("Ref = %q", got)
	}
}

func TestClockWords(t *testing.T) {
	x := NewIndex(&correlate.Report{}, nil)
	pairs := make([]correlate.ClockPair, 3)
	for _, c := range []struct {
		c    correlate.Clock
		want string
	}{
		{correlate.Clock{Source: "a", Reference: "b", OffsetLow: 2.185, OffsetHigh: 2.22, Pairs: pairs}, "a runs 2.185 to 2.220 s behind b (from 3 pairs of events)"},
		{correlate.Clock{Source: "a", Reference: "b", OffsetLow: -2.22, OffsetHigh: -2.185, Pairs: pairs[:1]}, "a runs 2.185 to 2.220 s ahead of b (from 1 pair of events)"},
		{correlate.Clock{Source: "a", Reference: "b", OffsetLow: -0.02, OffsetHigh: 0.05}, "a and b agree within 50.0 ms (not measured)"},
		{correlate.Clock{Source: "a", Boot: 2, Reference: "b", OffsetLow: 41225.9, OffsetHigh: 41227}, "a (after restart 2) runs 11 h 27 min 6 s to 11 h 27 min 7 s behind b (not measured)"},
		{correlate.Clock{Source: "a", Reference: "b", OffsetLow: 14400.42, OffsetHigh: 14400.422}, "a runs 4:00 h and 0.420 to 0.422 s behind b (not measured)"},
		{correlate.Clock{Source: "a", Reference: "b", OffsetLow: -25200.05, OffsetHigh: -25200.05}, "a runs 7:00 h and 50.0 ms ahead of b (not measured)"},
		{correlate.Clock{Source: "a", Reference: "b", OffsetLow: 14398.87, OffsetHigh: 14398.872}, "a runs 4:00 h less 1.128 to 1.130 s behind b (not measured)"},
		{correlate.Clock{Source: "a"}, "a stands alone"},
	} {
		if got := x.Clock(c.c); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestWhen(t *testing.T) {
	x := NewIndex(&correlate.Report{}, nil)
	for _, c := range []struct {
		time *string
		text string
		day  string
		at   string
	}{
		{ptr("2013-03-05T15:20:40.001204Z"), "x", "2013-03-05", "15:20:40.001"},
		{nil, "15:20:59.789738", "", "15:20:59.789"},
		{nil, "Nov 29 06:33:59.908586", "Nov 29", "06:33:59.908"},
		{nil, "09:20", "", "09:20"},
		{ptr("rubbish\x1b"), "", "", `rubbish\x1b`},
		{nil, "", "", ""},
	} {
		m := x.When(c.time, c.text)
		if m.Day != c.day || m.Clock != c.at {
			t.Errorf("When(%v, %q) = %+v", c.time, c.text, m)
		}
	}
	a, b := x.When(ptr("2013-03-05T15:20:40Z"), ""), x.When(ptr("2013-03-05T15:20:42.5Z"), "")
	if d, ok := b.Since(a); !ok || d != 2.5 {
		t.Errorf("Since = %v %v", d, ok)
	}
	if _, ok := x.When(nil, "15:20:59").Since(a); ok {
		t.Error("a dated and an undated time were compared")
	}
	x = NewIndex(&correlate.Report{}, time.FixedZone("UTC+02:00", 7200))
	if m := x.When(ptr("2013-03-05T23:20:40.5Z"), ""); m.Day != "2013-03-06" || m.Clock != "01:20:40.500" {
		t.Errorf("in a zone: %+v", m)
	}
	if got, want := x.Span(ptr("2013-03-05T12:00:00Z"), ptr("2013-03-05T13:00:01Z")), "2013-03-05 14:00:00 – 15:00:01 UTC+02:00"; got != want {
		t.Errorf("Span = %q, want %q", got, want)
	}
}

func TestSmallWords(t *testing.T) {
	for got, want := range map[string]string{
		Count(0): "0", Count(999): "999", Count(-1234567): "-1,234,567",
		Size(999): "999 B", Size(1500): "1.5 kB", Size(2_500_000_000): "2.5 GB",
		Plural(1, "entry"): "1 entry", Plural(2, "entry"): "2 entries", Plural(0, "phone"): "0 phones",
		Join([]string{"a", "b", "c"}):   "a, b and c",
		CommonName("CN=cucm-a1;OU=TAC"): "cucm-a1", CommonName("/C=US/CN=x"): "x", CommonName("nothing"): "nothing",
		Seconds(0.0002): "200 µs", Seconds(0.05): "50.0 ms", Seconds(2.5): "2.500 s", Seconds(252): "4 min 12 s", Seconds(90000): "1 d 1 h",
		ShortWord("callmanager"): "ccm", ShortWord("a-very-long-word"): "a-very…",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if !SameSerial("0ADC", "adc") || SameSerial("", "0") {
		t.Error("serials")
	}
}
