package dissect

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	phone  = ep("10.0.0.7:49152")
	srv69  = ep("10.0.0.1:69")
	srvTID = ep("10.0.0.1:32771")
)

// Of 130 lines "trustline".
const (
	sumOf1300 = "578993932d6a295d1fb587bd943c79b1e28db10b5244f78b15e91e7de4af8b91"
	md5Of1300 = "b2c5e7ead1d405f1e7196dcb216b3774"
)

func request(op uint16, words ...string) []byte {
	b := binary.BigEndian.AppendUint16(nil, op)
	for _, w := range words {
		b = append(append(b, w...), 0)
	}
	return b
}

func block(n int, b []byte) []byte {
	return append([]byte{0, opDATA, byte(n >> 8), byte(n)}, b...)
}

func acknowledge(n int) []byte { return []byte{0, opACK, byte(n >> 8), byte(n)} }

func failure(code int, text string) []byte {
	return append(append([]byte{0, opERROR, 0, byte(code)}, text...), 0)
}

// send writes blocks of size octets with their acknowledgements, from block
// first on.
func (w *wire) send(from, to netip.AddrPort, first, size int, b []byte) {
	for n := first; ; n++ {
		part := b[:min(size, len(b))]
		b = b[len(part):]
		w.udp(from, to, block(n, part))
		w.udp(to, from, acknowledge(n))
		if len(part) < size {
			return
		}
	}
}

// TestRead follows RFC 1350 section 4 and compares all members of the row.
// The hashes are those of sha256sum and md5sum over the same octets.
func TestRead(t *testing.T) {
	w := newWire()
	w.udp(phone, srv69, request(opRRQ, "ITLSEP001122334455.tlv", "octet"))
	w.send(srvTID, phone, 1, 512, bytes.Repeat([]byte("trustline\n"), 130))
	tr := w.read(t, DefaultOptions()).one(t)
	got, _ := json.Marshal(tr.Row("a.pcap"))
	want := `{"capture":"a.pcap","frame":1,"last_frame":7,"time":"2026-03-01T08:00:00.000000Z","duration":0.006,` +
		`"proto":"tftp","op":"read","client":"10.0.0.7:49152","server":"10.0.0.1:69","file":"ITLSEP001122334455.tlv","mode":"octet",` +
		`"options":{},"outcome":"complete","bytes":1300,"blocks":3,"retransmits":0,` +
		`"sha256":"SHA256","md5":"MD5","error_code":null,"error":null,` +
		`"peer":"10.0.0.1:32771","stream":null,"notes":[]}`
	want = strings.NewReplacer("SHA256", sumOf1300, "MD5", md5Of1300).Replace(want)
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Error(d)
	}
	if !bytes.Equal(tr.Content, bytes.Repeat([]byte("trustline\n"), 130)) || !tr.Complete || tr.Clipped {
		t.Errorf("content of %d octets, complete %v, clipped %v", len(tr.Content), tr.Complete, tr.Clipped)
	}
}

