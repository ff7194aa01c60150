package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"syscall"
	"testing"
	"time"

	"trustline/correlate"
)

// TestSignals: a run that is told to end, by either signal and while it waits for
// more input, ends at once with 1, says how far it came, and leaves no file: no
// report in part, no temporary one. What is sent holds an archive in an archive
// that is too large for memory.
func TestSignals(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signals between processes")
	}
	program, err := exec.LookPath("trustline") // made by TestMain
	if err != nil {
		t.Fatal(err)
	}
	noise := make([]byte, 20<<20)
	for i, x := 0, uint32(1); i < len(noise); i++ {
		x = x*1664525 + 1013904223 // Knuth's "quick and dirty" generator
		noise[i] = byte(x >> 24)
	}
	archive := tarred(t, "small.log", consoleLine, "inner.zip", string(zipped(t, "noise", string(noise), "phone.log", consoleLine)))
	for _, c := range []struct {
		args []string
		said string
	}{
		{[]string{"analyze", "-", "-o", "report.json", "-o", "report.html", "--redact-map", "map.tsv"}, `interrupted after \d+ inputs?: nothing was written`},
		{[]string{"evidence", "-"}, `interrupted after \d+ inputs?: nothing was written`},
		{[]string{"judge", "-", "-o", "report.json"}, `interrupted after \d+ inputs?: nothing was written`},
		{[]string{"events", "-"}, `interrupted after \d+ inputs?`},
		{[]string{"tftp", "-", "--extract", "."}, `interrupted after \d+ inputs?`},
		{[]string{"trustlist", "-"}, `interrupted after \d+ inputs?`},
	} {
		for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
			t.Run(c.args[0]+" "+sig.String(), func(t *testing.T) {
				t.Parallel()
				dir, temp := t.TempDir(), t.TempDir()
				cmd := exec.Command(program, c.args...)
				cmd.Dir, cmd.Env = dir, append(os.Environ(), "TMPDIR="+temp)
				var said bytes.Buffer
				cmd.Stdout, cmd.Stderr = io.Discard, &said
				in, err := cmd.StdinPipe()
				if err != nil {
					t.Fatal(err)
				}
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				if _, err := in.Write(archive[:12<<20]); err != nil { // which it has read, but for what the pipe holds
					t.Fatal(err)
				}
				ended := make(chan error, 1)
				go func() { ended <- cmd.Wait() }()
				if err := cmd.Process.Signal(sig); err != nil {
					t.Fatal(err)
				}
				select {
				case err = <-ended:
				case <-time.After(20 * time.Second):
					cmd.Process.Kill()
					t.Fatal("it goes on")
				}
				var exit *exec.ExitError
				if !errors.As(err, &exit) || exit.ExitCode() != exitNothing || !regexp.MustCompile(`^trustline: `+c.said+`\n$`).MatchString(said.String()) {
					t.Errorf("%v, %q", err, said.String())
				}
				names(t, dir)
				names(t, temp)
			})
		}
	}
}

// TestPacketsInterrupted: when the interrupt comes while the captures are read a
// second time, what is written and what is not is said.
func TestPacketsInterrupted(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	p := packetFlags{filepath.Join(dir, "cited.pcapng")}
	err := p.write(ctx, quietEnv(), []string{filepath.Join("..", "..", "testdata", "cases", "tvs-blocked")}, nil, &correlate.Report{})
	var said bytes.Buffer
	e := quietEnv()
	e.stderr = &said
	status := e.report(err)
	want := "trustline: interrupted while the captures were read again for --packets: the report is written, " + p.file + " is not\n"
	if status != exitNothing || said.String() != want {
		t.Errorf("status %d, %q", status, said.String())
	}
	names(t, dir)
}
