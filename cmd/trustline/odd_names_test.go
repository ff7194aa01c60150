package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode"
)

// oddNames are names that a file may have, and that ended or fooled some program
// once.
var oddNames = []string{
	"-", "--help", "-o", "- -", " leading", "trailing ", "new\nline", "tab\tcr\r", "bell\a\x1b[31mred\x1b]0;title\x07", "bidi\u202egol.exe", "isolate\u2066\u2069",
	"no-utf8\xff\xfe\xc0\xaf", "c1\u009b2J", "zero\u200bwidth\ufeff", "quote'\"`$(id);|&<>*?[]{}~#%!^\\", `C:\windows\x`, "...", "..a", "~", "%s%n%d", "{{.}}", "nul", "CON", "a=b", "a,b", "a!b",
	"case.zip!", "<script>alert(1)</script>", "ÄÖÜß", "日本語.log", "e\u0301\u0301\u0301\u0301\u0301", "\U000e0041tag", strings.Repeat("n", 255), strings.Repeat("ü", 127), ".hidden", "|", "\x7f",
}

// TestOddNames: a case whose files and folders have every odd name. Each of them
// is an input of its own, and no name does anything on its way out: not in a
// report, a listing, a message, a name of a file that is written, and not among
// the arguments.
func TestOddNames(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("the system refuses some of these names")
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "cases"), filepath.Join(dir, "out")
	plainOnes, folders := filepath.Join(in, "files"), filepath.Join(in, "folders")
	var inZip, inTar []string
	for i, name := range oddNames {
		for path, data := range map[string]string{filepath.Join(plainOnes, name): consoleLine, filepath.Join(folders, name, "x.log"): traceLine} {
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(data+strings.Repeat("# \n", i)), 0o600); err != nil { // no two are the same
				t.Fatal(err)
			}
		}
		inZip = append(inZip, name, consoleLine+strings.Repeat("\n", i+1))
		inTar = append(inTar, name, consoleLine+strings.Repeat(" \n", i+1))
	}
	for name, data := range map[string][]byte{"m.zip": zipped(t, inZip...), "m.tar": tarred(t, inTar...)} {
		if err := os.WriteFile(filepath.Join(in, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(out, 0o700); err != nil {
		t.Fatal(err)
	}
	run := func(want int, args ...string) string {
		t.Helper()
		var stdout, stderr bytes.Buffer
		e := &env{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}
		root := newRoot(e)
		root.SetArgs(args)
		status := exitRan
		if err := root.ExecuteContext(context.Background()); err != nil {
			status = e.report(err)
		}
		if status != want {
			t.Errorf("%.60q ends with %d: %s", args, status, stderr.String())
		}
		harmless(t, args[0]+" to standard output", stdout.String())
		harmless(t, args[0]+" to standard error", stderr.String())
		return stdout.String()
	}
	var outputs []string
	for _, ext := range []string{"txt", "json", "html", "md", "csv"} {
		outputs = append(outputs, "-o", filepath.Join(out, "report."+ext))
	}
	run(exitRan, append([]string{"analyze", in, "--verbose"}, outputs...)...)
	var report struct{ Inputs []struct{ Name, Kind string } }
	text, err := os.ReadFile(filepath.Join(out, "report.json"))
	if err == nil {
		err = json.Unmarshal(text, &report)
	}
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, i := range report.Inputs {
		if seen[i.Name] || strings.ContainsFunc(i.Name, func(r rune) bool { return !unicode.IsPrint(r) && r != ' ' }) {
			t.Errorf("the name %q comes twice, or cannot be shown", i.Name)
		}
		seen[i.Name] = true
		if i.Kind != "phone-secd" && i.Kind != "tvs-sdi" {
			t.Errorf("%q is %s", i.Name, i.Kind)
		}
	}
	if want := 4 * len(oddNames); len(seen) != want {
		t.Errorf("%d inputs, want %d", len(seen), want)
	}
	for _, args := range [][]string{{"events"}, {"events", "--json"}, {"events", "--unknown"}, {"evidence"}} {
		run(exitRan, append(args, in)...)
	}
	for _, command := range []string{"tftp", "tls", "trustlist"} {
		run(exitNothing, command, in)
	}
	run(exitRan, "batch", plainOnes, "-o", filepath.Join(out, "batch"), "--fact", "model=\x1b[31m\u202e")
	run(exitNothing, "analyze", filepath.Join(in, "missing\n\x1b[31m\u202e\xff"))
	run(exitUsage, "no\x1b[31m\u202e\xff")
	run(exitUsage, "analyze", in, "--no\x1b[31m\u202e\xff")
	run(exitUsage, "analyze", in, "--fact", "\x1b[31m\u202e\xff")
	run(exitUsage, "analyze", in, "-o", "\x1b[31m\u202e\xff")
	for _, name := range oddNames {
		if len(name) < 250 {
			odd := filepath.Join(dir, "odd", name+".json")
			if err := os.MkdirAll(filepath.Dir(odd), 0o700); err != nil {
				t.Fatal(err)
			}
			run(exitRan, "analyze", filepath.Join(plainOnes, name), "-o", odd)
			if _, err := os.Stat(odd); err != nil {
				t.Error(err)
			}
		}
	}
	err = filepath.WalkDir(out, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		harmless(t, "the name of a file", d.Name())
		if d.IsDir() {
			return nil
		}
		text, err := os.ReadFile(path)
		harmless(t, d.Name(), string(text))
		return err
	})
	if err != nil {
		t.Error(err)
	}
	t.Chdir(plainOnes) // as arguments, behind -- and with ./ before them
	run(exitRan, append([]string{"analyze", "--"}, oddNames[1:]...)...)
	run(exitRan, "analyze", "./-", "./--help")
	// A name that may be as long as the system allows is written as such.
	longest := filepath.Join(out, strings.Repeat("n", 250)+".json")
	run(exitRan, "analyze", "./-", "-o", longest)
	if _, err := os.Stat(longest); err != nil {
		t.Error(err)
	}
}
