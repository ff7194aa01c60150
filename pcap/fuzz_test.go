package pcap

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"
)

// check is a sink that holds the promises of Sink.
type check struct {
	t    *testing.T
	in   *Interest
	open map[*Conn]bool
	next map[*Conn][2]int64
}

func (c *check) Datagram(d *Datagram) {
	c.in.AddUDP(d.Src)
	if d.Frame%3 == 0 {
		c.in.RemoveUDP(d.Dst)
	}
}

func (c *check) Open(k *Conn) {
	if c.open[k] {
		c.t.Error("opened twice")
	}
	c.open[k] = true
}

func (c *check) Data(k *Conn, ch Chunk) {
	if !c.open[k] {
		c.t.Error("data of a connection that is not open")
	}
	if ch.Lost < 0 || len(ch.Data) == 0 && ch.Lost == 0 {
		c.t.Errorf("chunk of %d bytes after %d lost", len(ch.Data), ch.Lost)
	}
	n := c.next[k]
	n[ch.Dir] += int64(len(ch.Data)) + ch.Lost
	c.next[k] = n
}

func (c *check) End(k *Conn, _ EndReason) {
	if !c.open[k] {
		c.t.Error("ended without being open")
	}
	delete(c.open, k)
	for d := range k.Bytes {
		if k.Bytes[d]+k.Lost[d] != c.next[k][d] {
			c.t.Errorf("%v: %d bytes and %d lost, %d told", Dir(d), k.Bytes[d], k.Lost[d], c.next[k][d])
		}
	}
}

func (c *check) Unreachable(*UnreachableUDP) {}
func (c *check) Announcement(*Announcement)  {}

func checkScan(t *testing.T, file []byte) {
	in := NewInterest([]uint16{69}, []uint16{2445, 80})
	c := &check{t: t, in: in, open: map[*Conn]bool{}, next: map[*Conn][2]int64{}}
	sum, err := Scan(bytes.NewReader(file), in, c)
	if err != nil {
		return
	}
	if len(c.open) > 0 {
		t.Errorf("%d connections never ended", len(c.open))
	}
	r, err := NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal("Reader refuses what Scan reads")
	}
	for {
		f, err := r.Next()
		if err != nil {
			break
		}
		if len(f.Data) > f.Length || f.Number > sum.Frames {
			t.Errorf("frame %d of %d: %d/%d bytes", f.Number, sum.Frames, len(f.Data), f.Length)
		}
	}
}

// FuzzScan reads whole files of any kind.
func FuzzScan(f *testing.F) {
	f.Add(classicOf(frames(opening()...)...))
	f.Add(chaos(1, 20))
	ng := newNG(binary.BigEndian)
	ng.iface(1, 0, ng.opt(9, "\x09"), ng.opt(14, "\x00\x00\x00\x00\x00\x00\x00\x01"), 0)
	ng.packet(0, micros*1000, frame(up("S", 1, 0, "")), 60)
	ng.block(3, 62, make([]byte, 62))
	ng.block(2, uint16(0), uint16(3), uint32(micros>>32), uint32(micros), 21, 21, make([]byte, 21))
	ng.block(5, 0, uint32(micros>>32), uint32(micros), ng.opt(5, "\x00\x00\x00\x00\x00\x00\x00\x01"), 0)
	ng.o = binary.LittleEndian
	ng.section(ng.opt(4, "x"), 0)
	f.Add(ng.Bytes())
	f.Add(zip(ng.Bytes()))
	f.Fuzz(func(t *testing.T, file []byte) { checkScan(t, file) })
}

