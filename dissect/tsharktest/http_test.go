//go:build linux

package tsharktest

import (
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"trustline/dissect"
)

var httpFields = []string{"frame.number", "ip.src", "ip.dst", "tcp.srcport", "tcp.dstport", "tcp.stream",
	"http.request.method", "http.request.uri", "http.response.code", "http.request_in"}

// compareHTTP compares HTTP provisioning: with and without Content-Length, in
// one connection and in several, reads and writes, missing files.
func compareHTTP(t *testing.T, l *ledger) {
	need(t, "tshark", "tcpdump", "curl", "timeout")
	files := map[string][]byte{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{ReadTimeout: 20 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		b, ok := files[r.URL.Path]
		if !ok && r.Method != http.MethodPut {
			http.NotFound(w, r)
			return
		}
		if r.Method == http.MethodPut {
			w.WriteHeader(http.StatusCreated)
			return
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		if !strings.Contains(r.URL.Path, "chunked") {
			w.Header().Set("Content-Length", fmt.Sprint(len(b)))
		}
		for len(b) > 0 {
			n := min(len(b), 3000)
			w.Write(b[:n])
			w.(http.Flusher).Flush()
			b = b[n:]
		}
	})}
	random := rand.New(rand.NewSource(9112))
	for _, kind := range []string{"plain", "chunked"} {
		for _, n := range []int{0, 1, 100, 5438, 65536, 200000} {
			b := make([]byte, n)
			random.Read(b)
			files[fmt.Sprintf("/%s%d.bin", kind, n)] = b
		}
	}
	go web.Serve(listener)
	t.Cleanup(func() { web.Close() })
	port := listener.Addr().(*net.TCPAddr).Port
	rec := record(t, fmt.Sprintf("tcp port %d", port))
	dir := t.TempDir()
	url := func(path string) string { return fmt.Sprintf("http://127.0.0.1:%d%s", port, path) }
	get := func(args ...string) {
		out := filepath.Join(dir, "got")
		run(20*time.Second, "", "curl", append([]string{"-s", "-o", out}, args...)...)
	}
	var all []string
	for path := range files {
		get(url(path))
		get("-0", url(path)) // HTTP/1.0: the end of the connection ends the file
		all = append(all, "-o", filepath.Join(dir, "got"), url(path))
	}
	get(url("/missing.tlv"))
	get(append([]string{url("/absent.cnf.xml")}, all...)...) // one connection for all
	up := filepath.Join(dir, "log")
	write(t, up, []byte(strings.Repeat("a line of a phone's log\n", 400)))
	get("-T", up, url("/upload.log"))
	file := rec.stop(t)
	keep(t, file, "http.pcap")
	matchHTTP(t, l, analyse(t, file, dissect.Options{HTTPPorts: []uint16{uint16(port)}}).transfers, tsharkHTTP(t, file, port), files)
}

// tsharkHTTP lists tshark's requests by frame.
func tsharkHTTP(t *testing.T, file string, port int) map[int]map[string]string {
	t.Helper()
	dir := t.TempDir()
	list := map[int]map[string]string{}
	for _, p := range tshark(t, file, "http", httpFields, append(decodeAs("tcp", "http", port), "--export-objects", "http,"+dir)...) {
		if p.has("http.request.method") {
			m := map[string]string{"frame": p.one("frame.number"), "op": "read", "file": strings.TrimPrefix(p.one("http.request.uri"), "/"),
				"client": p.src(), "server": p.dst(), "stream": p.one("tcp.stream"), "status": "", "object": ""}
			if p.one("http.request.method") == "PUT" {
				m["op"] = "write"
			}
			list[p.num("frame.number")] = m
		}
		if m := list[p.num("http.request_in")]; m != nil && p.has("http.response.code") {
			if code := p.num("http.response.code"); code >= 300 {
				m["status"] = fmt.Sprint(code)
			}
		}
	}
	// Objects of one name are the same file here, so any of them will do.
	for _, m := range list {
		if b, err := os.ReadFile(filepath.Join(dir, m["file"])); err == nil && m["status"] == "" && m["op"] == "read" {
			m["object"] = fmt.Sprintf("%d %s", len(b), sum(b))
		}
	}
	return list
}

func matchHTTP(t *testing.T, l *ledger, rows []*dissect.TFTPRow, theirs map[int]map[string]string, files map[string][]byte) {
	t.Helper()
	for _, r := range rows {
		m := map[string]string{"frame": fmt.Sprint(r.Frame), "op": r.Op, "file": r.File, "client": r.Client, "server": r.Server,
			"stream": num(r.Stream), "status": num(r.ErrorCode), "object": ""}
		if r.Outcome == "complete" && r.Op == "read" {
			m["object"] = fmt.Sprintf("%d %s", r.Bytes, str(r.SHA256))
		}
		x, scene := theirs[r.Frame], "GET"
		if r.Op == "write" { // frames differ, see known
			scene = "PUT"
			for _, y := range theirs {
				if y["file"] == r.File {
					x = y
				}
			}
		}
		item := fmt.Sprintf("%s frame %d %s", r.Capture, r.Frame, r.File)
		if x == nil {
			l.report(t, difference{"http", item, scene, "request", r.File, ""})
			continue
		}
		delete(theirs, number(x["frame"]))
		l.compare(t, "http", item, scene, m, x)
		if b, ok := files["/"+r.File]; ok && m["object"] != fmt.Sprintf("%d %s", len(b), sum(b)) {
			t.Errorf("%s: %s, the file is %d %s", item, m["object"], len(b), sum(b))
		}
		l.transfers++
		l.scenes["http "+r.Outcome]++
		if r.Op == "write" {
			l.scenes["http write"]++
		}
	}
	for n, x := range theirs {
		l.report(t, difference{"http", fmt.Sprintf("frame %d", n), "", "request", "", x["file"]})
	}
}
