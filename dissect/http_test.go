package dissect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	web      = ep("10.0.0.1:6970")
	phoneTCP = ep("10.0.0.7:51000")
)

// ask is the request of a phone: two lines, no blank after "Host:" (Cisco
// TechNote on proxy TFTP, where it is 64 octets long).
func ask(file string) []byte {
	return []byte("GET /" + file + " HTTP/1.1\r\nHost:10.0.0.1:6970\r\n\r\n")
}

func answer(status string, body []byte, headers ...string) []byte {
	h := "HTTP/1.1 " + status + "\r\n" + strings.Join(headers, "")
	return append([]byte(h+"\r\n"), body...)
}

func length(n int) string { return fmt.Sprintf("Content-length: %d\r\n", n) }

// pour writes octets in segments of at most size.
func (w *wire) pour(src, dst netip.AddrPort, size int, b []byte) {
	for len(b) > 0 {
		n := min(size, len(b))
		w.tcp(src, dst, psh|ack, b[:n])
		b = b[n:]
	}
}

func TestHTTPRow(t *testing.T) {
	w := newWire()
	w.connect(phoneTCP, web)
	w.tcp(phoneTCP, web, psh|ack, ask("ITLSEP001122334455.tlv"))
	w.pour(web, phoneTCP, 700, answer("200 OK", bytes.Repeat([]byte("trustline\n"), 130), "Cache-Control: no-store\r\nContent-type: */*\r\n", length(1300)))
	w.tcp(phoneTCP, web, fin|ack, nil)
	tr := w.read(t, DefaultOptions()).one(t)
	got, _ := json.Marshal(tr.Row("a.pcap"))
	want := `{"capture":"a.pcap","frame":4,"last_frame":6,"time":"2026-03-01T08:00:00.003000Z","duration":0.002,` +
		`"proto":"http","op":"read","client":"10.0.0.7:51000","server":"10.0.0.1:6970","file":"ITLSEP001122334455.tlv","mode":null,` +
		`"options":{"content-length":"1300"},"outcome":"complete","bytes":1300,"blocks":2,"retransmits":0,` +
		`"sha256":"SHA256","md5":"MD5","error_code":null,"error":null,` +
		`"peer":"10.0.0.1:6970","stream":0,"notes":[]}`
	want = strings.NewReplacer("SHA256", sumOf1300, "MD5", md5Of1300).Replace(want)
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Error(d)
	}
}

