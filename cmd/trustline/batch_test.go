package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// stopping ends a run when so many lines were written to standard output.
type stopping struct {
	bytes.Buffer
	lines  int
	cancel func()
}

func (s *stopping) Write(p []byte) (int, error) {
	if s.lines--; s.lines == 0 {
		s.cancel()
	}
	return s.Buffer.Write(p)
}

// runBatch runs batch in this process and gives what it said.
func runBatch(t *testing.T, ctx context.Context, out io.Writer, args ...string) (status int, said string) {
	t.Helper()
	var b bytes.Buffer
	e := quietEnv()
	e.stdout, e.stderr = out, &b
	root := newRoot(e)
	root.SetArgs(append([]string{"batch"}, args...))
	if err := root.ExecuteContext(ctx); err != nil {
		status = e.report(err)
	}
	return status, b.String()
}

// tree is every file below a folder, with its content.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		out[filepath.ToSlash(rel)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// copies makes a folder with n cases.
func copies(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		if err := os.CopyFS(filepath.Join(dir, "case-"+string(rune('a'+i))), os.DirFS(filepath.Join("..", "..", "testdata", "cases", "directory-via-tvs"))); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestBatchInterrupted: what was done stays, nothing is there in part, and the
// same command goes on to what an undisturbed run gives.
func TestBatchInterrupted(t *testing.T) {
	in, out, whole := copies(t, 8), filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "out")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	status, said := runBatch(t, ctx, &stopping{lines: 2, cancel: cancel}, in, "-o", out)
	m := regexp.MustCompile(`(?m)^trustline: interrupted: (\d) of 8 cases are done; the same command goes on from there$`).FindStringSubmatch(said)
	if status != exitNothing || m == nil {
		t.Fatalf("status %d, %q", status, said)
	}
	files := tree(t, out)
	done := 0
	for name := range files {
		if strings.HasSuffix(name, ".tmp") {
			t.Errorf("%s is left", name)
		}
		if dir, ok := strings.CutSuffix(name, "/"+caseNote); ok {
			done++
			if files[dir+"/"+caseHTML] == "" || files[dir+"/"+caseJSON] == "" {
				t.Errorf("%s is there in part", dir)
			}
		}
	}
	if m[1] != string(rune('0'+done)) || done < 2 || done > 6 || len(files) != 3*done+2 {
		t.Errorf("%s cases said to be done, %d are, %d files", m[1], done, len(files))
	}
	if n := strings.Count(files["summary.csv"], errInterrupted.Error()); n != 8-done {
		t.Errorf("%d cases are named as not analysed, want %d", n, 8-done)
	}

	var second bytes.Buffer
	if status, said := runBatch(t, context.Background(), &second, in, "-o", out); status != exitRan {
		t.Fatalf("status %d, %q", status, said)
	}
	if n := strings.Count(second.String(), "unchanged"); n != done {
		t.Errorf("%d cases were not read again, want %d", n, done)
	}
	if status, said := runBatch(t, context.Background(), io.Discard, in, "-o", whole); status != exitRan {
		t.Fatalf("status %d, %q", status, said)
	}
	got, want := tree(t, out), tree(t, whole)
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s is not what an undisturbed run writes", name)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d files, want %d", len(got), len(want))
	}
}

// TestBatchInterruptedAtOnce: nothing is done, and that is said.
func TestBatchInterruptedAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	out := filepath.Join(t.TempDir(), "out")
	status, said := runBatch(t, ctx, io.Discard, copies(t, 2), "-o", out)
	if status != exitNothing || !strings.Contains(said, "interrupted: 0 of 2 cases are done") {
		t.Errorf("status %d, %q", status, said)
	}
}
