//go:build linux

package tsharktest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"trustline/dissect"
)

// transfer is what both readers say of one request.
type transfer struct {
	frame, last          int
	op, file, mode       string
	client, server, peer string
	options              string
	outcome              string
	bytes, blocks        int
	retransmits          int
	sha256               string
	errorCode            string
	errorText            string
	object               string // size and SHA-256 of what tshark exported
	packets              int    // beyond the request
	spoke                bool   // the client went on after its request
	frames               []int
}

var tftpFields = []string{"frame.number", "ip.src", "ip.dst", "udp.srcport", "udp.dstport",
	"tftp.opcode", "tftp.source_file", "tftp.destination_file", "tftp.type", "tftp.request_frame", "tftp.block.full",
	"tftp.option.name", "tftp.option.value", "tftp.error.code", "tftp.error.message", "udp.payload"}

// tsharkTransfers groups tshark's frames by the request that each belongs to.
// A request that is repeated before the client took up an answer is one
// transfer.
func tsharkTransfers(t *testing.T, file string, ports ...int) []*transfer {
	t.Helper()
	packets := tshark(t, file, "tftp", tftpFields, decodeAs("udp", "tftp", ports...)...)
	var list []*transfer
	by := map[int]*transfer{} // by request frame, repetitions too
	data := map[*transfer]map[int][]byte{}
	size := map[*transfer]int{} // blksize in force
	latest := map[string]*transfer{}
	acknowledged := map[*transfer]bool{} // by an OACK
	for _, p := range packets {
		n, op := p.num("frame.number"), p.num("tftp.opcode")
		if op == 1 || op == 2 {
			x := &transfer{frame: n, last: n, op: "read", file: p.one("tftp.source_file"), mode: p.one("tftp.type"),
				client: p.src(), server: p.dst(), options: pairs(p), frames: []int{n}}
			if op == 2 {
				x.op, x.file = "write", p.one("tftp.destination_file")
			}
			if o := latest[x.client+x.server]; o != nil && o.op == x.op && o.file == x.file && !o.spoke {
				o.last, by[n] = n, o
				o.frames = append(o.frames, n)
				o.retransmits++
				continue
			}
			latest[x.client+x.server] = x
			list, by[n], data[x], size[x] = append(list, x), x, map[int][]byte{}, 512
			continue
		}
		x := by[p.num("tftp.request_frame")]
		if x == nil {
			continue
		}
		x.last, x.packets = n, x.packets+1
		x.frames = append(x.frames, n)
		other := p.src()
		if other == x.client {
			other, x.spoke = p.dst(), true
		}
		if x.peer == "" {
			x.peer = other
		}
		switch op {
		case 3:
			if _, ok := data[x][p.num("tftp.block.full")]; !ok {
				b, _ := hex.DecodeString(p.one("udp.payload"))
				data[x][p.num("tftp.block.full")] = b[min(len(b), 4):] // behind opcode and block number
			} else {
				x.retransmits++
			}
		case 5:
			if x.errorCode == "" {
				x.errorCode, x.errorText = p.one("tftp.error.code"), p.one("tftp.error.message")
			}
		case 6:
			if acknowledged[x] {
				x.retransmits++
			}
			acknowledged[x] = true
			x.options = pairs(p)
			for i, o := range p["tftp.option.name"] {
				if strings.EqualFold(o, "blksize") {
					size[x] = number(p["tftp.option.value"][i])
				}
			}
		}
	}
	for _, x := range list {
		var all []byte
		whole, end := true, false
		x.blocks = len(data[x])
		for i := 1; i <= x.blocks; i++ {
			b, ok := data[x][i]
			whole = whole && ok
			end = end || ok && len(b) < size[x]
			x.bytes += len(b)
			all = append(all, b...)
		}
		switch {
		case x.errorCode != "":
			x.outcome = "error"
		case whole && end:
			x.outcome = "complete"
			x.sha256 = sum(all)
		case x.packets == 0:
			x.outcome = "no-response"
		default:
			x.outcome = "incomplete"
		}
	}
	export(t, file, list, decodeAs("udp", "tftp", ports...))
	return list
}

// pairs prints the options of a packet.
func pairs(p packet) string {
	m := map[string]string{}
	for i, n := range p["tftp.option.name"] {
		if v := p["tftp.option.value"]; i < len(v) {
			m[strings.ToLower(n)] = v[i]
		}
	}
	return printed(m)
}

