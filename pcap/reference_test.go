package pcap

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// gopacket/pcapgo as the reference: our reader must return the same frames,
// but for the deviations of deviations_test.go.

func refLine(t time.Time, link uint32, data []byte, wire int) string {
	stamp := "-"
	if !t.IsZero() {
		stamp = t.UTC().Format("2006-01-02T15:04:05.000000000")
	}
	return fmt.Sprintf("%s link %d %d/%d %08x", stamp, link, len(data), wire, crc32.ChecksumIEEE(data))
}

// ours are the frames of a file by our reader, in the form of reference.
func ours(file []byte) (lines []string, problems []Problem, err error) {
	r, err := NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, nil, err
	}
	for {
		f, err := r.Next()
		if err != nil {
			return lines, r.Problems(), nil
		}
		lines = append(lines, refLine(f.Time, f.Link, f.Data, f.Length))
	}
}

// reference are the frames by pcapgo. The error is what ended the reading, nil
// for the end of the file.
func reference(file []byte) (lines []string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	if len(file) >= 4 && isNG(file) {
		r, err := pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.NgReaderOptions{WantMixedLinkType: true})
		if err != nil {
			return nil, err
		}
		for {
			data, ci, err := r.ReadPacketData()
			if err != nil {
				return lines, notEOF(err)
			}
			lines = append(lines, refLine(ci.Timestamp, uint32(ci.AncillaryData[0].(layers.LinkType)), data, ci.Length))
		}
	}
	r, err := pcapgo.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	for {
		data, ci, err := r.ReadPacketData()
		if err != nil {
			return lines, notEOF(err)
		}
		lines = append(lines, refLine(ci.Timestamp, uint32(r.LinkType()), data, ci.Length))
	}
}

func notEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// agree compares the two readers on a file that both can read. Damage, too,
// must be seen by both.
func agree(t *testing.T, name string, file []byte) int {
	t.Helper()
	want, refErr := reference(file)
	got, problems, err := ours(file)
	if (err != nil || len(problems) > 0) != (refErr != nil) {
		t.Errorf("%s: pcapgo says %v, we %v %q", name, refErr, err, problems)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: got\n%s\npcapgo\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	return len(got)
}

func TestPcapgoClassic(t *testing.T) {
	data := func(n int) []byte { return bytes.Repeat([]byte{byte(n)}, n) }
	for _, o := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for magic, nano := range map[uint32]bool{0xa1b2c3d4: false, 0xa1b23c4d: true} {
			f := &classicFile{order: o, nano: nano}
			f.head(magic, 262144, 101)
			for i, n := range []int{0, 1, 60, 61, 1514, 65535, 200000} {
				f.add(time.Duration(i)*123456789, data(n), []int{0, 60}[i%2])
			}
			name := fmt.Sprintf("%v %08x", o, magic)
			if agree(t, name, f.Bytes()) != 7 {
				t.Error(name)
			}
			agree(t, name+" gzip", zip(f.Bytes()))
			agree(t, name+" cut", f.Bytes()[:f.Len()-1])
			agree(t, name+" cut header", f.Bytes()[:24+16+5])
		}
	}
	agree(t, "no frames", classicOf())
	for seed := range int64(3) {
		agree(t, "chaos", chaos(seed, 500))
	}
	for _, c := range nestedCases() {
		if c.link <= 255 {
			agree(t, c.name, linkOf(c.link, c.b))
		}
	}
}

func TestPcapgoNG(t *testing.T) {
	orders(t, func(t *testing.T, o binary.AppendByteOrder) {
		f := newNG(o)
		f.iface(1, 262144)
		f.iface(101, 0, f.opt(2, "eth0"), f.opt(9, "\x09"), 0)
		f.iface(113, 96, f.opt(9, "\x03"), f.opt(14, string(f.fields(uint64(3600)))), 0)
		f.iface(9, 0, f.opt(14, string(f.fields(uint64(1<<64-3600))))) // no end of options
		f.iface(1, 0, f.opt(9, "\x0c"), 0)
		for n := range 9 {
			f.packet(0, micros+uint64(n), bytes.Repeat([]byte{7}, 60+n), 60+n)
			f.packet(1, micros*1000+uint64(n), bytes.Repeat([]byte{8}, n), 99, f.opt(1, "a comment"), 0)
			f.packet(2, micros/1000+uint64(n), bytes.Repeat([]byte{9}, 20), 20)
			f.packet(3, micros+uint64(n), bytes.Repeat([]byte{10}, 20), 20)
			f.packet(4, 1e12*uint64(n)+987654321987, bytes.Repeat([]byte{10}, 20), 20)
			f.block(3, 62, make([]byte, 62))
			f.block(3, 300000, make([]byte, 262144))
			f.block(2, uint16(1), uint16(3), uint32(micros>>32), uint32(micros), 21, 21, make([]byte, 21))
			f.block(0x12345678, "unknown block")
			f.block(5, 0, uint32(micros>>32), uint32(micros), f.opt(5, string(f.fields(uint64(0)))), 0)
			f.block(10, 0x544c534b, 12, "CLIENT_RANDO")
			f.block(4, uint16(0), uint16(0))
		}
		// A second section in the other byte order, with interfaces of its own.
		f.o = binary.BigEndian
		if o == f.o {
			f.o = binary.LittleEndian
		}
		f.section(f.opt(1, "comment"), f.opt(2, "hardware"), 0)
		f.iface(228, 0)
		f.packet(0, micros, []byte("last"), 4)
		if n := agree(t, "blocks", f.Bytes()); n != 9*8+1 {
			t.Errorf("%d frames", n)
		}
	})
}

