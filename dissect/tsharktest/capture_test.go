//go:build linux

package tsharktest

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// recording is a capture of the loopback interface under way.
type recording struct {
	file    string
	tcpdump *server
	mark    net.Conn // sends the datagram that marks the end
}

var endMark = []byte("trustline: end of this recording")

// record starts tcpdump on lo with a filter.
func record(t *testing.T, filter string) *recording {
	t.Helper()
	// Nobody listens there; the port is only for the mark.
	mark, err := net.Dial("udp", fmt.Sprintf("127.0.0.1:%d", freePort(t, "127.0.0.1")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mark.Close() })
	r := &recording{file: filepath.Join(t.TempDir(), "lo.pcap"), mark: mark}
	filter = fmt.Sprintf("(%s) or udp dst port %d", filter, mark.RemoteAddr().(*net.UDPAddr).Port)
	args := []string{"-n", "-i", "lo", "-U", "-B", "65536", "-s", "0", "-w", r.file, filter}
	if os.Geteuid() == 0 {
		args = append([]string{"-Z", "root"}, args...) // the folder belongs to us
	}
	r.tcpdump = start(t, "tcpdump", args...)
	await(t, "tcpdump", func() bool { return strings.Contains(r.tcpdump.out.String(), "listening on") || !r.tcpdump.running() })
	if !r.tcpdump.running() {
		absent(t, "tcpdump cannot capture on lo: %s", r.tcpdump.out)
	}
	return r
}

var dropped = regexp.MustCompile(`(\d+) packets? dropped by kernel`)

// stop ends the recording when all that happened before is in the file. A
// capture with losses is no ground to compare on.
func (r *recording) stop(t *testing.T) string {
	t.Helper()
	r.mark.Write(endMark)
	await(t, "end of the recording", func() bool {
		f, err := os.Open(r.file)
		if err != nil {
			return false
		}
		defer f.Close()
		if n, err := f.Seek(0, io.SeekEnd); err == nil {
			f.Seek(max(0, n-1<<16), io.SeekStart)
		}
		b, _ := io.ReadAll(f)
		return bytes.Contains(b, endMark)
	})
	r.tcpdump.stop(syscall.SIGINT)
	if m := dropped.FindStringSubmatch(r.tcpdump.out.String()); m == nil || m[1] != "0" {
		t.Fatalf("the recording is not whole: %s", r.tcpdump.out)
	}
	return r.file
}

// keep copies a capture to the folder that TRUSTLINE_KEEP names, to look at it.
func keep(t *testing.T, file, name string) {
	t.Helper()
	if dir := os.Getenv("TRUSTLINE_KEEP"); dir != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), b)
	}
}