func printed(m map[string]string) string {
	var s []string
	for k, v := range m {
		s = append(s, k+"="+v)
	}
	sort.Strings(s)
	return strings.Join(s, " ")
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

var repeatedName = regexp.MustCompile(`\(\d+\)(\.[^.]*)?$`)

// export has tshark write the objects of the transfers. tshark 4.0.17 crashes
// (heap corruption) when a client uses its port for a second transfer with a
// larger block size: first, second and further transfers of one client go to
// captures of their own.
func export(t *testing.T, file string, list []*transfer, as []string) {
	t.Helper()
	var rounds [][]*transfer
	nth := map[string]int{}
	for _, x := range list {
		i := nth[x.client]
		nth[x.client]++
		if i == len(rounds) {
			rounds = append(rounds, nil)
		}
		rounds[i] = append(rounds[i], x)
	}
	for i, round := range rounds {
		part := file
		if len(rounds) > 1 {
			frames := map[int]bool{}
			for _, x := range round {
				for _, n := range x.frames {
					frames[n] = true
				}
			}
			part = filepath.Join(t.TempDir(), fmt.Sprintf("part%d.pcap", i))
			write(t, part, choose(t, file, frames))
		}
		dir := t.TempDir()
		tshark(t, part, "tftp", []string{"frame.number"}, append(as, "--export-objects", "tftp,"+dir)...)
		assign(t, round, dir)
	}
}

// choose copies frames of a classic little-endian capture.
func choose(t *testing.T, file string, frames map[int]bool) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil || len(b) < 24 || binary.LittleEndian.Uint32(b)&^0xff00ff != 0xa1b2c3d4&^0xff00ff {
		t.Fatalf("%s: not a classic capture", file)
	}
	out := append([]byte{}, b[:24]...)
	for n, at := 1, 24; at+16 <= len(b); n++ {
		end := at + 16 + int(binary.LittleEndian.Uint32(b[at+8:]))
		if end > len(b) {
			break
		}
		if frames[n] {
			out = append(out, b[at:end]...)
		}
		at = end
	}
	return out
}

// assign gives the exported objects to the transfers of their name. tshark
// numbers further ones of the same name, name(1).ext: the same content is
// then taken by whichever transfer has it.
func assign(t *testing.T, list []*transfer, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	objects := map[string][]string{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		name := repeatedName.ReplaceAllString(e.Name(), "$1")
		objects[name] = append(objects[name], fmt.Sprintf("%d %s", len(b), sum(b)))
	}
	for _, x := range list {
		have := objects[filepath.Base(x.file)]
		i := slices.Index(have, fmt.Sprintf("%d %s", x.bytes, x.sha256))
		if i < 0 && len(have) > 0 && x.outcome == "complete" {
			i = 0
		}
		if i >= 0 {
			x.object = have[i]
			objects[filepath.Base(x.file)] = slices.Delete(have, i, i+1)
		}
	}
	for name, left := range objects {
		for _, o := range left {
			t.Errorf("tshark exported %s (%s), which fits no request", name, o)
		}
	}
}

// ours collects what dissect finds.
type ours struct {
	capture     string
	transfers   []*dissect.TFTPRow
	connections []*dissect.TLSRow
}

func (o *ours) Transfer(x *dissect.Transfer) { o.transfers = append(o.transfers, x.Row(o.capture)) }
func (o *ours) Connection(c *dissect.Connection) {
	o.connections = append(o.connections, c.Row(o.capture))
}

// analyse reads a capture with dissect.
func analyse(t *testing.T, file string, o dissect.Options) *ours {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	found := &ours{capture: filepath.Base(file)}
	if _, err := dissect.Capture(bytes.NewReader(b), o, found); err != nil {
		t.Fatal(err)
	}
	sort.SliceStable(found.transfers, func(i, j int) bool { return found.transfers[i].Frame < found.transfers[j].Frame })
	sort.SliceStable(found.connections, func(i, j int) bool { return found.connections[i].Stream < found.connections[j].Stream })
	return found
}

// view turns a row into the common form.
func view(r *dissect.TFTPRow) *transfer {
	x := &transfer{frame: r.Frame, last: r.LastFrame, op: r.Op, file: r.File, mode: str(r.Mode), client: r.Client, server: r.Server,
		peer: str(r.Peer), options: printed(r.Options), outcome: r.Outcome, bytes: int(r.Bytes), blocks: int(r.Blocks), retransmits: r.Retransmits, sha256: str(r.SHA256)}
	if r.ErrorCode != nil {
		x.errorCode, x.errorText = fmt.Sprint(*r.ErrorCode), str(r.Error)
	}
	if r.Outcome == "complete" {
		x.object = fmt.Sprintf("%d %s", r.Bytes, x.sha256)
	}
	return x
}

func str(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// members lists what is compared, under the names of `trustline tftp --json`.
func (x *transfer) members() map[string]string {
	return map[string]string{"frame": fmt.Sprint(x.frame), "last_frame": fmt.Sprint(x.last), "op": x.op, "file": x.file, "mode": x.mode,
		"client": x.client, "server": x.server, "peer": x.peer, "options": x.options, "outcome": x.outcome,
		"bytes": fmt.Sprint(x.bytes), "blocks": fmt.Sprint(x.blocks), "sha256": x.sha256, "retransmits": fmt.Sprint(x.retransmits),
		"error_code": x.errorCode, "error": x.errorText, "object": x.object}
}
