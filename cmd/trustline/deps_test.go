package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// module is the import path of the repository.
const module = "trustline"

// goPackage is what the go command tells of a package.
type goPackage struct {
	ImportPath string
	Imports    []string // direct, without tests
	Deps       []string // all
}

// goList lists our packages that match the patterns.
func goList(t *testing.T, patterns ...string) []goPackage {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports,Deps"}, patterns...)...)
	cmd.Dir = filepath.Join("..", "..")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skip("no go command: ", err)
	}
	var list []goPackage
	for dec := json.NewDecoder(out); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return list
}

// within tells whether an import path is one of the trees, or below it.
func within(path string, trees ...string) bool {
	return slices.ContainsFunc(trees, func(tree string) bool { return path == tree || strings.HasPrefix(path, tree+"/") })
}

// never is what a package may not hold, directly or through others. It is the
// way of the data: from bytes to evidence to a verdict to a report, and no way
// back up.
var never = []struct {
	packages []string // with everything below
	except   []string
	hold     []string
	because  string
}{
	{[]string{"pcap"}, nil, []string{"dissect", "phonelog", "tvstrace", "correlate", "report", "cmd", "github.com/alecthomas/participle"},
		"captures know no application protocol"},
	{[]string{"dissect/signature", "dissect/cert", "dissect/trustlist", "dissect/tls", "dissect/tvs", "dissect/capf", "dissect/config"}, nil, []string{"pcap", "github.com/google/gopacket"},
		"bytes are bytes, from traces and files too"},
	{[]string{"phonelog", "tvstrace"}, nil, []string{"pcap", "github.com/google/gopacket"},
		"logs know no captures"},
	{[]string{"pcap", "dissect", "phonelog", "tvstrace"}, nil, []string{"correlate", "report", "cmd"},
		"decoders know nothing of verdicts"},
	{[]string{"dissect"}, nil, []string{"phonelog", "tvstrace"},
		"captures and logs meet in correlate/gather"},
	{[]string{"correlate"}, []string{"correlate/gather"}, []string{"pcap", "github.com/google/gopacket", "phonelog", "tvstrace", "github.com/alecthomas/participle", "report", "cmd",
		"dissect/tls", "dissect/tvs", "dissect/capf", "dissect/config", "dissect/trustlist"},
		"judging needs no decoder"},
	{[]string{"correlate/gather"}, nil, []string{"report", "cmd"},
		"decoding knows no report"},
	{[]string{"report"}, nil, []string{"correlate/gather", "pcap", "github.com/google/gopacket", "phonelog", "tvstrace", "github.com/alecthomas/participle", "cmd"},
		"reports render a model and know no source"},
	{[]string{"cmd/internal/intake"}, nil, []string{"dissect", "phonelog", "tvstrace", "correlate", "report"},
		"what an input is, is for its decoder to say"},
}

// own puts the module's name before a folder of ours; other paths stay.
func own(paths []string) []string {
	var out []string
	for _, p := range paths {
		if !strings.Contains(strings.SplitN(p, "/", 2)[0], ".") {
			p = module + "/" + p
		}
		out = append(out, p)
	}
	return out
}

// TestDirection keeps the direction of imports.
func TestDirection(t *testing.T) {
	packages := goList(t, "./...")
	for _, rule := range never {
		matched := false
		for _, p := range packages {
			if !within(p.ImportPath, own(rule.packages)...) || within(p.ImportPath, own(rule.except)...) {
				continue
			}
			matched = true
			for _, d := range p.Deps {
				if within(d, own(rule.hold)...) {
					t.Errorf("%s holds %s: %s", p.ImportPath, d, rule.because)
				}
			}
		}
		if !matched {
			t.Errorf("no package is one of %q: the rule has gone stale", rule.packages)
		}
	}
}

// TestOffline: nothing of ours can reach the network or start a program.
func TestOffline(t *testing.T) {
	for _, p := range goList(t, "./...") {
		for _, i := range p.Imports {
			if within(i, "net/http", "net/rpc", "net/smtp", "os/exec", "plugin") || i == "net" || i == "crypto/tls" {
				t.Errorf("%s imports %s", p.ImportPath, i)
			}
		}
	}
}

// TestTopLevel: the folders at the top are those that the README explains.
func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"cmd", "correlate", "dissect", "pcap", "phonelog", "report", "testdata", "tvstrace"}
	var got []string
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			got = append(got, e.Name())
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("folders %q, want %q", got, want)
	}
}
