package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"trustline/cmd/internal/intake"
)

func quietEnv() *env {
	return &env{stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}
}

// TestInOrder: results come in the order of the inputs, whichever is ready
// first.
func TestInOrder(t *testing.T) {
	dir := t.TempDir()
	const n = 3 * ahead
	for i := range n {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d", i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	err := eachInput(context.Background(), quietEnv(), reading{paths: []string{dir}}, func(in intake.Input) string {
		if in.Name[3]%2 == 0 {
			time.Sleep(time.Millisecond)
		}
		return in.Name
	}, func(name string) error {
		got = append(got, name)
		return nil
	})
	if err != nil || len(got) != n {
		t.Fatalf("%d results, %v", len(got), err)
	}
	for i, name := range got {
		if name != fmt.Sprintf("%04d", i) {
			t.Fatalf("result %d is %s", i, name)
		}
	}
}

// TestDecoderFault: a decoder that panics spoils its own input only.
func TestDecoderFault(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "b", "c"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	err := eachInput(context.Background(), quietEnv(), reading{paths: []string{dir}}, func(in intake.Input) string {
		if in.Problem != nil {
			return in.Name + ": " + in.Problem.What
		}
		if in.Name == "b" {
			panic("index out of range")
		}
		return in.Name
	}, func(s string) error {
		got = append(got, s)
		return nil
	})
	want := "a; b: a fault in trustline ended the decoding; please report it: index out of range; c"
	if err != nil || strings.Join(got, "; ") != want {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestStopEarly: an error of take ends the run, and so does an interrupt.
func TestStopEarly(t *testing.T) {
	dir := t.TempDir()
	for i := range 4 * ahead {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	full := errors.New("disk full")
	err := eachInput(context.Background(), quietEnv(), reading{paths: []string{dir}}, func(in intake.Input) int { return 0 }, func(int) error { return full })
	if err != full {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	err = eachInput(ctx, quietEnv(), reading{paths: []string{dir}}, func(in intake.Input) int { cancel(); return 0 }, func(int) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	var b bytes.Buffer
	e := &env{stderr: &b}
	if status := e.report(err); status != exitNothing || !regexp.MustCompile(`^trustline: interrupted after \d+ inputs?\n$`).MatchString(b.String()) {
		t.Errorf("status %d, %q", status, b.String())
	}
}

// cancelling is standard input that is interrupted while it is read.
type cancelling struct {
	io.Reader
	cancel func()
}

func (c cancelling) Read(p []byte) (int, error) {
	c.cancel()
	return c.Reader.Read(p)
}

// TestInterrupted: an interrupt in the middle ends a run with what was done,
// and leaves no file.
func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	var said bytes.Buffer
	e := quietEnv()
	e.stderr = &said
	e.stdin = cancelling{strings.NewReader("1248: NOT 15:20:59.538726 SECD: tvs_cert_vfy: TVS cert verified with hash from TL, <14.48.44.80>\n"), cancel}
	root := newRoot(e)
	root.SetArgs([]string{"analyze", "-", "-o", filepath.Join(dir, "report.json")})
	status := e.report(root.ExecuteContext(ctx))
	if status != exitNothing || said.String() != "trustline: interrupted after 0 inputs: nothing was written\n" {
		t.Errorf("status %d, %q", status, said.String())
	}
	names(t, dir)
}
