package pcap

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"
	"time"
)

// ngFile builds a pcapng file block by block, typed from
// draft-ietf-opsawg-pcapng.
type ngFile struct {
	bytes.Buffer
	o binary.AppendByteOrder
}

func newNG(o binary.AppendByteOrder) *ngFile {
	f := &ngFile{o: o}
	f.section()
	return f
}

func (f *ngFile) block(kind uint32, parts ...any) {
	b := f.fields(parts...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	n := uint32(len(b) + 12)
	f.Write(f.fields(kind, n))
	f.Write(b)
	f.Write(f.fields(n))
}

func (f *ngFile) fields(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		switch v := p.(type) {
		case uint16:
			b = f.o.AppendUint16(b, v)
		case uint32:
			b = f.o.AppendUint32(b, v)
		case uint64:
			b = f.o.AppendUint64(b, v)
		case int:
			b = f.o.AppendUint32(b, uint32(v))
		case []byte:
			b = append(b, v...)
		case string:
			b = append(b, v...)
		default:
			panic(fmt.Sprintf("%T", p))
		}
	}
	return b
}

// opt is an option with its padding.
func (f *ngFile) opt(code uint16, v string) []byte {
	b := f.fields(code, uint16(len(v)), v)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func (f *ngFile) section(opts ...any) {
	f.block(0x0a0d0d0a, append([]any{0x1a2b3c4d, uint16(1), uint16(0), uint64(1<<64 - 1)}, opts...)...)
}

func (f *ngFile) iface(link uint16, snap int, opts ...any) {
	f.block(1, append([]any{link, uint16(0), snap}, opts...)...)
}

func (f *ngFile) packet(iface int, ticks uint64, b []byte, wire int, opts ...any) {
	data := append(bytes.Clone(b), make([]byte, (4-len(b)%4)%4)...)
	f.block(6, append([]any{iface, uint32(ticks >> 32), uint32(ticks), len(b), wire, data}, opts...)...)
}

var micros = uint64(t0.UnixMicro())

func orders(t *testing.T, f func(t *testing.T, o binary.AppendByteOrder)) {
	t.Run("little", func(t *testing.T) { f(t, binary.LittleEndian) })
	t.Run("big", func(t *testing.T) { f(t, binary.BigEndian) })
}

func TestNGPackets(t *testing.T) {
	orders(t, func(t *testing.T, o binary.AppendByteOrder) {
		f := newNG(o)
		f.iface(1, 262144)
		f.iface(101, 0)
		f.packet(0, micros, make([]byte, 61), 61)
		f.packet(1, micros+1, make([]byte, 20), 99, f.opt(1, "a comment"), 0)
		f.block(3, 62, make([]byte, 62))                                                               // simple
		f.block(2, uint16(1), uint16(3), uint32(micros>>32), uint32(micros), 21, 21, make([]byte, 21)) // obsolete
		f.block(0x12345678, "unknown block")
		f.packet(0, micros+2, make([]byte, 60), 60)
		noProblems(t, wantList(t, f.Bytes(),
			"1 2024-03-01T09:00:00.000000000 link 1 61/61",
			"2 2024-03-01T09:00:00.000001000 link 101 20/99",
			"3 - link 1 62/62",
			"4 2024-03-01T09:00:00.000000000 link 101 21/21",
			"5 2024-03-01T09:00:00.000002000 link 1 60/60"))
	})
}

// Wireshark 4.0.17 gives custom, journal and sysdig blocks frame numbers, and
// no others that are no packets.
func TestNGFrameNumbers(t *testing.T) {
	for kind, counts := range map[uint32]bool{0xbad: true, 0x40000bad: true, 9: true, 0x204: true, 0x216: true, 0x221: true,
		4: false, 5: false, 7: false, 8: false, 10: false, 0x201: false, 0x205: false, 0x208: false, 0x80000001: false} {
		f := newNG(binary.LittleEndian)
		f.iface(1, 0)
		f.block(kind, 32473, make([]byte, 20))
		f.packet(0, micros, make([]byte, 60), 60)
		n := 1
		if counts {
			n = 2
		}
		noProblems(t, wantList(t, f.Bytes(), fmt.Sprintf("%d 2024-03-01T09:00:00.000000000 link 1 60/60", n)))
	}
}

func TestNGTime(t *testing.T) {
	s := uint64(t0.Unix())
	for _, c := range []struct {
		resol  byte
		offset uint64
		ticks  uint64
		want   string
	}{
		{6, 0, micros + 7, "2024-03-01T09:00:00.000007000"},
		{9, 0, s*1e9 + 7, "2024-03-01T09:00:00.000000007"},
		{3, 0, s*1e3 + 7, "2024-03-01T09:00:00.007000000"},
		{0, 0, s, "2024-03-01T09:00:00.000000000"},
		{10, 0, s*1e10 + 77, "2024-03-01T09:00:00.000000007"},
		{0x80 | 10, 0, s<<10 | 256, "2024-03-01T09:00:00.250000000"},
		{0x80 | 30, 0, s<<30 | 1<<29, "2024-03-01T09:00:00.500000000"},
		{6, 3600, micros, "2024-03-01T10:00:00.000000000"},
		{6, 1<<64 - 3600, micros, "2024-03-01T08:00:00.000000000"},
		{12, s, 5e11, "2024-03-01T09:00:00.500000000"},
	} {
		orders(t, func(t *testing.T, o binary.AppendByteOrder) {
			f := newNG(o)
			f.iface(1, 0, f.opt(9, string(c.resol)), f.opt(14, string(f.fields(c.offset))), 0)
			f.packet(0, c.ticks, make([]byte, 60), 60)
			if c.resol > 0x7f { // string(byte) above would be UTF-8
				f = newNG(o)
				f.iface(1, 0, f.fields(uint16(9), uint16(1), []byte{c.resol, 0, 0, 0}), f.opt(14, string(f.fields(c.offset))), 0)
				f.packet(0, c.ticks, make([]byte, 60), 60)
			}
			noProblems(t, wantList(t, f.Bytes(), "1 "+c.want+" link 1 60/60"))
		})
	}
	// No time that can be told.
	f := newNG(binary.LittleEndian)
	f.iface(1, 0, f.fields(uint16(9), uint16(1), []byte{100, 0, 0, 0}))
	f.packet(0, 5, make([]byte, 60), 60)
	oneProblem(t, wantList(t, f.Bytes(), "1 - link 1 60/60"), "byte 28", "no time")
	f = newNG(binary.LittleEndian)
	f.iface(1, 0)
	f.packet(0, 1<<63, make([]byte, 60), 60)
	oneProblem(t, wantList(t, f.Bytes(), "1 - link 1 60/60"), "byte 48", "out of range")
}

func TestNGSections(t *testing.T) {
	f := newNG(binary.LittleEndian)
	f.iface(1, 0)
	f.packet(0, micros, make([]byte, 60), 60)
	f.o = binary.BigEndian
	f.section(f.opt(2, "a switch"), f.opt(3, "IOS"), f.opt(4, "monitor capture"), f.opt(1, "second section"), 0)
	f.iface(113, 96, f.opt(9, "\x09"))
	f.packet(0, micros*1000, make([]byte, 60), 60)
	f.o = binary.LittleEndian
	f.section()
	f.packet(0, micros, make([]byte, 60), 60) // the interface is of the section before
	f.iface(276, 0)
	f.packet(0, micros, make([]byte, 60), 60)
	p := wantList(t, f.Bytes(),
		"1 2024-03-01T09:00:00.000000000 link 1 60/60",
		"2 2024-03-01T09:00:00.000000000 link 113 60/60",
		"4 2024-03-01T09:00:00.000000000 link 276 60/60")
	oneProblem(t, p, "byte 380", "interface 0 of 0")
	_, sum := scan(t, f.Bytes(), NewInterest(nil, nil))
	if fmt.Sprint(sum.Notes) != "[hardware: a switch os: IOS application: monitor capture comment: second section]" || sum.Frames != 4 || sum.Snaplen != 96 {
		t.Errorf("%q %d frames", sum.Notes, sum.Frames)
	}
}

func TestNGOtherBlocks(t *testing.T) {
	f := newNG(binary.LittleEndian)
	f.iface(1, 0)
	f.block(4, uint16(1), uint16(8), []byte{10, 0, 0, 1}, "cm1\x00", uint16(0), uint16(0))
	f.block(10, 0x544c534b, 12, "CLIENT_RANDO")
	f.block(5, 0, uint32(micros>>32), uint32(micros), f.opt(4, string(f.fields(uint64(1000)))), f.opt(5, string(f.fields(uint64(40)))), f.opt(7, string(f.fields(uint64(2)))), 0)
	f.block(5, 0, uint32(micros>>32), uint32(micros), f.opt(5, string(f.fields(uint64(50)))), 0)
	_, sum := scan(t, f.Bytes(), NewInterest(nil, nil))
	if fmt.Sprint(sum.Notes) != "[holds a name resolution block holds decryption secrets]" {
		t.Errorf("%q", sum.Notes)
	}
	wantProblems(t, sum, "file: the capture lost 50 packets by its own count (section 1, interface 0)")
}

func TestNGDamage(t *testing.T) {
	f := newNG(binary.LittleEndian)
	f.iface(1, 0)
	f.packet(0, micros, make([]byte, 60), 60)
	at := f.Len()
	f.packet(0, micros, make([]byte, 60), 60)
	whole := f.Bytes()
	first := "1 2024-03-01T09:00:00.000000000 link 1 60/60"
	where := fmt.Sprintf("byte %d", at)
	oneProblem(t, wantList(t, whole[:len(whole)-1], first), where, "packet block is cut: 91 of 92 bytes; the 1 frames before it count")
	oneProblem(t, wantList(t, whole[:at+7], first), where, "block header is cut: 7 of 12 bytes")
	noProblems(t, wantList(t, whole[:at], first))
	change := func(off int, v uint32) []byte {
		b := bytes.Clone(whole)
		binary.LittleEndian.PutUint32(b[at+off:], v)
		return b
	}
	oneProblem(t, wantList(t, change(4, 8), first), where, "has the length 8")
	oneProblem(t, wantList(t, change(4, 0x3fffffff), first), where, "has the length 1073741823")
	oneProblem(t, wantList(t, change(88, 91), first), where, "begins with the length 92 and ends with 91")
	oneProblem(t, wantList(t, change(20, 0x3fffffff), first), where, "room for 60 bytes and claims 1073741823")
	oneProblem(t, wantList(t, change(8, 1), first), where, "names interface 1 of 1")

	// Blocks too short for their fields are passed over.
	for _, kind := range []uint32{1, 2, 3, 5, 6} {
		f := newNG(binary.LittleEndian)
		f.iface(1, 0)
		f.block(kind)
		f.packet(0, micros, make([]byte, 60), 60)
		got, p := list(t, bytes.NewReader(f.Bytes()))
		if len(got) != 1 || len(p) > 1 {
			t.Errorf("block %d: %q %q", kind, got, p)
		}
	}
	// A huge block that is no packet is skipped without being held.
	f = newNG(binary.LittleEndian)
	f.iface(1, 0)
	f.block(0x777, make([]byte, maxBlock))
	f.packet(0, micros, make([]byte, 60), 60)
	got, p := list(t, bytes.NewReader(f.Bytes()))
	if len(got) != 1 || len(p) != 1 {
		t.Errorf("%q %q", got, p)
	}
	// Padding forgotten in the length (seen in the wild; Wireshark reads it).
	f = newNG(binary.LittleEndian)
	f.iface(1, 0)
	f.Write(f.fields(0x777, 14, "abcd", 14))
	f.packet(0, micros, make([]byte, 60), 60)
	noProblems(t, wantList(t, f.Bytes(), first))
	wantList(t, []byte("\n\r\r\n\x1c\x00\x00\x00abcd................"), `pcap: byte 8: pcapng: byte-order magic is "abcd"`)
	wantList(t, []byte("\n\r\r\n\x1c\x00"), "pcap: byte 6: pcapng: section header is cut")
}

func TestWriter(t *testing.T) {
	var out bytes.Buffer
	w, err := NewWriter(&out, "trustline test")
	if err != nil {
		t.Fatal(err)
	}
	fs := []Frame{
		{Time: t0.Add(123456789), Link: 1, Data: bytes.Repeat([]byte{1}, 61), Length: 61},
		{Time: t0.Add(time.Second), Link: 276, Data: bytes.Repeat([]byte{2}, 60), Length: 99},
		{Link: 1, Data: bytes.Repeat([]byte{3}, 60)},
	}
	for i, f := range fs {
		if err := w.Write(f, []string{"a.pcap", "b.pcap", "a.pcap"}[i], []string{"refused: \xff", "", "ééé"}[i]); err != nil {
			t.Fatal(err)
		}
	}
	noProblems(t, wantList(t, out.Bytes(),
		"1 2024-03-01T09:00:00.123456789 link 1 61/61",
		"2 2024-03-01T09:00:01.000000000 link 276 60/99",
		"3 1970-01-01T00:00:00.000000000 link 1 60/60"))
	for _, want := range []string{"\x01\x00\x0c\x00refused: \uFFFD", "a.pcap", "b.pcap", "trustline test", "\x01\x00\x06\x00ééé\x00\x00\x00\x00\x00\x00"} {
		if bytes.Count(out.Bytes(), []byte(want)) != 1 {
			t.Errorf("%q is there %d times", want, bytes.Count(out.Bytes(), []byte(want)))
		}
	}
	if err := w.Write(Frame{Link: 1 << 16}, "", ""); err == nil {
		t.Error("link type of 17 bits was written")
	}
	if err := w.Write(fs[0], "a.pcap", string(bytes.Repeat([]byte("é"), 40000))); err != nil {
		t.Error(err)
	}
	if got, _ := list(t, bytes.NewReader(out.Bytes())); len(got) != 4 {
		t.Errorf("%q", got)
	}
}