// TestReadCases: what happened on the wire and what must come of it. want is
// outcome, distinct octets, blocks, repetitions, whether there is a hash, and
// the octets of content.
func TestReadCases(t *testing.T) {
	data := payload(1300)
	type want struct {
		outcome    string
		bytes      int64
		blocks     int64
		retransmit int
		hash       bool
		content    int
		code       int
		err        string
	}
	full := want{OutcomeComplete, 1300, 3, 0, true, 1300, -1, ""}
	rrq := func(w *wire) { w.udp(phone, srv69, request(opRRQ, "f", "octet")) }
	for _, c := range []struct {
		name string
		make func(w *wire)
		want want
	}{
		{"server with one port", func(w *wire) { rrq(w); w.send(srv69, phone, 1, 512, data) }, full},
		{"server answers from another address", func(w *wire) { rrq(w); w.send(ep("10.0.0.2:5000"), phone, 1, 512, data) }, full},
		{"server changes its port", func(w *wire) {
			rrq(w)
			w.udp(srvTID, phone, block(1, data[:512]))
			w.udp(phone, srvTID, acknowledge(1))
			w.send(ep("10.0.0.1:40000"), phone, 2, 512, data[512:])
		}, full},
		{"last block is empty", func(w *wire) { rrq(w); w.send(srvTID, phone, 1, 512, data[:1024]) },
			want{OutcomeComplete, 1024, 3, 0, true, 1024, -1, ""}},
		{"empty file", func(w *wire) { rrq(w); w.send(srvTID, phone, 1, 512, nil) }, want{OutcomeComplete, 0, 1, 0, true, 0, -1, ""}},
		{"file not found", func(w *wire) { rrq(w); w.udp(srvTID, phone, failure(1, "File not found")) },
			want{OutcomeError, 0, 0, 0, false, 0, 1, "File not found"}},
		{"error without text", func(w *wire) { rrq(w); w.udp(srv69, phone, []byte{0, opERROR, 0, 2}) },
			want{OutcomeError, 0, 0, 0, false, 0, 2, "Access violation"}},
		{"client gives up", func(w *wire) {
			rrq(w)
			w.udp(srvTID, phone, block(1, data[:512]))
			w.udp(phone, srvTID, failure(3, "No room"))
		}, want{OutcomeError, 512, 1, 0, false, 512, 3, "No room"}},
		{"nobody answers", func(w *wire) {
			for range 4 {
				rrq(w)
				w.wait(4 * time.Second)
			}
		}, want{OutcomeNoResponse, 0, 0, 3, false, 0, -1, ""}},
		{"port closed", func(w *wire) { rrq(w); w.unreachable(srv69.Addr(), 3, 17, phone, srv69) },
			want{OutcomeNoResponse, 0, 0, 0, false, 0, -1, "ICMP port unreachable from 10.0.0.1"}},
		{"request repeated, both answered", func(w *wire) {
			second := ep("10.0.0.1:32772")
			rrq(w)
			rrq(w)
			w.udp(srvTID, phone, block(1, data[:512]))
			w.udp(second, phone, block(1, data[:512]))
			w.udp(phone, srvTID, acknowledge(1))
			w.udp(phone, second, failure(5, "Unknown transfer ID"))
			w.send(srvTID, phone, 2, 512, data[512:])
		}, want{OutcomeComplete, 1300, 3, 2, true, 1300, -1, ""}},
		{"block repeated", func(w *wire) {
			rrq(w)
			w.udp(srvTID, phone, block(1, data[:512]))
			w.wait(time.Second)
			w.udp(srvTID, phone, block(1, data[:512]))
			w.udp(phone, srvTID, acknowledge(1))
			w.udp(phone, srvTID, acknowledge(1))
			w.send(srvTID, phone, 2, 512, data[512:])
		}, want{OutcomeComplete, 1300, 3, 1, true, 1300, -1, ""}},
		{"last block repeated after its acknowledgement", func(w *wire) {
			rrq(w)
			w.send(srvTID, phone, 1, 512, data)
			w.wait(time.Second)
			w.udp(srvTID, phone, block(3, data[1024:]))
		}, want{OutcomeComplete, 1300, 3, 1, true, 1300, -1, ""}},
		{"last block repeated without acknowledgement", func(w *wire) {
			rrq(w)
			w.udp(srvTID, phone, block(1, data[:512]))
			w.udp(phone, srvTID, acknowledge(1))
			for range 3 {
				w.udp(srvTID, phone, block(2, data[512:600]))
				w.wait(time.Second)
			}
		}, want{OutcomeIncomplete, 600, 2, 2, false, 600, -1, ""}},
		{"capture ends before the last acknowledgement", func(w *wire) {
			rrq(w)
			w.udp(srvTID, phone, block(1, data[:100]))
		}, want{OutcomeComplete, 100, 1, 0, true, 100, -1, ""}},
		{"stalls", func(w *wire) {
			rrq(w)
			w.udp(srvTID, phone, block(1, data[:512]))
			w.udp(phone, srvTID, acknowledge(1))
			w.udp(srvTID, phone, block(2, data[512:1024]))
			w.wait(time.Second)
			w.udp(srvTID, phone, block(2, data[512:1024]))
		}, want{OutcomeIncomplete, 1024, 2, 1, false, 1024, -1, ""}},
		{"block missing in the capture", func(w *wire) {
			rrq(w)
			w.udp(srvTID, phone, block(1, data[:512]))
			w.udp(phone, srvTID, acknowledge(1))
			w.udp(phone, srvTID, acknowledge(2))
			w.send(srvTID, phone, 3, 512, data[1024:])
		}, want{OutcomeComplete, 788, 2, 0, false, 512, -1, ""}},
		{"only the phone's packets", func(w *wire) {
			rrq(w)
			for n := 1; n <= 3; n++ {
				w.udp(phone, srvTID, acknowledge(n))
			}
		}, want{OutcomeIncomplete, 0, 0, 0, false, 0, -1, ""}},
		{"only the phone's request and the server's packets", func(w *wire) {
			rrq(w)
			for n := 1; n <= 3; n++ {
				w.udp(srvTID, phone, block(n, data[(n-1)*512:min(n*512, 1300)]))
			}
		}, full},
		{"blksize agreed on (RFC 2348)", func(w *wire) {
			w.udp(phone, srv69, request(opRRQ, "f", "octet", "BLKSIZE", "1024", "tsize", "0"))
			w.udp(srvTID, phone, request(opOACK, "blksize", "1024", "tsize", "1300"))
			w.udp(phone, srvTID, acknowledge(0))
			w.send(srvTID, phone, 1, 1024, data)
		}, want{OutcomeComplete, 1300, 2, 0, true, 1300, -1, ""}},
		{"blksize asked for, its acknowledgement missing", func(w *wire) {
			w.udp(phone, srv69, request(opRRQ, "f", "octet", "blksize", "1024"))
			w.udp(phone, srvTID, acknowledge(0))
			w.send(srvTID, phone, 1, 1024, data)
		}, want{OutcomeComplete, 1300, 2, 0, true, 1300, -1, ""}},
		{"options not known to the server", func(w *wire) {
			w.udp(phone, srv69, request(opRRQ, "f", "octet", "blksize", "1024"))
			w.send(srvTID, phone, 1, 512, data)
		}, full},
		{"options refused (RFC 2347)", func(w *wire) {
			w.udp(phone, srv69, request(opRRQ, "f", "octet", "blksize", "1024"))
			w.udp(srvTID, phone, request(opOACK, "blksize", "512"))
			w.udp(phone, srvTID, failure(8, ""))
		}, want{OutcomeError, 0, 0, 0, false, 0, 8, "Option negotiation failed"}},
		{"windows with a lost block (RFC 7440)", func(w *wire) {
			w.udp(phone, srv69, request(opRRQ, "f", "octet", "windowsize", "4", "blksize", "100"))
			w.udp(srvTID, phone, request(opOACK, "windowsize", "4", "blksize", "100"))
			w.udp(phone, srvTID, acknowledge(0))
			part := func(n int) { w.udp(srvTID, phone, block(n, data[(n-1)*100:min(n*100, 1250)])) }
			for _, n := range []int{1, 2, 3, 4, -4, 5, 7, 8, -5, 6, 7, 8, 9, -9, 10, 11, 12, 13, -13} {
				if n < 0 {
					w.udp(phone, srvTID, acknowledge(-n))
				} else {
					part(n)
				}
			}
		}, want{OutcomeComplete, 1250, 13, 2, true, 1250, -1, ""}},
		{"last block missing in the capture, size known (RFC 2349)", func(w *wire) {
			w.udp(phone, srv69, request(opRRQ, "f", "octet", "tsize", "0"))
			w.udp(srvTID, phone, request(opOACK, "tsize", "1300"))
			for n := range 4 {
				if n == 1 || n == 2 {
					w.udp(srvTID, phone, block(n, data[(n-1)*512:n*512]))
				}
				w.udp(phone, srvTID, acknowledge(n))
			}
		}, want{OutcomeComplete, 1024, 2, 0, false, 1024, -1, ""}},
		{"another protocol on the same port", func(w *wire) {
			rrq(w)
			w.udp(ep("10.0.0.9:53"), phone, []byte{0, 3, 0, 7, 1, 2, 3})
			w.udp(phone, ep("10.0.0.9:53"), []byte{0, 4, 0, 7})
			w.send(srvTID, phone, 1, 512, data)
		}, full},
		{"request cut before its end", func(w *wire) {
			w.udp(phone, srv69, request(opRRQ, "f", "octet")[:8])
			w.send(srvTID, phone, 1, 512, data)
		}, full},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			w := newWire()
			c.make(w)
			tr := w.read(t, DefaultOptions()).one(t)
			got := want{tr.Outcome, tr.Bytes, tr.Blocks, tr.Retransmit, tr.SHA256 != "" && tr.MD5 != "", len(tr.Content), -1, tr.Error}
			if tr.ErrorCode != nil {
				got.code = *tr.ErrorCode
			}
			if d := cmp.Diff(c.want, got, cmp.AllowUnexported(want{})); d != "" {
				t.Errorf("%s\nnotes %q", d, tr.Notes)
			}
			if !bytes.Equal(tr.Content, data[:len(tr.Content)]) {
				t.Error("content differs")
			}
			if tr.File != "f" || tr.First.Frame != 1 || tr.Last.Frame != w.n && c.name != "port closed" {
				t.Errorf("file %q, frames %d to %d of %d", tr.File, tr.First.Frame, tr.Last.Frame, w.n)
			}
		})
	}
}

