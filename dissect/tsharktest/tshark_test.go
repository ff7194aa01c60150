//go:build linux

package tsharktest

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// packet is one frame as tshark shows it: the values of each field, in order.
type packet map[string][]string

func (p packet) has(field string) bool { return len(p[field]) > 0 }

// one returns the first value of a field, "" when it is not there.
func (p packet) one(field string) string {
	if v := p[field]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// num returns the first value of a field as a number, -1 when it is not there.
func (p packet) num(field string) int { return number(p.one(field)) }

func number(s string) int {
	n, err := strconv.ParseInt(s, 0, 64)
	if err != nil {
		return -1
	}
	return int(n)
}

func (p packet) src() string { return p.end("src") }
func (p packet) dst() string { return p.end("dst") }

func (p packet) end(side string) string {
	port := p.one("udp." + side + "port")
	if port == "" {
		port = p.one("tcp." + side + "port")
	}
	return p.one("ip."+side) + ":" + port
}

// Aggregator of several values of one field, and end of a field's value. No
// field that is asked for holds them.
const (
	valueEnd = "\x1e"
	fieldEnd = "\x1f"
)

// tshark reads a capture and returns the frames that a display filter takes.
// Preferences of the user take no part.
func tshark(t *testing.T, file, filter string, fields []string, more ...string) []packet {
	t.Helper()
	args := []string{"-n", "-r", file, "-Y", filter, "-T", "fields",
		"-E", "occurrence=a", "-E", "separator=" + fieldEnd, "-E", "aggregator=" + valueEnd}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	c := command(context.Background(), 90*time.Second, "tshark", append(args, more...)...)
	c.Env = append(os.Environ(), "WIRESHARK_CONFIG_DIR="+t.TempDir())
	errs := &log{}
	c.Stderr = errs
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	var packets []packet
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		p := packet{}
		for i, v := range strings.Split(lines.Text(), fieldEnd) {
			if v != "" {
				p[fields[i]] = strings.Split(v, valueEnd)
			}
		}
		packets = append(packets, p)
	}
	if err := c.Wait(); err != nil && !strings.Contains(errs.String(), "cut short") {
		t.Fatalf("tshark %s: %v\n%s", file, err, errs)
	}
	return packets
}

// decodeAs are tshark's options that make ports what they are for the test.
func decodeAs(proto, as string, ports ...int) []string {
	var args []string
	for _, p := range ports {
		args = append(args, "-d", fmt.Sprintf("%s.port==%d,%s", proto, p, as))
	}
	return args
}