func TestHTTPCases(t *testing.T) {
	data := payload(3000)
	chunked := []byte("3e8\r\n" + string(data[:1000]) + "\r\n7D0;x=y\r\n" + string(data[1000:]) + "\r\n0\r\nTrailer: z\r\n\r\n")
	for _, c := range []struct {
		name string
		make func(w *wire)
		want []string // file, outcome, octets, content, code, hash
	}{
		{"absent", func(w *wire) {
			w.tcp(phoneTCP, web, psh|ack, ask("CTL"))
			w.tcp(web, phoneTCP, psh|ack, answer("404 Not Found", []byte("<html>"), length(6)))
		}, []string{"CTL error 0 0 404 Not Found -"}},
		{"busy", func(w *wire) {
			w.tcp(phoneTCP, web, psh|ack, ask("CTL"))
			w.tcp(web, phoneTCP, psh|ack, answer("503 Service Unavailable", nil, length(0)))
		}, []string{"CTL error 0 0 503 Service Unavailable -"}},
		{"kept alive", func(w *wire) {
			w.tcp(phoneTCP, web, psh|ack, ask("CTL"))
			w.tcp(web, phoneTCP, psh|ack, answer("404 Not Found", nil, length(0)))
			w.tcp(phoneTCP, web, psh|ack, ask("ITL"))
			w.pour(web, phoneTCP, 999, answer("200 OK", data, length(3000)))
			w.tcp(phoneTCP, web, psh|ack, ask("SEP.cnf.xml.sgn"))
			w.pour(web, phoneTCP, 10, answer("200 OK", data[:50], length(50)))
		}, []string{"CTL error 0 0 404 Not Found -", "ITL complete 3000 3000 0 hash", "SEP.cnf.xml.sgn complete 50 50 0 hash"}},
		{"pipelined", func(w *wire) {
			w.tcp(phoneTCP, web, psh|ack, append(ask("a"), ask("b")...))
			w.tcp(phoneTCP, web, psh|ack, ask("c"))
			w.pour(web, phoneTCP, 1400, append(append(answer("200 OK", data, length(3000)), answer("404 no", nil, length(0))...), answer("200 OK", data[:7], length(7))...))
		}, []string{"a complete 3000 3000 0 hash", "b error 0 0 404 no -", "c complete 7 7 0 hash"}},
		{"chunked", func(w *wire) {
			w.tcp(phoneTCP, web, psh|ack, ask("a"))
			w.tcp(phoneTCP, web, psh|ack, ask("b"))
			w.pour(web, phoneTCP, 701, append(answer("200 OK", chunked, "transfer-encoding: Chunked\r\n"), answer("200 OK", data[:3], length(3))...))
		}, []string{"a complete 3000 3000 0 hash", "b complete 3 3 0 hash"}},
		{"absolute form", func(w *wire) {
			for _, s := range []string{"GET http://10.0.0.1:6970/CTL HTTP/1.1\r\n\r\n", "GET HTTP://cucm/a/b HTTP/1.1\r\n\r\n", "GET http://cucm HTTP/1.1\r\n\r\n"} {
				w.tcp(phoneTCP, web, psh|ack, []byte(s))
				w.tcp(web, phoneTCP, psh|ack, answer("200 OK", data[:3], length(3)))
			}
		}, []string{"CTL complete 3 3 0 hash", "a/b complete 3 3 0 hash", "complete 3 3 0 hash"}},
		{"lines end with LF", func(w *wire) {
			w.pour(phoneTCP, web, 1, []byte("GET /a HTTP/1.1\nHost:10.0.0.1:6970\n\nGET /b HTTP/1.1\n\r\n"))
			w.pour(web, phoneTCP, 1, []byte("HTTP/1.1 200 OK\nContent-Length: 4\n\n"+string(data[:4])+"HTTP/1.0 404 no\nContent-Length:0\n\n"))
		}, []string{"a complete 4 4 0 hash", "b error 0 0 404 no -"}},
		{"Content-Length beyond all bounds", func(w *wire) {
			w.tcp(phoneTCP, web, psh|ack, ask("a"))
			w.tcp(web, phoneTCP, psh|ack, answer("200 OK", data[:3], "Content-Length: 99999999999999999999\r\n"))
			w.tcp(web, phoneTCP, fin|ack, nil)
		}, []string{"a incomplete 3 3 0 -"}},
		{"Content-Length that is no number, kept alive", func(w *wire) {
			w.tcp(phoneTCP, web, psh|ack, ask("a"))
			w.tcp(web, phoneTCP, psh|ack, answer("200 OK", data[:3], "Content-Length: three\r\n"))
			w.tcp(phoneTCP, web, psh|ack, ask("b"))
			w.tcp(web, phoneTCP, psh|ack, answer("200 OK", data[:5], "Content-Length: 5, 5\r\n"))
		}, []string{"a incomplete 3 3 0 -", "b complete 5 5 0 hash"}},
		{"answer acknowledged and not seen", func(w *wire) {
			w.tcp(phoneTCP, web, psh|ack, ask("a"))
			w.lose(web, phoneTCP, 700)
			w.tcp(phoneTCP, web, ack, nil)
			w.tcp(phoneTCP, web, fin|ack, nil)
		}, []string{"a incomplete 0 0 0 -"}},
		{"request missing", func(w *wire) {
			w.lose(phoneTCP, web, 60)
			w.tcp(phoneTCP, web, ack, nil)
			w.tcp(web, phoneTCP, psh|ack, answer("200 OK", data[:3], length(3)))
		}, []string{"complete 3 3 0 hash"}},
		{"chunked octet by octet", func(w *wire) {
			w.pour(phoneTCP, web, 1, ask("a"))
			w.pour(web, phoneTCP, 1, answer("200 OK", chunked, "transfer-encoding: chunked\r\n"))
		}, []string{"a complete 3000 3000 0 hash"}},
		{"until the connection closes", func(w *wire) {
			w.tcp(phoneTCP, web, psh|ack, ask("a"))
			w.pour(web, phoneTCP, 1400, answer("200 OK", data))
			w.tcp(web, phoneTCP, fin|ack, nil)
		}, []string{"a complete 3000 3000 0 hash"}},
		{"interim answer", func(w *wire) {
			w.tcp(phoneTCP, web, psh|ack, ask("a"))
			w.tcp(web, phoneTCP, psh|ack, append(answer("100 Continue", nil), answer("200 OK", data[:9], length(9))...))
		}, []string{"a complete 9 9 0 hash"}},
		{"head only", func(w *wire) {
			w.tcp(phoneTCP, web, psh|ack, []byte("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n"))
			w.tcp(web, phoneTCP, psh|ack, answer("200 OK", nil, length(3000)))
			w.tcp(phoneTCP, web, psh|ack, ask("b"))
			w.tcp(web, phoneTCP, psh|ack, answer("200 OK", data[:9], length(9)))
		}, []string{"a complete 0 0 0 -", "b complete 9 9 0 hash"}},
		{"methods in lower case", func(w *wire) {
			w.tcp(phoneTCP, web, psh|ack, []byte("head /a HTTP/1.1\r\nHost: x\r\n\r\n"))
			w.tcp(web, phoneTCP, psh|ack, answer("200 OK", nil, length(3000)))
			w.tcp(phoneTCP, web, psh|ack, []byte("get /b HTTP/1.1\r\nHost:x\r\n\r\n"))
			w.tcp(web, phoneTCP, psh|ack, answer("200 OK", data[:9], length(9)))
		}, []string{"a complete 0 0 0 -", "b complete 9 9 0 hash"}},
		{"cut off by reset", func(w *wire) {
			w.tcp(phoneTCP, web, psh|ack, ask("a"))
			w.tcp(web, phoneTCP, psh|ack, answer("200 OK", data[:1000], length(3000)))
			w.tcp(web, phoneTCP, rst, nil)
		}, []string{"a incomplete 1000 1000 0 -"}},
		{"octets of the body missing", func(w *wire) {
			w.tcp(phoneTCP, web, psh|ack, ask("a"))
			w.tcp(web, phoneTCP, psh|ack, answer("200 OK", data[:1000], length(3000)))
			w.lose(web, phoneTCP, 1000)
			w.tcp(web, phoneTCP, psh|ack, data[2000:])
			w.tcp(phoneTCP, web, psh|ack, ask("b"))
			w.tcp(web, phoneTCP, psh|ack, answer("200 OK", data[:9], length(9)))
		}, []string{"a incomplete 2000 1000 0 -", "b complete 9 9 0 hash"}},
		{"no answer", func(w *wire) { w.tcp(phoneTCP, web, psh|ack, ask("a")) }, []string{"a no-response 0 0 0 -"}},
		{"upload", func(w *wire) {
			w.tcp(phoneTCP, web, psh|ack, []byte("POST /up HTTP/1.1\r\nContent-Length: 5\r\n\r\nGET /"))
			w.tcp(web, phoneTCP, psh|ack, answer("200 OK", nil, length(0)))
		}, []string{"up complete 0 0 0 hash"}},
		{"not HTTP", func(w *wire) {
			w.tcp(phoneTCP, web, psh|ack, []byte("\x16\x03\x01\x00\x05hello"))
			w.tcp(web, phoneTCP, psh|ack, []byte("\x15\x03\x01\x00\x02\x02\x28"))
		}, nil},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			w := newWire()
			w.connect(phoneTCP, web)
			c.make(w)
			f := w.read(t, DefaultOptions())
			var got []string
			for _, tr := range f.transfers {
				code, hash := 0, "-"
				if tr.ErrorCode != nil {
					code = *tr.ErrorCode
				}
				if tr.SHA256 != "" {
					hash = "hash"
				}
				got = append(got, strings.Join(strings.Fields(fmt.Sprintf("%s %s %d %d %d %s %s", tr.File, tr.Outcome, tr.Bytes, len(tr.Content), code, tr.Error, hash)), " "))
				if !bytes.Equal(tr.Content, data[:len(tr.Content)]) {
					t.Error("content differs")
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestHTTPUnanswered: a connection that does not come about is observed.
func TestHTTPUnanswered(t *testing.T) {
	w := newWire()
	for range 3 {
		w.tcp(phoneTCP, web, syn, nil)
		w.lose(phoneTCP, web, -1)
		w.wait(1e9)
	}
	f := w.read(t, DefaultOptions())
	if len(f.transfers) != 0 || len(f.observations) != 1 || f.observations[0].Event != OutcomeNoAnswer || f.observations[0].Detail["syns"] != "3" {
		t.Errorf("%d transfers, %+v", len(f.transfers), f.observations)
	}
}

func FuzzHTTP(f *testing.F) {
	f.Add(ask("a"), answer("200 OK", []byte("body"), length(4)), uint16(3))
	f.Add(append(ask("a"), ask("b")...), answer("200 OK", []byte("4\r\nbody\r\n0\r\n\r\n"), "Transfer-Encoding: chunked\r\n"), uint16(1000))
	f.Add([]byte("POST /x HTTP/1.1\r\ncontent-length: -5\r\n\r\n"), answer("404 x", nil), uint16(7))
	f.Fuzz(func(t *testing.T, a, b []byte, size uint16) {
		a, b = a[:min(len(a), 4000)], b[:min(len(b), 4000)]
		n := 1 + int(size)%1400
		w := newWire()
		w.connect(phoneTCP, web)
		w.pour(phoneTCP, web, n, a)
		w.pour(web, phoneTCP, n, b)
		w.lose(web, phoneTCP, n)
		w.pour(web, phoneTCP, n, b)
		w.tcp(web, phoneTCP, fin|ack, nil)
		for _, tr := range w.read(t, DefaultOptions()).transfers {
			if tr.Bytes > int64(2*len(b)) || tr.SHA256 != "" && int64(len(tr.Content)) != tr.Bytes {
				t.Errorf("%d octets of %d sent, %d kept", tr.Bytes, 2*len(b), len(tr.Content))
			}
		}
	})
}

// TestHTTPClientOnly: without a packet of the server its silence proves
// nothing; and an answer whose request is not in the capture has no file.
func TestHTTPClientOnly(t *testing.T) {
	w := newWire()
	w.tcp(phoneTCP, web, syn, nil)
	w.tcp(phoneTCP, web, ack, nil)
	w.tcp(phoneTCP, web, psh|ack, ask("a"))
	if tr := w.read(t, DefaultOptions()).one(t); tr.Outcome != OutcomeIncomplete || tr.File != "a" {
		t.Errorf("%s of %q", tr.Outcome, tr.File)
	}
	w = newWire()
	w.connect(phoneTCP, web)
	w.tcp(phoneTCP, web, psh|ack, ask("a"))
	if tr := w.read(t, DefaultOptions()).one(t); tr.Outcome != OutcomeNoResponse {
		t.Errorf("both sides: %s", tr.Outcome)
	}
	w = newWire()
	w.tcp(web, phoneTCP, psh|ack, answer("200 OK", []byte("abc"), length(3)))
	got, err := json.Marshal(w.read(t, DefaultOptions()).one(t).Row("a"))
	if err != nil || !bytes.Contains(got, []byte(`"file":null,`)) {
		t.Errorf("%s %v", got, err)
	}
}