func TestWrite(t *testing.T) {
	w := newWire()
	w.udp(phone, srv69, request(opWRQ, "log.txt", "netascii"))
	w.udp(srvTID, phone, acknowledge(0))
	w.send(phone, srvTID, 1, 512, []byte(strings.Repeat("line\r\n", 100)))
	tr := w.read(t, DefaultOptions()).one(t)
	if tr.Op != "write" || tr.Outcome != OutcomeComplete || tr.Bytes != 600 || tr.Mode != "netascii" || string(tr.Content) != strings.Repeat("line\r\n", 100) {
		t.Errorf("%+v", tr)
	}
}

// TestWrap sends more than 65535 blocks; servers differ in what follows.
func TestWrap(t *testing.T) {
	data := payload(8*65540 + 3)
	for _, to := range []int{0, 1} {
		w := newWire()
		w.udp(phone, srv69, request(opRRQ, "f", "octet", "blksize", "8"))
		w.udp(srvTID, phone, request(opOACK, "blksize", "8"))
		w.udp(phone, srvTID, acknowledge(0))
		for i, n := 0, 1; ; i, n = i+8, n+1 {
			if n == 65536 {
				n = to
			}
			w.udp(srvTID, phone, block(n, data[i:min(i+8, len(data))]))
			w.udp(phone, srvTID, acknowledge(n))
			if i+8 > len(data) {
				break
			}
		}
		tr := w.read(t, DefaultOptions()).one(t)
		if tr.Outcome != OutcomeComplete || tr.Blocks != 65541 || tr.Retransmit != 0 || !bytes.Equal(tr.Content, data) || tr.SHA256 == "" {
			t.Errorf("wrap to %d: %s, %d blocks, %d repeated, %d octets, notes %q", to, tr.Outcome, tr.Blocks, tr.Retransmit, tr.Bytes, tr.Notes)
		}
	}
}