// What people are told of a file by pcapgo and by us.
func TestPcapgoOptions(t *testing.T) {
	orders(t, func(t *testing.T, o binary.AppendByteOrder) {
		f := &ngFile{o: o}
		f.section(f.opt(2, "a switch"), f.opt(3, "IOS"), f.opt(4, "monitor capture"), f.opt(1, "lab"), 0)
		f.iface(1, 96)
		f.block(5, 0, uint32(micros>>32), uint32(micros), f.opt(5, string(f.fields(uint64(42)))), 0)
		r, err := pcapgo.NewNgReader(bytes.NewReader(f.Bytes()), pcapgo.NgReaderOptions{WantMixedLinkType: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := r.ReadPacketData(); err != io.EOF {
			t.Fatal(err)
		}
		i := r.SectionInfo()
		x, _ := r.Interface(0)
		_, sum := scan(t, f.Bytes(), NewInterest(nil, nil))
		want := []string{"hardware: " + i.Hardware, "os: " + i.OS, "application: " + i.Application, "comment: " + i.Comment}
		if !slices.Equal(sum.Notes, want) || sum.Snaplen != int(x.SnapLength) {
			t.Errorf("%q %d, pcapgo %q %d", sum.Notes, sum.Snaplen, want, x.SnapLength)
		}
		wantProblems(t, sum, fmt.Sprintf("lost %d packets", x.Statistics.PacketsDropped))
	})
}

// Files that we write are read by pcapgo, and files that pcapgo writes by us.
func TestPcapgoWritten(t *testing.T) {
	var file, theirs bytes.Buffer
	w, err := NewWriter(&file, "trustline test")
	if err != nil {
		t.Fatal(err)
	}
	x, err := pcapgo.NewNgWriter(&theirs, layers.LinkTypeEthernet)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for n := range 70 {
		f := Frame{Time: t0.Add(time.Duration(n) * 1234567), Link: uint32(n % 3), Data: bytes.Repeat([]byte{byte(n)}, n), Length: n + n%5}
		if err := w.Write(f, fmt.Sprint("input ", n%2), strings.Repeat("c", n%7)); err != nil {
			t.Fatal(err)
		}
		want = append(want, refLine(f.Time, f.Link, f.Data, f.Length))
		ci := gopacket.CaptureInfo{Timestamp: f.Time, CaptureLength: n, Length: f.Length}
		if err := x.WritePacket(ci, f.Data); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Flush(); err != nil {
		t.Fatal(err)
	}
	if got, err := reference(file.Bytes()); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v\n%q\nwant\n%q", err, got, want)
	}
	agree(t, "ours", file.Bytes())
	if agree(t, "theirs", theirs.Bytes()) != 70 {
		t.Error("theirs")
	}
	var none bytes.Buffer
	if _, err := NewWriter(&none, "trustline test"); err != nil {
		t.Fatal(err)
	}
	agree(t, "no frames", none.Bytes())
}

// captures are all captures of the test cases, and ours.
func captures(t *testing.T) []string {
	names, err := filepath.Glob("../testdata/cases/*/*.pcap*")
	if err != nil || len(names) == 0 {
		t.Fatal("no captures in ../testdata/cases", err)
	}
	return append(names, "testdata/streams.pcap")
}

func TestPcapgoCases(t *testing.T) {
	for _, name := range captures(t) {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		agree(t, name, file)
	}
}

// Every datagram and every run of TCP bytes that we hand out is what gopacket's
// full decoding finds in the frame.
func TestGopacketPayload(t *testing.T) {
	datagrams, chunks := 0, 0
	for _, name := range captures(t) {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		payload := map[int]string{}
		r, err := NewReader(bytes.NewReader(file))
		if err != nil {
			continue // one of the cases is empty
		}
		udp := 0
		seen := map[string]bool{} // a mirror port that copies every packet gives each twice; we hand out one
		for f, err := r.Next(); err == nil; f, err = r.Next() {
			p := gopacket.NewPacket(f.Data, layers.LinkType(f.Link), gopacket.DecodeOptions{DecodeStreamsAsDatagrams: false})
			if l := p.TransportLayer(); l != nil {
				payload[f.Number] = string(l.LayerPayload())
				if l.LayerType() == layers.LayerTypeUDP && l.(*layers.UDP).DstPort == 69 {
					packet := string(p.NetworkLayer().LayerContents()[4:8]) + string(l.LayerContents()) + string(l.LayerPayload()) // with the IP identification
					if !seen[packet] {
						udp++
					}
					seen[packet] = true
				}
			}
		}
		s := &payloads{t: t, name: name, want: payload}
		if _, err := Scan(bytes.NewReader(file), NewInterest([]uint16{69}, []uint16{2445, 6970, 2000}), s); err != nil {
			t.Fatal(err)
		}
		if s.udp != udp {
			t.Errorf("%s: %d datagrams, gopacket finds %d", name, s.udp, udp)
		}
		datagrams += s.udp
		chunks += s.chunks
	}
	if datagrams == 0 || chunks == 0 {
		t.Errorf("%d datagrams, %d chunks", datagrams, chunks)
	}
}

type payloads struct {
	nullSink
	t    *testing.T
	name string
	want map[int]string

	udp, chunks int
}

func (s *payloads) Datagram(d *Datagram) {
	s.udp++
	if string(d.Payload) != s.want[d.Frame] {
		s.t.Errorf("%s frame %d: %q, gopacket %q", s.name, d.Frame, d.Payload, s.want[d.Frame])
	}
}

func (s *payloads) Data(_ *Conn, ch Chunk) {
	s.chunks++
	if len(ch.Data) > 0 && !strings.Contains(s.want[ch.Frame], string(ch.Data)) {
		s.t.Errorf("%s frame %d: %q, gopacket %q", s.name, ch.Frame, ch.Data, s.want[ch.Frame])
	}
}
