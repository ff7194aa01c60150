package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"trustline": main})
}

// TestScript runs testdata/script/*.txt, one behaviour each. Besides the
// commands of testscript there are
//
//	ends STATUS COMMAND...  run a command that ends with this exit status
//	cases NAME DIR          copy the evidence of testdata/cases/NAME to DIR
//	cut FILE BYTES NEW      copy the first bytes of a file
//	gz FILE NEW             compress a file
//	pack DIR NEW            zip a folder
//	frame FILE N OUT        a classic capture of the Nth frame alone
//	relink FILE TYPE OUT    the same capture under another link type
//	rotate FILE N NAMES     cut a classic capture into N; NAMES holds %d for the number from 1
//	noise BYTES NEW         write bytes that mean nothing
//	printf NEW TEXT         write a text with the escapes of Go
//	clean DIR               fail when a temporary file is left
//	json FILE PATH WANT     compare one value of a JSON file: a.b.0.c, or its length with a.b.len
//	alike FILE FILE PATH    compare one value of two JSON files
func TestScript(t *testing.T) {
	cases, err := filepath.Abs(filepath.Join("..", "..", "testdata", "cases"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("CASES", cases)
			return nil
		},
		Condition: func(cond string) (bool, error) { // [root]: nothing is forbidden
			if cond == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"ends": func(ts *testscript.TestScript, _ bool, args []string) {
				got := 0
				err := ts.Exec(args[1], args[2:]...)
				if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
					got = exit.ExitCode()
				} else {
					ts.Check(err)
				}
				if fmt.Sprint(got) != args[0] {
					ts.Fatalf("exit status %d, want %s", got, args[0])
				}
			},
			"cases": func(ts *testscript.TestScript, _ bool, args []string) {
				ts.Check(os.CopyFS(ts.MkAbs(args[1]), os.DirFS(filepath.Join(cases, args[0]))))
				for _, name := range []string{"README.md", "want.json"} {
					if err := os.Remove(filepath.Join(ts.MkAbs(args[1]), name)); !errors.Is(err, fs.ErrNotExist) {
						ts.Check(err)
					}
				}
			},
			"cut": func(ts *testscript.TestScript, _ bool, args []string) {
				var n int
				_, err := fmt.Sscan(args[1], &n)
				ts.Check(err)
				ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(ts.ReadFile(args[0]))[:n], 0o666))
			},
			"gz": func(ts *testscript.TestScript, _ bool, args []string) {
				var b bytes.Buffer
				w := gzip.NewWriter(&b)
				_, err := io.WriteString(w, ts.ReadFile(args[0]))
				ts.Check(err)
				ts.Check(w.Close())
				ts.Check(os.WriteFile(ts.MkAbs(args[1]), b.Bytes(), 0o666))
			},
			"pack": func(ts *testscript.TestScript, _ bool, args []string) {
				var b bytes.Buffer
				w := zip.NewWriter(&b)
				ts.Check(w.AddFS(os.DirFS(ts.MkAbs(args[0]))))
				ts.Check(w.Close())
				ts.Check(os.WriteFile(ts.MkAbs(args[1]), b.Bytes(), 0o666))
			},
			"rotate": func(ts *testscript.TestScript, _ bool, args []string) {
				file := []byte(ts.ReadFile(args[0]))
				var n int
				_, err := fmt.Sscan(args[1], &n)
				ts.Check(err)
				var ends []int
				for at := 24; at < len(file); ends = append(ends, at) {
					at += 16 + int(binary.LittleEndian.Uint32(file[at+8:]))
				}
				from := 24
				for i := 1; i <= n; i++ {
					to := ends[i*len(ends)/n-1]
					ts.Check(os.WriteFile(ts.MkAbs(fmt.Sprintf(args[2], i)), append(bytes.Clone(file[:24]), file[from:to]...), 0o666))
					from = to
				}
			},
			"frame": func(ts *testscript.TestScript, _ bool, args []string) {
				file := []byte(ts.ReadFile(args[0]))
				var n int
				_, err := fmt.Sscan(args[1], &n)
				ts.Check(err)
				at := 24
				for range n - 1 {
					at += 16 + int(binary.LittleEndian.Uint32(file[at+8:]))
				}
				end := at + 16 + int(binary.LittleEndian.Uint32(file[at+8:]))
				ts.Check(os.WriteFile(ts.MkAbs(args[2]), append(bytes.Clone(file[:24]), file[at:end]...), 0o666))
			},
			"relink": func(ts *testscript.TestScript, _ bool, args []string) {
				file := []byte(ts.ReadFile(args[0]))
				var link uint32
				_, err := fmt.Sscan(args[1], &link)
				ts.Check(err)
				binary.LittleEndian.PutUint32(file[20:], link)
				ts.Check(os.WriteFile(ts.MkAbs(args[2]), file, 0o666))
			},
			"noise": func(ts *testscript.TestScript, _ bool, args []string) {
				var n int
				_, err := fmt.Sscan(args[0], &n)
				ts.Check(err)
				data := make([]byte, n)
				for i, x := 0, uint32(1); i < n; i++ {
					x = x*1664525 + 1013904223 // Knuth's "quick and dirty" generator
					data[i] = byte(x >> 24)
				}
				ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o666))
			},
			"printf": func(ts *testscript.TestScript, _ bool, args []string) {
				text, err := strconv.Unquote(`"` + strings.ReplaceAll(args[1], `"`, `\"`) + `"`)
				ts.Check(err)
				ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o666))
			},
			"clean": func(ts *testscript.TestScript, _ bool, args []string) {
				ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d fs.DirEntry, err error) error {
					if err == nil && !d.IsDir() && strings.HasSuffix(path, ".tmp") {
						err = fmt.Errorf("%s is left", path)
					}
					return err
				}))
			},
			"alike": func(ts *testscript.TestScript, neg bool, args []string) {
				a, b := member(ts, ts.ReadFile(args[0]), args[2]), member(ts, ts.ReadFile(args[1]), args[2])
				if (a == b) == neg {
					ts.Fatalf("%s is %s and %s", args[2], a, b)
				}
			},
			"json": func(ts *testscript.TestScript, neg bool, args []string) {
				got := member(ts, ts.ReadFile(args[0]), args[1])
				if (got == args[2]) == neg {
					ts.Fatalf("%s is %s", args[1], got)
				}
			},
		},
	})
}

// member gives one value of a JSON text as text.
func member(ts *testscript.TestScript, text, path string) string {
	var v any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	ts.Check(d.Decode(&v))
	for _, step := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			var ok bool
			if v, ok = x[step]; !ok {
				ts.Fatalf("%s: there is no %s", path, step)
			}
		case []any:
			var i int
			if step == "len" {
				v = len(x)
				continue
			}
			_, err := fmt.Sscan(step, &i)
			ts.Check(err)
			if i >= len(x) {
				ts.Fatalf("%s: there are only %d", path, len(x))
			}
			v = x[i]
		default:
			ts.Fatalf("%s: %v has no %s", path, v, step)
		}
	}
	return fmt.Sprint(v)
}

// TestScriptsSayWhat: the first line of each script names its behaviour, and
// says it alone.
func TestScriptsSayWhat(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "script", "*.txt"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	var seen []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		line, _, _ := strings.Cut(string(text), "\n")
		if !strings.HasPrefix(line, "# ") || len(line) < 20 || slices.Contains(seen, line) {
			t.Errorf("%s: the first line is %q", f, line)
		}
		seen = append(seen, line)
	}
}
