package main

import (
	"bufio"
	"cmp"
	"fmt"
	"slices"

	"trustline/correlate/evidence"
	"trustline/report"
)

// strangers counts messages that no pattern knows, over all inputs. Numbers
// are made equal, so that one message with a thousand values is one.
type strangers struct {
	kinds map[string]*stranger
}

// stranger is one such message: how often, in how many inputs, where first, and
// a sample.
type stranger struct {
	Count  int    `json:"count"`
	Inputs int    `json:"inputs"`
	Input  string `json:"input"`
	Line   int    `json:"line"`
	Text   string `json:"text"`
	last   string
}

func (s *strangers) add(input string, m evidence.Sample) {
	if s.kinds == nil {
		s.kinds = map[string]*stranger{}
	}
	key := normalised(m.Text)
	k := s.kinds[key]
	if k == nil {
		k = &stranger{Input: input, Line: m.Line, Text: m.Text}
		s.kinds[key] = k
	}
	k.Count += m.Count
	if k.last != input {
		k.Inputs++
		k.last = input
	}
}

// normalised makes runs of digits equal.
func normalised(text string) string {
	b := make([]byte, 0, len(text))
	for i := range len(text) {
		if c := text[i]; c < '0' || c > '9' {
			b = append(b, c)
		} else if i == 0 || text[i-1] < '0' || text[i-1] > '9' {
			b = append(b, '0')
		}
	}
	return string(b)
}

// print lists them, the most frequent first, of equals in the order in which
// they were met.
func (s *strangers) print(w *bufio.Writer, asJSON bool) error {
	list := make([]*stranger, 0, len(s.kinds))
	for _, k := range s.kinds {
		list = append(list, k)
	}
	slices.SortFunc(list, func(a, b *stranger) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Input, b.Input), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	if asJSON {
		put := jsonLines(w)
		for _, k := range list {
			if err := put(k); err != nil {
				return err
			}
		}
		return nil
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "no unknown messages")
		return err
	}
	if _, err := fmt.Fprintln(w, "   COUNT  FIRST, SAMPLE"); err != nil {
		return err
	}
	for _, k := range list {
		if _, err := fmt.Fprintf(w, "%8d  %s line %d: %s\n", k.Count, report.Clean(k.Input), k.Line, report.Clean(k.Text)); err != nil {
			return err
		}
	}
	return nil
}
