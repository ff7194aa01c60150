package main

import (
	"archive/tar"
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"trustline/testdata/lab/play"
)

// What a log line, a name in a capture or a file name may hold: markup, terminal
// sequences, controls that reorder text, bytes that are no UTF-8.
const (
	hostileMarkup = `<script>alert(1)</script><img src=x onerror=alert(2)>`
	hostileText   = hostileMarkup + "\x1b]0;owned\x07\x1b[31m\u202e\u2066\u009b2J\x7f\xff"
	hostileFile   = `<img src=x onerror=alert(3)>` + "\x1b[31m\u202e.log"
)

// hostileCase writes a case in which everything that its author may choose is
// hostile: names of servers (and so the subjects of certificates, the listings,
// the alarms), names of files in requests, the words of log lines, file names,
// names of members, and two names of a megabyte.
func hostileCase(t *testing.T, dir string) {
	t.Helper()
	var plan play.Plan
	for _, p := range play.Cases() {
		if p.Name == "d03-both-regenerated" {
			plan = p
		}
	}
	nodes := plan.Clusters[0].Nodes
	was := nodes[0].Name
	nodes[0].Name = "cucm<img src=x>\x1b[31m\u202e"
	for i := range plan.Clusters[0].History {
		if h := &plan.Clusters[0].History[i]; h.Node == was {
			h.Node = nodes[0].Name
		}
	}
	for i := range plan.Phones {
		if l := plan.Phones[i].ITL; l != nil && l.Node == was {
			l.Node = nodes[0].Name
		}
	}
	story, err := plan.Play()
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, data []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	const asked, answer = "ITLSEP0011215A1AE3.tlv", "<img src=x>\x1b[2J\u202e.tlv" // of one length
	if len(asked) != len(answer) {
		t.Fatal("the capture would be damaged")
	}
	for name, data := range story.Files {
		name = strings.ReplaceAll(name, nodes[0].Name, "a1")
		if name == "README.md" {
			continue
		}
		write(name, data)
		if strings.HasSuffix(name, ".pcap") {
			write("asked.pcap", bytes.ReplaceAll(data, []byte(asked), []byte(answer)))
		} else if utf8.Valid(data) && !strings.HasSuffix(name, ".facts") {
			for at, lines := range map[string]string{"end-": hostileText + "\n", "word-": " " + hostileText + "\n"} {
				if at == "end-" {
					lines = strings.ReplaceAll(string(data), "\n", lines)
				} else {
					lines = strings.ReplaceAll(string(data), "SEP0011215A1AE3", "SEP"+hostileText)
				}
				write(at+name, []byte(lines))
			}
		}
	}
	line := "853: ERR 06:15:28.123108 SECD: EROR:verifyFile: sgn verify file failed </usr/ram/NAME>, errclass 8, errcode 19 (signer not in CTL)\n"
	write(hostileFile, []byte(strings.ReplaceAll(line, "NAME", hostileText)))
	write("long.log", []byte(strings.ReplaceAll(line, "NAME", strings.Repeat("\x1b[1m<b>", 1<<17))))
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for _, name := range []string{hostileFile, strings.Repeat("<b>\x1b[1m", 1<<17) + ".log"} {
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(line)), Format: tar.FormatGNU}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	write("members.tar", archive.Bytes())
}

// harmless fails for whatever a terminal, a viewer, an editor or a browser would
// act upon.
func harmless(t *testing.T, where, text string) {
	t.Helper()
	for i, c := range text {
		bad := c != '\n' && c != '\t' && (unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == '\u2028' || c == '\u2029')
		if c == '\r' && strings.HasSuffix(where, ".csv") {
			bad = false
		}
		if c == utf8.RuneError {
			_, n := utf8.DecodeRuneInString(text[i:])
			bad = n == 1
		}
		if bad {
			t.Errorf("%s: %U came through: %q", where, c, text[max(0, i-80):min(len(text), i+20)])
			return
		}
	}
	if filepath.Ext(where) == ".html" {
		data := regexp.MustCompile(`(?s)<script type="application/json" id="trustline-report">.*?</script>`)
		if m := regexp.MustCompile(`(?i)<(img|script>alert)`).FindStringIndex(data.ReplaceAllString(text, "")); m != nil {
			t.Errorf("%s: markup came through", where)
		}
		if strings.Count(text, "</script>") != strings.Count(text, "<script") {
			t.Errorf("%s: a script ends early", where)
		}
	}
	if limit := 6 << 20; len(text) > limit && !strings.HasSuffix(where, "json") && !strings.HasPrefix(where, "evidence") {
		t.Errorf("%s: %d bytes", where, len(text))
	}
}

// TestHostileTextInEveryOutput lets every command write all it can about such a
// case.
func TestHostileTextInEveryOutput(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "cases", "<b>case\x1b[31m\u202e")
	out := filepath.Join(dir, "out")
	for _, d := range []string{in, out} {
		if err := os.MkdirAll(d, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	hostileCase(t, in)
	run := func(args ...string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		e := &env{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}
		root := newRoot(e)
		root.SetArgs(args)
		if err := root.ExecuteContext(context.Background()); err != nil {
			e.report(err)
			t.Logf("%.40q: %s", args, stderr.String())
		}
		harmless(t, strings.Join(args[:1], " ")+" to standard output", stdout.String())
		harmless(t, strings.Join(args[:1], " ")+" to standard error", stderr.String())
		return stdout.String()
	}
	files := func(name string) (args []string) {
		for _, ext := range []string{"txt", "json", "html", "md", "csv"} {
			args = append(args, "-o", filepath.Join(out, name+"."+ext))
		}
		return append(args, "--verbose", "--format", "text")
	}
	ndjson := run("evidence", in)
	for _, want := range []string{`alert(1)`, `alert(3)`, `img src=x`, `SEP0011215A1AE3`} {
		if !strings.Contains(ndjson, want) {
			t.Errorf("the evidence does not hold %q: the test tests nothing", want)
		}
	}
	evidence := filepath.Join(dir, "old.ndjson")
	if err := os.WriteFile(evidence, []byte(ndjson), 0o666); err != nil {
		t.Fatal(err)
	}
	run(append([]string{"analyze", in, "--packets", filepath.Join(dir, "cited.pcapng")}, files("analyze")...)...)
	run(append([]string{"judge", evidence}, files("judge")...)...)
	run(append([]string{"analyze", in, "--redact", "--redact-map", filepath.Join(out, "map.txt")}, files("redacted")...)...)
	run("batch", filepath.Join(dir, "cases"), "-o", filepath.Join(out, "batch"))
	for _, command := range []string{"tftp", "tls", "trustlist", "events"} {
		run(command, in)
		run(command, "--json", in)
	}
	run("tftp", in, "--extract", filepath.Join(dir, "extracted"))
	run("events", "--unknown", in)
	run("events", "--unknown", "--json", in)
	for _, root := range []string{out, filepath.Join(dir, "extracted")} {
		n := 0
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			n++
			name, _ := filepath.Rel(root, path)
			harmless(t, "the name of a file", name)
			if d.IsDir() || root != out {
				return nil
			}
			b, err := os.ReadFile(path)
			harmless(t, d.Name(), string(b))
			return err
		})
		if err != nil || n < 2 {
			t.Errorf("%s: %d files (%v)", root, n, err)
		}
	}
}