// TestOnePortPair: a client that uses one port for one file after the other,
// and a server that answers from port 69.
func TestOnePortPair(t *testing.T) {
	w := newWire()
	w.udp(phone, srv69, request(opRRQ, "CTLSEP.tlv", "octet"))
	w.udp(srv69, phone, failure(1, "not found"))
	w.udp(phone, srv69, request(opRRQ, "ITLSEP.tlv", "octet"))
	w.send(srv69, phone, 1, 512, payload(700))
	w.udp(phone, srv69, request(opRRQ, "SEP.cnf.xml.sgn", "octet"))
	w.udp(srv69, phone, block(1, payload(512)))
	w.udp(phone, srv69, acknowledge(1))
	w.udp(phone, srv69, request(opRRQ, "SEP.cnf.xml.sgn", "octet")) // anew: it had gone on before
	w.send(srv69, phone, 1, 512, payload(600))
	w.udp(phone, srv69, request(opRRQ, "ITLSEP.tlv", "octet"))
	f := w.read(t, DefaultOptions())
	var got []string
	for _, tr := range f.transfers {
		got = append(got, tr.File+" "+tr.Outcome)
	}
	want := []string{"CTLSEP.tlv error", "ITLSEP.tlv complete", "SEP.cnf.xml.sgn incomplete", "SEP.cnf.xml.sgn complete", "ITLSEP.tlv no-response"}
	if !cmp.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestConcurrent interleaves phones with equal ports and different servers.
func TestConcurrent(t *testing.T) {
	w := newWire()
	data := payload(5000)
	var clients []netip.AddrPort
	for i := range 40 {
		clients = append(clients, netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 1, byte(i)}), 50000))
	}
	for i, c := range clients {
		w.udp(c, netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(1 + i%3)}), 69), request(opRRQ, "f", "octet"))
	}
	for n := 1; n <= 10; n++ {
		for i, c := range clients {
			s := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(1 + i%3)}), uint16(30000+i))
			at := (n - 1) * 512
			w.udp(s, c, block(n, data[at:min(at+512, 5000-i)]))
			w.udp(c, s, acknowledge(n))
		}
	}
	f := w.read(t, DefaultOptions())
	if len(f.transfers) != len(clients) {
		t.Fatalf("%d transfers", len(f.transfers))
	}
	for _, tr := range f.transfers {
		i := slices.Index(clients, tr.Client)
		if !bytes.Equal(tr.Content, data[:5000-i]) || tr.Outcome != OutcomeComplete {
			t.Errorf("phone %d: %s with %d octets", i, tr.Outcome, len(tr.Content))
		}
	}
}