// FuzzDecode reads frames: the input is cut into frames by length bytes, so
// that the fuzzer can make connections and fragments.
func FuzzDecode(f *testing.F) {
	add := func(link uint16, frames ...[]byte) {
		var b []byte
		for _, p := range frames {
			b = binary.BigEndian.AppendUint16(b, uint16(len(p)))
			b = append(b, p...)
		}
		f.Add(link, b)
	}
	for _, c := range nestedCases() {
		add(uint16(c.link), c.b)
	}
	add(101, append(opening(), up("PA", 111, 501, "late"), up("PA", 101, 501, "0123456789abc"), up("FA", 115, 501, ""), down("RA", 501, 115, ""))...)
	add(101, cut4(udp4("10.0.0.7:49152", "10.0.0.1:69", longText), 48)...)
	add(101, cut6(udp4("[2001:db8::7]:49152", "[2001:db8::1]:69", longText), 48, 7)...)
	add(101, icmpError("10.0.0.9", "10.0.0.7", 3, 4, up("S", 100, 0, "")))
	f.Fuzz(func(t *testing.T, link uint16, b []byte) {
		file := newClassic(uint32(link))
		for i := uint32(0); len(b) >= 2 && i < 200; i++ {
			n := int(binary.BigEndian.Uint16(b))
			b = b[2:]
			wire := n
			n = min(n, len(b))
			file.record(uint32(t0.Unix())+i/8, i*20000%1000000, uint32(n), uint32(wire), b[:n])
			b = b[n:]
		}
		checkScan(t, file.Bytes())
	})
}

// FuzzWrite: what Writer writes, Reader reads: every frame with its bytes, time
// and length, whatever its source is called.
func FuzzWrite(f *testing.F) {
	f.Add([]byte("frame"), uint16(1), int64(1400000000_123456789), 60, "case/phone.pcap", "because")
	f.Add([]byte{}, uint16(276), int64(0), 0, "", "")
	f.Add([]byte{0xff}, uint16(0xffff), int64(1), 1<<20, "\xff\x00\u202e", "a\x00b")
	f.Fuzz(func(t *testing.T, data []byte, link uint16, at int64, length int, source, comment string) {
		if at < 0 || at > 1<<62 || length < 0 || length > maxFrame {
			return
		}
		var file bytes.Buffer
		w, err := NewWriter(&file, "test")
		if err != nil {
			t.Fatal(err)
		}
		frame := Frame{Time: time.Unix(0, at), Link: uint32(link), Data: data, Length: max(length, len(data))}
		for range 2 {
			if err := w.Write(frame, source, comment); err != nil {
				t.Fatal(err)
			}
		}
		r, err := NewReader(&file)
		if err != nil {
			t.Fatal(err)
		}
		for n := 1; n <= 2; n++ {
			got, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			if got.Number != n || got.Link != frame.Link || !bytes.Equal(got.Data, data) || got.Length != frame.Length || !got.Time.Equal(frame.Time) {
				t.Fatalf("wrote %+v, read %+v", frame, got)
			}
		}
	})
}

// FuzzSeries: whatever stands in the parts of a series, their frames add up, and
// each frame leads back to its part.
func FuzzSeries(f *testing.F) {
	whole := classicOf(frames(opening()...)...)
	for _, cut := range cutFile(f, whole, 2) {
		f.Add(whole, cut)
	}
	f.Add(whole, whole[:len(whole)-7])
	f.Add([]byte{}, zip(whole))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		in := NewInterest([]uint16{69}, []uint16{2445, 80})
		c := &check{t: t, in: in, open: map[*Conn]bool{}, next: map[*Conn][2]int64{}}
		sum, err := ScanSeries([]Part{partOf("a", a), partOf("b", b)}, in, c)
		if err != nil {
			return
		}
		if len(c.open) > 0 {
			t.Errorf("%d connections never ended", len(c.open))
		}
		total := 0
		for _, p := range sum.Parts {
			total += p.Frames
		}
		if total != sum.Frames || len(sum.Parts) != 2 {
			t.Errorf("%d frames in %d parts, %d in all", total, len(sum.Parts), sum.Frames)
		}
		for n := 1; n <= sum.Frames; n++ {
			if part, local := sum.Locate(n); local < 1 || local > sum.Parts[part].Frames {
				t.Fatalf("frame %d is %d of part %d", n, local, part)
			}
		}
	})
}
