package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"trustline/correlate/evidence"
)

// What is looked at by words is what was looked at by bytes.
func TestPrintable(t *testing.T) {
	for n := range 20 {
		for at := range n {
			for c := range 256 {
				b := bytes.Repeat([]byte("~ a"), 7)[:n]
				b[at] = byte(c)
				want := c >= ' ' && c <= '~'
				if got := printable(b); got != want {
					t.Fatalf("%q: printable %v", b, got)
				}
				want = want && c != '"' && c != '\\'
				if got := plainJSON(b); got != want {
					t.Fatalf("%q: plain %v", b, got)
				}
				if at > 0 { // beside what may lend to it or borrow from it
					for _, beside := range []byte{0, ' ', '!', '"', '#', '[', ']', '~', 0x7f, 0x80, 0xff} {
						b[at-1] = beside
						if got, want := printable(b), c >= ' ' && c <= '~' && beside >= ' ' && beside <= '~'; got != want {
							t.Fatalf("%q: printable %v", b, got)
						}
						if got, want := plainJSON(b), want && beside >= ' ' && beside <= '~' && beside != '"' && beside != '\\'; got != want {
							t.Fatalf("%q: plain %v", b, got)
						}
					}
				}
			}
		}
	}
}

// Values stand as they are, in quotes or cleaned; JSON reads back as the text.
func TestRowValues(t *testing.T) {
	for value, want := range map[string]string{
		"plain": "k=plain", "": `k=""`, "two words": `k="two words"`, "\x1b[2m": `k=` + safe("\x1b[2m"), "a\u202eb c": `k="` + safe("a\u202eb c") + `"`,
		"über": "k=über", strings.Repeat("x", maxValue+1): "k=" + strings.Repeat("x", maxValue) + "...",
	} {
		r := &rowWriter{}
		r.detail(&evidence.Event{Detail: map[string]string{"k": value}})
		if string(r.buf) != want {
			t.Errorf("%q: %q, want %q", value, r.buf, want)
		}
		for _, s := range []string{value, value + `"`, value + `\` + value, value + "\n" + value} {
			var back string
			if err := json.Unmarshal(appendJSON(nil, s), &back); err != nil || back != s {
				t.Errorf("%q became %q, %v", s, back, err)
			}
		}
	}
}

// BenchmarkRow writes a row of the listing as a trace has most of them.
func BenchmarkRow(b *testing.B) {
	e := &evidence.Event{
		Place: evidence.Place{Input: "tvs.txt", Line: 9395827, EndLine: 9395827}, Clock: &evidence.Clock{Text: "06:11:02.155"},
		Dialect: "tvs-sdi", Event: "tvs_query_cert_req", Phone: "SEP00EE000001B0", Address: "10.20.2.64", Text: "06:11:02.155 |   debug     MsgType               : TVS_MSG_QUERY_CERT_REQ",
		Detail: map[string]string{
			"client": "CP-8861-SEP00EE00000233", "conn": "25", "len": "197", "length": "187", "serial": "24000000179479b8f124ac3f3b000000000017",
			"issuer":  "CN=ucm11pub.example.com;OU=IST;O=Example;L=Brisbane;ST=QLD;C=AU",
			"subject": "CN=ucm11pub.example.com;OU=IST;O=Example;L=Brisbane;ST=QLD;C=AU",
		},
	}
	for name, asJSON := range map[string]bool{"text": false, "json": true} {
		b.Run(name, func(b *testing.B) {
			r := &rowWriter{json: asJSON}
			r.row(e)
			b.SetBytes(int64(len(r.buf)))
			for b.Loop() {
				r.buf = r.buf[:0]
				r.row(e)
			}
		})
	}
}
