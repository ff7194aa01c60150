package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
)

// compress packs a file as gzip does.
func compress(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	z := gzip.NewWriter(out)
	if _, err := io.Copy(z, in); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return out.Close()
}

// planted reads numbers out of what a generator said.
func planted(path, pattern string) (out []int, err error) {
	m := regexp.MustCompile(pattern).FindStringSubmatch(said(path))
	if m == nil {
		return nil, fmt.Errorf("the generator said %q", said(path))
	}
	for _, n := range m[1:] {
		v, err := strconv.Atoi(n)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// lines runs a command of trustline that prints JSON lines and gives each to f.
func (b *bench) lines(f func(line []byte) error, args ...string) error {
	c := b.ours(args...)
	c.output = b.path("lines.json")
	if err := c.run(); err != nil {
		return err
	}
	in, err := os.Open(c.output)
	if err != nil {
		return err
	}
	defer in.Close()
	s := bufio.NewScanner(in)
	s.Buffer(nil, 1<<24)
	for s.Scan() {
		if err := f(s.Bytes()); err != nil {
			return err
		}
	}
	return s.Err()
}

// checkTFTP compares the transfers with those that the generator made.
func (b *bench) checkTFTP(file string) error {
	want, err := planted(file, `(\d+) TFTP read requests, (\d+) complete transfers`)
	if err != nil {
		return err
	}
	got := make([]int, 2)
	err = b.lines(func(line []byte) error {
		var t struct{ Outcome string }
		if err := json.Unmarshal(line, &t); err != nil {
			return err
		}
		got[0]++
		if t.Outcome == "complete" {
			got[1]++
		}
		return nil
	}, "tftp", "--quiet", "--json", file)
	if err == nil && !slices.Equal(got, want) {
		b.wrong = append(b.wrong, fmt.Sprintf("tftp: %d requests and %d complete transfers, want %d and %d", got[0], got[1], want[0], want[1]))
	}
	return err
}

// checkEvents compares the questions with those that the generator wrote.
func (b *bench) checkEvents(file string) error {
	want, err := planted(file, `(\d+) queries, (\d+) verifications`)
	if err != nil {
		return err
	}
	got := make([]int, 2)
	err = b.lines(func(line []byte) error {
		var e struct {
			Event  string
			Detail struct{ Type string }
		}
		if err := json.Unmarshal(line, &e); err != nil {
			return err
		}
		switch {
		case e.Event == "tvs_query" && e.Detail.Type == "query":
			got[0]++
		case e.Event == "tvs_query" && e.Detail.Type == "verify":
			got[1]++
		}
		return nil
	}, "events", "--quiet", "--json", file)
	if err == nil && !slices.Equal(got, want) {
		b.wrong = append(b.wrong, fmt.Sprintf("events: %d queries and %d verifications, want %d and %d", got[0], got[1], want[0], want[1]))
	}
	return err
}

// truth is what the storm wrote of itself.
type truth struct {
	Causes []struct {
		Cause, Class, Finding string
		Phones                int
	}
	Each []struct {
		Name, Cause string
		Holes       int
	}
}

// verdict is what trustline says of a phone.
type verdict struct {
	Name    string
	Verdict struct{ Class, Primary string }
}

// checkStorm compares the verdict on every phone with what was planted. A phone of
// which packets are missing in the capture that arrived may be inconclusive.
func (b *bench) checkStorm(report, truthFile string) error {
	text, err := os.ReadFile(truthFile)
	if err != nil {
		return err
	}
	var t truth
	if err := json.Unmarshal(text, &t); err != nil {
		return fmt.Errorf("%s: %w", truthFile, err)
	}
	got := map[string]string{}
	if err := verdicts(report, func(v verdict) { got[v.Name] = v.Verdict.Class + " " + v.Verdict.Primary }); err != nil {
		return fmt.Errorf("%s: %w", report, err)
	}
	if len(got) != len(t.Each) {
		b.wrong = append(b.wrong, fmt.Sprintf("storm: %d phones, want %d", len(got), len(t.Each)))
	}
	for _, c := range t.Causes {
		want, right, holes := c.Class+" "+c.Finding, 0, 0
		others := map[string]int{}
		for _, p := range t.Each {
			switch g := got[p.Name]; {
			case p.Cause != c.Cause:
			case g == want:
				right++
			case p.Holes > 0 && len(g) > 12 && g[:12] == "inconclusive":
				holes++
			default:
				others[g]++
			}
		}
		b.say("storm, %s: %d of %d phones are %s", c.Cause, right, c.Phones, want)
		if right+holes != c.Phones {
			b.wrong = append(b.wrong, fmt.Sprintf("storm, %s: %d of %d phones are %s; others %v", c.Cause, right, c.Phones, want, others))
		}
	}
	return nil
}

// verdicts reads the phones of a report, one at a time: a report of a fleet is
// large, and this program has to stay small (see [command.run]).
func verdicts(report string, f func(verdict)) error {
	in, err := os.Open(report)
	if err != nil {
		return err
	}
	defer in.Close()
	d := json.NewDecoder(bufio.NewReaderSize(in, 1<<16))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		if key != "phones" {
			if err := skip(d); err != nil {
				return err
			}
			continue
		}
		if _, err := d.Token(); err != nil {
			return err
		}
		for d.More() {
			var v verdict
			if err := d.Decode(&v); err != nil {
				return err
			}
			f(v)
		}
		return nil
	}
	return errors.New("no phones in it")
}

// skip passes over one value.
func skip(d *json.Decoder) error {
	for depth := 0; ; {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}
