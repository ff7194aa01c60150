//go:build unix

package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// nobody is a user who owns nothing, when there is the right to become one.
const nobody = 65534

// TestForbidden: what may not be read is named and the rest is read; what may not
// be written ends the run with 1, names the place, and leaves nothing. Nothing is
// forbidden to root, so that root runs the program as nobody.
func TestForbidden(t *testing.T) {
	built, err := exec.LookPath("trustline") // made by TestMain
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "trustline-test-") // t.TempDir is closed to others
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	at := func(parts ...string) string { return filepath.Join(append([]string{dir}, parts...)...) }
	program := at("trustline")
	from, err := os.Open(built)
	must(err)
	defer from.Close()
	to, err := os.OpenFile(program, os.O_CREATE|os.O_WRONLY, 0o755)
	must(err)
	_, err = io.Copy(to, from)
	must(err)
	must(to.Close())
	for name, text := range map[string]string{"case/open.log": consoleLine, "case/shut.log": consoleLine, "case/folder/x.log": consoleLine, "out/old.json": "old", "shut/old.json": "old"} {
		must(os.MkdirAll(filepath.Dir(at(name)), 0o755))
		must(os.WriteFile(at(name), []byte(text), 0o644))
	}
	must(os.Mkdir(at("mine"), 0o755))
	for name, mode := range map[string]os.FileMode{".": 0o755, "case/shut.log": 0, "case/folder": 0, "shut": 0o555, "mine": 0o777, "out": 0o777, "out/old.json": 0o444} {
		must(os.Chmod(at(name), mode))
	}
	defer os.Chmod(at("case/folder"), 0o755)
	run := func(args ...string) (status int, stdout, stderr string) {
		t.Helper()
		cmd := exec.Command(program, args...)
		cmd.Dir = dir
		if os.Geteuid() == 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		}
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
			t.Skip("it cannot be run as another user: ", err)
		}
		return cmd.ProcessState.ExitCode(), out.String(), errs.String()
	}
	status, text, said := run("analyze", "case", "--format", "json")
	if status != exitRan || strings.Count(text, `"phone-secd"`) == 0 || strings.Count(text, "may not be read: permission denied") != 2 || !strings.Contains(text, `"name": "shut.log"`) || !strings.Contains(text, `"name": "folder"`) {
		t.Errorf("status %d, %s%s", status, text, said)
	}
	if status, _, said := run("analyze", "case/shut.log"); status != exitNothing || !strings.Contains(said, "trustline: shut.log: may not be read: permission denied\n") {
		t.Errorf("a file that may not be read: status %d, %q", status, said)
	}
	for _, c := range []struct {
		status int
		said   string
		args   []string
	}{
		{exitNothing, "trustline: shut/old.json: permission denied\n", []string{"analyze", "case", "-o", "shut/old.json"}},
		{exitNothing, "trustline: shut/new.html: permission denied\n", []string{"analyze", "case", "-o", "mine/a.json", "-o", "shut/new.html"}},
		{exitNothing, "trustline: --packets: shut/cited.pcapng: permission denied\n", []string{"analyze", "case", "--format", "json", "--packets", "shut/cited.pcapng"}},
		{exitNothing, "trustline: --redact-map: shut/map.tsv: permission denied\n", []string{"analyze", "case", "--redact-map", "shut/map.tsv"}},
		{exitUsage, "trustline: --extract: mkdir shut/files: permission denied\n", []string{"tftp", "case", "--extract", "shut/files"}},
		{exitUsage, "trustline: -o: mkdir shut/batch: permission denied\n", []string{"batch", "case", "-o", "shut/batch"}},
	} {
		status, _, said := run(c.args...)
		if status != c.status || !strings.HasSuffix(said, c.said) {
			t.Errorf("%q: status %d, %q", c.args, status, said)
		}
	}
	// In a folder of one's own a file that may not be written to is replaced.
	if status, _, said := run("analyze", "case", "-o", "out/old.json"); status != exitRan {
		t.Errorf("status %d, %q", status, said)
	}
	must(os.Chmod(at("shut"), 0o755))
	names(t, at("shut"), "old.json")
	names(t, at("mine"))
	names(t, at("out"), "old.json")
}
