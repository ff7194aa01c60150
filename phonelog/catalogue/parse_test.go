package catalogue

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// one makes a catalogue of one event with the given patterns and samples.
func one(t *testing.T, patterns ...string) *Catalogue {
	t.Helper()
	var b strings.Builder
	b.WriteString("event x\n")
	for _, p := range patterns {
		b.WriteString("  match \"" + p + "\"\n")
	}
	b.WriteString("  sample `none` from `test`\n")
	c, err := Parse("test.tl", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestParse(t *testing.T) {
	c, err := Parse("a.tl", []byte("# a remark\n"+
		"event signature_ok\n"+
		"  means  `verified`\n"+
		"  match  \"header length <{header_length:int}>\" # another\n"+
		"  set    list `CTL`\n"+
		"  sample `header length <296>` from `Cisco TechNote 116232`\n"+
		"ignore `noise` match \"tick {:int}\" sample `tick 1` from `Cisco TechNote 1`\n"+
		"event sum derived `from others`\n"+
		"part p match \"part of\" sample `part of` from `Cisco TechNote 2`\n"))
	if err != nil {
		t.Fatal(err)
	}
	es := c.Entries()
	if len(es) != 4 {
		t.Fatalf("%d entries", len(es))
	}
	e := es[0]
	if e.Event != "signature_ok" || e.Means != "verified" || e.Pattern != "header length <{header_length:int}>" ||
		e.Source != "Cisco TechNote 116232" || e.Samples[0] != "header length <296>" || e.Line != 2 || e.File != "a.tl" {
		t.Errorf("%+v", e)
	}
	if es[1].Ignore != "noise" || es[2].Derived != "from others" || !es[3].Part || es[3].Event != "p" {
		t.Errorf("%+v", es[1:])
	}
	if errs := c.Check(); len(errs) != 0 {
		t.Error(errs)
	}
	var m Match
	if !c.Match([]byte("x: header length < 296 >"), &m) || string(m.Get("header_length")) != "296" || m.Get("none") != nil {
		t.Errorf("match: %+v", m)
	}
	m.Constants(func(k, v string) {
		if k != "list" || v != "CTL" {
			t.Errorf("constant %s=%s", k, v)
		}
	})
}

func TestParseErrors(t *testing.T) {
	tests := []struct{ text, reason string }{
		{"event", "unexpected token"},
		{"event x", "neither a pattern nor a derivation"},
		{"ignore ``", "needs a reason"},
		{"event x match \"abcd\"", "has no sample"},
		{"event x derived `a` match \"abcd\" sample `abcd` from `s`", "a pattern and a derivation"},
		{"event x match \"{:text}\" sample `a` from `s`", "fewer than 4 letters"},
		{"event x match \"abc {:text}\" sample `a` from `s`", "fewer than 4 letters"},
		{"event x match \"abcd{:nope}\" sample `a` from `s`", "unknown type \"nope\""},
		{"event x match \"abcd{:int(a|b)}\" sample `a` from `s`", "choices belong to one()"},
		{"event x match \"abcd{:one}\" sample `a` from `s`", "choices belong to one()"},
		{"event x match \"abcd{:text}{:int}\" sample `a` from `s`", "unlimited length"},
		{"event x match \"abcd{:rest}x\" sample `a` from `s`", "rest must stand at the end"},
		{"event x match \" abcd\" sample `a` from `s`", "must begin with"},
		{"event x match \"{:int}abcd\" sample `a` from `s`", "must begin with"},
		{"event x match \"abcd{a:int}{b:int}{c:int}{d:int}{e:int}{f:int}{g:int}{h:int}{i:int}\" sample `a` from `s`", "more than 8 captures"},
		{"event x match \"abcd", "unexpected token"},
		{"\xff", ""},
	}
	for _, tt := range tests {
		c, err := Parse("bad.tl", []byte(tt.text))
		var pe *ParseError
		if c != nil || !errors.As(err, &pe) {
			t.Errorf("%q: %v, want a ParseError", tt.text, err)
			continue
		}
		if !strings.Contains(err.Error(), tt.reason) || !strings.HasPrefix(err.Error(), "catalogue: bad.tl:") {
			t.Errorf("%q: %v, want %q", tt.text, err, tt.reason)
		}
	}
}

func TestParseAll(t *testing.T) {
	folder := fstest.MapFS{
		"m/a.tl":   {Data: []byte("event a match \"abcd\" sample `abcd` from `s`")},
		"m/b.tl":   {Data: []byte("event b derived `from a`")},
		"m/bad.tl": {Data: []byte("\nevent")},
	}
	got, err := ParseAll(folder, "m", "b.tl", "a.tl")
	if err != nil || len(got) != 2 || got[0].Name() != "b.tl" || got[1].Name() != "a.tl" {
		t.Errorf("%v, %v", got, err)
	}
	got, err = ParseAll(folder, "m", "a.tl", "bad.tl", "none.tl")
	var pe *ParseError
	if got != nil || !errors.As(err, &pe) || pe.Name != "bad.tl" || pe.Line != 2 || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v, %v: want both faults", got, err)
	}
}

func TestCheckFindsFaults(t *testing.T) {
	c, err := Parse("t.tl", []byte("event a match \"abcd {:int}\" match \"never used\" sample `abcd 1` from `s` sample `nothing` from `s`\n"+
		"event b match \"abcd {:word}\" sample `abcd 1` from `s`"))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, err := range c.Check() {
		all = append(all, err.Error())
	}
	got := strings.Join(all, "\n")
	for _, want := range []string{"matches nothing", "no sample for \"never used\"", "also matches", "goes to t.tl:1"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}
