package html

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"trustline/correlate"
	"trustline/report"
	"trustline/report/internal/sample"
)

func renderIndex(t testing.TB, cases []report.Case) string {
	t.Helper()
	var b bytes.Buffer
	if err := Index(&b, cases, IndexOptions{Title: "cases", Tool: "trustline", Version: "0.1.0"}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestIndex(t *testing.T) {
	page := renderIndex(t, []report.Case{
		{Name: "well", Folder: "well", Summary: report.Summary{Class: correlate.ClassOK, Cause: "itl-ok-do-not-delete", Headline: "All is well.", Phones: map[string]int{"ok": 2}, Inputs: 3, Bytes: 2_500_000}},
		{Name: "no luck", Failure: "the folder is empty"},
		{Name: "calls.pcap", Folder: "calls.pcap", Summary: report.Summary{Headline: "No evidence about trust.", Inputs: 1}},
		{Name: "SR 6123 & more", Folder: "SR 6123 _ more", Summary: report.Summarize(sample.Report())},
	})
	tags := check(t, page, "./summary.csv", "./well/report.html", "./well/report.json", "./calls.pcap/report.html", "./calls.pcap/report.json", "./SR%206123%20_%20more/report.html", "./SR%206123%20_%20more/report.json")
	if tags == nil {
		t.Fatal("no tags")
	}
	at := -1
	for _, want := range []string{ // in this order
		"<h1>4 cases: 1 locked out, 1 ok, 1 no phone, 1 without a report</h1>",
		`<span aria-hidden="true">✘</span> LOCKED OUT</span></th><td>broken, and somebody has to touch the phone</td><td>1</td><td>1</td>`,
		`OK</span></th><td>works</td><td>1</td><td>3</td>`,
		`NO REPORT</span></th><td>nothing could be analysed; the reason stands in the table</td><td>1</td>`,
		`<th scope="row">All</th><td></td><td>4</td><td>5</td>`,
		`<a href="./SR%206123%20_%20more/report.html">SR 6123 &amp; more</a>`,
		`1 locked out, 1 inconclusive, 1 ok`,
		`<a href="./well/report.html">well</a>`, `2 ok`, `2.5 MB`, `>none</td>`,
		`calls.pcap</a>`, `NO PHONE`, `No evidence about trust.`,
		`<th scope="row">no luck</th>`, `NO REPORT`, `the folder is empty`,
	} {
		i := strings.Index(page[at+1:], want)
		if i < 0 {
			t.Fatalf("no %q after %.200q", want, page[at+1:])
		}
		at += i + 1
	}
	check(t, renderIndex(t, nil), "./summary.csv")
}

// TestIndexHostile: what names and reports hold reaches the page as text.
func TestIndexHostile(t *testing.T) {
	r := sample.Hostile(`"><script>alert(1)</script>` + "\x1b[2J\u202e")
	s := report.Summarize(r)
	var cases []report.Case
	for _, name := range []string{"javascript:alert(1)", "<img src=x>", "\x1b[31m\u202e", strings.Repeat("x", 1<<20), `"'\`} {
		cases = append(cases, report.Case{Name: name, Folder: "f", Summary: s}, report.Case{Name: name, Failure: name})
	}
	page := renderIndex(t, cases)
	check(t, page, "./summary.csv", "./f/report.html", "./f/report.json")
	if len(page) > 100_000 {
		t.Errorf("the page has %d bytes", len(page))
	}
}

// TestIndexOfMany: a page over a thousand cases stays small.
func TestIndexOfMany(t *testing.T) {
	s := report.Summarize(sample.Report())
	var cases []report.Case
	for i := range 1000 {
		cases = append(cases, report.Case{Name: fmt.Sprint("case-", i), Folder: "f", Summary: s})
	}
	if n := len(renderIndex(t, cases)); n > 1_000_000 {
		t.Errorf("the page has %d bytes", n)
	}
	if Index(failing{}, cases, IndexOptions{}) == nil {
		t.Error("a write that fails is not told")
	}
}
