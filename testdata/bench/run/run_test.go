package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestLongest(t *testing.T) {
	for pattern, want := range map[string]string{
		"Got a new ph conn {address:ip?} on {fd:int}":                   "Got a new ph conn",
		`{cache:one(A|B)}::getIt - Found entry \{rolecount : {n:int}\}`: "::getIt - Found entry {rolecount :",
		"Recd event": "Recd event",
	} {
		if got := longest(pattern); got != want {
			t.Errorf("longest(%q) = %q, want %q", pattern, got, want)
		}
	}
	if got, want := flexible("MsgType : TVS_MSG_"), `MsgType[ \t]+:[ \t]+TVS_MSG_`; got != want {
		t.Errorf("flexible: %q, want %q", got, want)
	}
}

func TestMessages(t *testing.T) {
	b := bench{root: filepath.Join("..", "..", "..")}
	m, err := b.messages()
	if err != nil || len(m) < 40 || !strings.Contains(strings.Join(m, "\n"), "TLS HS Done for ph_conn") {
		t.Errorf("%d messages, %v: %q", len(m), err, m)
	}
}

func TestRatio(t *testing.T) {
	const s = time.Second
	ours := &command{name: "a", walls: []time.Duration{3 * s, 1 * s, 2 * s}, cpus: []time.Duration{s}}
	theirs := &command{name: "b", walls: []time.Duration{4 * s, 4 * s, 4 * s}, cpus: []time.Duration{s}}
	b := &bench{}
	b.against("work", ours, theirs, 0.6)
	b.against("work", ours, theirs, 0.4)
	b.against("work", ours, theirs, 1.0/30)
	for i, want := range []row{
		{ratio: "0.50 (0.25 to 0.75)", target: "at most 0.6", met: true},
		{ratio: "0.50 (0.25 to 0.75)", target: "at most 0.4"},
		{ratio: "1/2.0 (1/4.0 to 1/1.3)", target: "at most 1/30"},
	} {
		if got := b.rows[i]; got.ratio != want.ratio || got.target != want.target || got.met != want.met {
			t.Errorf("row %d: %q, %q, %v", i, got.ratio, got.target, got.met)
		}
	}
}

func TestCheckStorm(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	truth := write("truth.json", `{"causes":[{"cause":"x","class":"ok","finding":"f","phones":3}],
		"each":[{"name":"A","cause":"x"},{"name":"B","cause":"x"},{"name":"C","cause":"x","holes":1}]}`)
	phone := func(name, class, primary string) string {
		return `{"name":"` + name + `","verdict":{"class":"` + class + `","primary":"` + primary + `"}}`
	}
	for _, c := range []struct {
		third string
		wrong int
	}{{phone("C", "ok", "f"), 0}, {phone("C", "inconclusive", "g"), 0}, {phone("C", "recoverable", "g"), 1}} {
		b := &bench{log: new(strings.Builder)}
		report := write("report.json", `{"schema":{"a":[1,{}]},"phones":[`+phone("A", "ok", "f")+","+phone("B", "ok", "f")+","+c.third+`],"more":1}`)
		if err := b.checkStorm(report, truth); err != nil || len(b.wrong) != c.wrong {
			t.Errorf("%s: %q, %v", c.third, b.wrong, err)
		}
	}
}

// A program that takes too long is ended.
func TestLimits(t *testing.T) {
	c := &command{name: "sleep", args: []string{"sleep", "60"}, longest: time.Second}
	if err := c.run(); !errors.As(err, new(*tooMuch)) || !strings.Contains(err.Error(), "given up after") {
		t.Errorf("%v", err)
	}
}
