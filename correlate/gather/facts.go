package gather

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"trustline/correlate/evidence"
)

// factKeys are the statements that an operator can make, and what they may say:
// one of some words, a value of some form, or (both nil) free text. Keys that end
// in a colon name an input.
var factKeys = []struct {
	key    string
	values []string
	form   *form
}{
	{key: "cucm-version", form: &release},
	{key: "security-mode", values: []string{"mixed", "non-secure"}},
	{key: "drs-backup", values: []string{"yes", "no"}},
	{key: "previous-itl-on-server", values: []string{"yes", "no"}},
	{key: "other-tftp", values: []string{"yes", "no"}},
	{key: "ctl-token", values: []string{"available", "lost"}},
	{key: "itl-md5", form: &md5Sum}, {key: "itl-sha1", form: &sha1Sum}, {key: "ctl-md5", form: &md5Sum}, {key: "ctl-sha1", form: &sha1Sum},
	{key: "rebuilt", form: &date}, {key: "renamed", form: &date}, {key: "reset", form: &date},
	{key: "capture-side:", values: []string{"phone", "server"}},
	{key: "origin:", values: []string{"phone", "server"}},
	{key: "model"}, {key: "firmware"},
}

// form is what a value has to look like. A hash with a digit missing equals none,
// and would prove that the phone holds another list.
type form struct {
	takes string // in words
	ok    func(value string) bool
}

var (
	release = form{"a release like 11.5 or 12.5.1.11900-146", func(v string) bool { return v[0] >= '1' && v[0] <= '9' }}
	md5Sum  = form{"32 hexadecimal digits", func(v string) bool { return hexDigits(v) == 32 }}
	sha1Sum = form{"40 hexadecimal digits", func(v string) bool { return hexDigits(v) == 40 }}
	date    = form{"a date like 2006-01-02 or \"2006-01-02 15:04\"", func(v string) bool { _, ok := evidence.Date(v); return ok }}
)

// hexDigits counts the digits of a hash as a menu shows it, with colons or blanks
// between them; -1 when there is anything else.
func hexDigits(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'f', r >= 'A' && r <= 'F':
			n++
		case r != ':' && r != ' ':
			return -1
		}
	}
	return n
}

// FactKeys lists the known keys for help texts.
func FactKeys() []string {
	var out []string
	for _, k := range factKeys {
		s := k.key
		if strings.HasSuffix(s, ":") {
			s += "INPUT"
		}
		if k.values != nil {
			s += "=" + strings.Join(k.values, "|")
		} else {
			s += "=..."
		}
		out = append(out, s)
	}
	return out
}

// Facts reads statements given on the command line, KEY=VALUE or
// PHONE:KEY=VALUE each. An unknown key or value is an error that lists the
// known ones.
func Facts(lines []string) (*evidence.Bundle, error) {
	b := &evidence.Bundle{Header: evidence.Header{Schema: evidence.Schema}}
	var errs []error
	for i, l := range lines {
		f, err := fact(l, evidence.Place{Input: "--fact", Line: i + 1})
		if err != nil {
			errs = append(errs, err)
			continue
		}
		b.Facts = append(b.Facts, f)
	}
	return b, errors.Join(errs...)
}

func fact(line string, at evidence.Place) (evidence.Fact, error) {
	f := evidence.Fact{Kind: "fact", Place: at}
	left, value, ok := strings.Cut(line, "=")
	if !ok {
		return f, fmt.Errorf("gather: fact %q: want KEY=VALUE", line)
	}
	left, f.Value = strings.TrimSpace(left), strings.TrimSpace(value)
	for _, k := range factKeys {
		phone, key, ok := splitKey(left, k.key)
		if !ok {
			continue
		}
		if k.values != nil && !slices.Contains(k.values, f.Value) {
			return f, fmt.Errorf("gather: fact %q: %s takes %s", line, k.key, strings.Join(k.values, " or "))
		}
		if f.Value == "" {
			return f, fmt.Errorf("gather: fact %q: no value", line)
		}
		if k.form != nil && !k.form.ok(f.Value) {
			return f, fmt.Errorf("gather: fact %q: %s takes %s", line, k.key, k.form.takes)
		}
		f.Phone, f.Key = phone, key
		return f, nil
	}
	return f, fmt.Errorf("gather: fact %q: unknown key; known are %s", line, strings.Join(FactKeys(), ", "))
}

// splitKey matches "KEY" and "PHONE:KEY"; of keys that name an input "origin:NAME"
// and "PHONE:origin:NAME". A phone may be a MAC address with colons.
func splitKey(left, want string) (phone, key string, ok bool) {
	if strings.HasSuffix(want, ":") {
		key = left
		if i := strings.Index(left, ":"+want); i > 0 && !strings.HasPrefix(left, want) {
			phone, key = left[:i], left[i+1:]
		}
		return phone, key, strings.HasPrefix(key, want) && len(key) > len(want)
	}
	if left == want {
		return "", left, true
	}
	if p, found := strings.CutSuffix(left, ":"+want); found && p != "" {
		return p, want, true
	}
	return "", "", false
}

// looksLikeFacts tells a facts file from a log: most lines that are neither
// blank nor a comment begin with a known key. The others are told as errors.
func looksLikeFacts(head []byte) bool {
	n, other := 0, 0
	for _, l := range bytes.Split(head, []byte("\n")) {
		s := strings.TrimSpace(string(l))
		if s == "" || strings.HasPrefix(s, "#") {
			continue
		}
		left, _, ok := strings.Cut(s, "=")
		known := false
		for _, k := range factKeys {
			if _, _, hit := splitKey(strings.TrimSpace(left), k.key); hit {
				known = true
			}
		}
		if ok && known {
			n++
		} else {
			other++
		}
	}
	return n > 0 && n >= other
}

// factsFile reads a case.facts file.
func (d *decoder) factsFile(r io.Reader) {
	d.in.Kind = "facts"
	sc := bufio.NewScanner(r)
	lines := 0
	for sc.Scan() {
		lines++
		s := strings.TrimSpace(sc.Text())
		if s == "" || strings.HasPrefix(s, "#") {
			continue
		}
		f, err := fact(s, evidence.Place{Input: d.in.Name, Line: lines})
		if err != nil {
			d.problem(fmt.Sprintf("line %d", lines), err.Error())
			continue
		}
		d.b.Facts = append(d.b.Facts, f)
	}
	if err := sc.Err(); err != nil {
		d.problem(fmt.Sprintf("line %d", lines+1), err.Error())
	}
	d.in.Lines = &lines
	matched := len(d.b.Facts)
	d.in.Matched = &matched
}