func TestOtherPort(t *testing.T) {
	w := newWire()
	w.udp(phone, ep("10.0.0.1:6969"), request(opRRQ, "f", "octet"))
	w.send(srvTID, phone, 1, 512, payload(10))
	if f := w.read(t, DefaultOptions()); len(f.transfers) != 0 {
		t.Error("a request on port 6969 by default")
	}
	o := DefaultOptions()
	o.TFTPPorts = []uint16{6969}
	if tr := w.read(t, o).one(t); tr.Outcome != OutcomeComplete {
		t.Error(tr.Outcome)
	}
}

// TestWithoutRequest: packets of a transfer that began before the capture.
func TestWithoutRequest(t *testing.T) {
	w := newWire()
	w.send(srv69, phone, 5, 512, payload(600))
	f := w.read(t, DefaultOptions())
	if len(f.transfers) != 0 || len(f.sum.Problems) != 1 || !strings.Contains(f.sum.Problems[0].What, "4 packets") {
		t.Errorf("%d transfers, problems %+v", len(f.transfers), f.sum.Problems)
	}
}

// TestDelivery: transfers are handed over when they are finished, not at the
// end, and their ports are given back.
func TestDelivery(t *testing.T) {
	w := newWire()
	for i := range 300 {
		c := netip.AddrPortFrom(phone.Addr(), uint16(20000+i))
		w.udp(c, srv69, request(opRRQ, "f", "octet"))
		if i%3 != 0 {
			w.send(srvTID, c, 1, 512, payload(100))
		}
		w.wait(3 * time.Second)
	}
	f := w.read(t, DefaultOptions())
	if len(f.transfers) != 300 {
		t.Fatalf("%d transfers", len(f.transfers))
	}
	last := f.transfers[len(f.transfers)-1]
	if f.transfers[0].First.Frame > 10 || last.First.Frame < w.n-200 {
		t.Errorf("first delivered began in frame %d, last in %d of %d", f.transfers[0].First.Frame, last.First.Frame, w.n)
	}
}

func TestCaps(t *testing.T) {
	data := payload(300_000)
	w := newWire()
	w.udp(phone, srv69, request(opRRQ, "big.bin", "octet", "blksize", "1400"))
	w.udp(srvTID, phone, request(opOACK, "blksize", "1400"))
	w.send(srvTID, phone, 1, 1400, data)
	whole := w.read(t, DefaultOptions()).one(t)
	o := DefaultOptions()
	o.MaxContent = 100_000
	tr := w.read(t, o).one(t)
	if tr.Outcome != OutcomeComplete || tr.Bytes != 300_000 || tr.SHA256 != whole.SHA256 || tr.MD5 != whole.MD5 || !tr.Clipped || len(tr.Notes) == 0 ||
		!bytes.Equal(tr.Content, data[:len(tr.Content)]) || len(tr.Content) == 0 {
		t.Errorf("%s, %d octets, clipped %v, content %d, notes %q", tr.Outcome, tr.Bytes, tr.Clipped, len(tr.Content), tr.Notes)
	}
	o.MaxContent = 1 // no content wanted
	if tr = w.read(t, o).one(t); len(tr.Notes) != 0 || len(tr.Content) != 0 || !tr.Clipped || tr.MD5 != whole.MD5 {
		t.Errorf("no content: %d octets, clipped %v, notes %q", len(tr.Content), tr.Clipped, tr.Notes)
	}
	o.MaxContent, o.MaxHeld = 0, 10_000
	tr = w.read(t, o).one(t)
	if !tr.Clipped || tr.SHA256 != whole.SHA256 || len(tr.Content) < keptHead/2 {
		t.Errorf("no room: clipped %v, content %d", tr.Clipped, len(tr.Content))
	}
}

// TestManyServers: a client port that asks a great many servers costs no more
// than one that asks a few.
func TestManyServers(t *testing.T) {
	w := newWire()
	for i := range 3000 {
		s := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 2, byte(i >> 8), byte(i)}), 69)
		w.udp(phone, s, request(opRRQ, "f", "octet"))
	}
	f := w.read(t, DefaultOptions())
	if len(f.transfers) != 3000 {
		t.Errorf("%d transfers", len(f.transfers))
	}
}

// TestCutBlocks: with a snap length the UDP header tells how long the blocks
// were, so that the end of the transfer is seen. What is there of its first
// block is kept; there are no hashes.
func TestCutBlocks(t *testing.T) {
	for _, c := range []struct {
		octets, seen int
		notes        int
	}{
		{1300, 3 * 96, 2},
		{300, 96, 2}, // one block
		{1024 + 50, 2*96 + 50, 2},
		{40, 40, 0}, // shorter than the snap length
	} {
		w := newWire()
		w.snap = 128
		w.udp(phone, srv69, request(opRRQ, "f", "octet"))
		w.send(srvTID, phone, 1, 512, payload(c.octets))
		tr := w.read(t, DefaultOptions()).one(t)
		head := payload(c.octets)[:min(c.octets, 96)]
		whole := c.octets == len(head)
		if tr.Outcome != OutcomeComplete || !bytes.Equal(tr.Content, head) || (tr.SHA256 == "") == whole || tr.Clipped == whole ||
			tr.Bytes != int64(c.seen) || len(tr.Notes) != c.notes {
			t.Errorf("%d: %s, %d of %d octets, clipped %v, hash %q, notes %q", c.octets, tr.Outcome, len(tr.Content), tr.Bytes, tr.Clipped, tr.SHA256, tr.Notes)
		}
	}
	w := newWire() // the capture ends before the short block
	w.snap = 128
	w.udp(phone, srv69, request(opRRQ, "f", "octet"))
	w.udp(srvTID, phone, block(1, payload(512)))
	w.udp(phone, srvTID, acknowledge(1))
	if tr := w.read(t, DefaultOptions()).one(t); tr.Outcome != OutcomeIncomplete {
		t.Error(tr.Outcome)
	}
}

// TestHeadless: a request that was captured behind the first block, or whose
// first block was lost, is not called complete.
func TestHeadless(t *testing.T) {
	b := payload(1300)
	for _, late := range []bool{false, true} {
		w := newWire()
		if late {
			w.udp(srvTID, phone, block(1, b[:512]))
		}
		w.udp(phone, srv69, request(opRRQ, "f", "octet"))
		w.udp(phone, srvTID, acknowledge(1))
		w.send(srvTID, phone, 2, 512, b[512:])
		tr := w.read(t, DefaultOptions()).one(t)
		if tr.Outcome != OutcomeIncomplete || tr.Complete || tr.SHA256 != "" || len(tr.Content) != 0 || !tr.Clipped ||
			!cmp.Equal(tr.Notes, []string{"the first block was not seen after the request"}) {
			t.Errorf("%s, %d octets, notes %q", tr.Outcome, len(tr.Content), tr.Notes)
		}
	}
}

func TestRuns(t *testing.T) {
	var r runs
	for _, n := range []int64{5, 1, 2, 9, 4, 3} {
		if !r.add(n) {
			t.Errorf("%d is new", n)
		}
	}
	if !cmp.Equal(r, runs{{1, 5}, {9, 9}}, cmp.AllowUnexported(run{})) || r.add(3) || r.add(9) || !r.through(5) || r.through(6) {
		t.Errorf("%v", r)
	}
	for n := int64(100); n < 1000; n += 2 {
		r.add(n)
	}
	if len(r) > maxRuns {
		t.Errorf("%d runs", len(r))
	}
}

func FuzzTFTP(f *testing.F) {
	f.Add(request(opRRQ, "f", "octet", "blksize", "8"), block(1, payload(8)), block(2, nil))
	f.Add(request(opWRQ, "f", "netascii"), acknowledge(0), failure(1, "no"))
	f.Add(request(opRRQ, "f", "octet"), request(opOACK, "windowsize", "4"), block(65535, payload(512)))
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		w := newWire()
		for _, p := range [][]byte{a, b, c} {
			p = p[:min(len(p), 60000)]
			w.udp(phone, srv69, p)
			w.udp(srvTID, phone, p)
			w.udp(phone, srvTID, p)
		}
		f := w.read(t, DefaultOptions())
		for _, tr := range f.transfers {
			if tr.SHA256 != "" && int64(len(tr.Content)) != tr.Bytes && !tr.Clipped {
				t.Errorf("%d octets of content, %d seen", len(tr.Content), tr.Bytes)
			}
		}
	})
}
