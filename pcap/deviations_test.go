package pcap

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// What google/gopacket v1.1.19 does otherwise, and why we do not follow. These
// are the reasons for the own code in classic.go, ng.go, ngmeta.go and of the
// list in decode.go. Each is shown, so that a release that mends one is noticed.

// TestPcapgoDeviates lists the files that pcapgo's readers read otherwise.
// theirs and ours are a part of what each makes of the file: its last frame,
// then the error or problem.
func TestPcapgoDeviates(t *testing.T) {
	le := binary.LittleEndian
	head := func(magic uint32, minor uint16, snap, link uint32) *classicFile {
		f := &classicFile{order: le}
		f.head(magic, snap, link)
		le.PutUint16(f.Bytes()[6:], minor)
		return f
	}
	record := func(f *classicFile, incl, orig uint32) []byte {
		f.record(uint32(t0.Unix()), 0, incl, orig, make([]byte, incl))
		return f.Bytes()
	}
	ng := func(resolution byte, ticks uint64) *ngFile {
		f := newNG(le)
		f.iface(1, 0, f.fields(uint16(9), uint16(1), []byte{resolution, 0, 0, 0}), 0)
		f.packet(0, ticks, make([]byte, 60), 60)
		return f
	}
	plain := func() *ngFile { return ng(6, micros) }
	minor2 := plain().Bytes()
	le.PutUint16(minor2[14:], 2)
	unpadded := newNG(le)
	unpadded.iface(1, 0)
	unpadded.Write(unpadded.fields(0x777, 14, "abcd", 14))
	unpadded.packet(0, micros, make([]byte, 60), 60)
	link276 := newNG(le)
	link276.iface(276, 0)
	link276.packet(0, micros, make([]byte, 60), 60)
	stranger := plain()
	stranger.packet(1, micros, make([]byte, 60), 60)
	stranger.packet(0, micros, make([]byte, 61), 61)
	simple := newNG(le)
	simple.iface(1, 0)
	simple.block(3, 100, make([]byte, 60))
	simple.packet(0, micros, make([]byte, 61), 61)
	trailer := plain().Bytes()
	trailer[len(trailer)-4]++
	second := uint64(t0.Unix())

	for _, c := range []struct {
		name, why    string
		file         []byte
		theirs, ours string
	}{
		{"link type 276", "layers.LinkType has 8 bits",
			record(head(0xa1b2c3d4, 4, 65535, 276), 60, 60), "link 20 60/60", "link 276 60/60"},
		{"link type 276 of pcapng", "the same", link276.Bytes(), "link 20 60/60", "link 276 60/60"},
		{"packet above the snap length", "segmentation offload and careless writers make them",
			record(head(0xa1b2c3d4, 4, 60, 1), 70, 70), "capture length exceeds snap length", "link 1 70/70"},
		{"snap length 0", "means no limit",
			record(head(0xa1b2c3d4, 4, 0, 1), 70, 70), "capture length exceeds snap length", "link 1 70/70"},
		{"captured more than the wire had", "the bytes are there, the length is wrong",
			record(head(0xa1b2c3d4, 4, 65535, 1), 70, 60), "exceeds original packet length", "link 1 70/70"},
		{"version 2.3", "an old file is a file", record(head(0xa1b2c3d4, 3, 65535, 1), 60, 60), "Unknown minor version 3", "link 1 60/60"},
		{"variants of the magic number", "and their longer record headers",
			record(head(0xa1b2cd34, 4, 65535, 1), 0, 0), "Unknown magic a1b2cd34", ""},
		{"joined files", "cat makes them; the second header is read as a record",
			append(classicOf(make([]byte, 60)), classicOf(make([]byte, 61))...), "capture length exceeds", "link 1 61/61"},
		{"pcapng in gzip", "only the classic reader unpacks", zip(plain().Bytes()), "Unknown magic a0d0d0a", "link 1 60/60"},
		{"pcapng cut in its last block", "absence after the cut proves nothing, so the cut must be told",
			plain().Bytes()[:plain().Len()-6], "", "packet block is cut"},
		{"lengths of a block that differ", "something is wrong before this place", trailer, "link 1 60/60", "begins with the length"},
		{"block without padding", "seen in the wild", unpadded.Bytes(), "", "link 1 60/60"},
		{"packet of an unknown interface", "one frame is lost, not the rest", stranger.Bytes(),
			"Interface id 1 not present", "link 1 61/61"},
		{"simple packet longer than its block", "the room in the block is what there is", simple.Bytes(),
			"negative count", "link 1 61/61"},
		{"section of version 1.2", "its blocks are the same", minor2, "Unknown pcapng Version", "link 1 60/60"},
		{"times in seconds", "if_tsresol 0 is taken for absent", ng(0, second).Bytes(), "1970-01-01T00:28:29", "2024-03-01T09:00:00"},
		{"times in 1/1024 s", "the scale is rounded", ng(0x80|10, second<<10|256).Bytes(), "09:00:00.249999872", "09:00:00.250000000"},
		{"times in 1/2^30 s", "the scale is rounded", ng(0x80|30, second<<30|1<<29).Bytes(), "09:00:00.536870912", "09:00:00.500000000"},
		{"times in 1/2^64 s", "division by zero", ng(0x80|64, 1).Bytes(), "panic: runtime error: integer divide by zero", "- link 1 60/60"},
		{"time beyond 2262", "time.Time has it, and it is nonsense", ng(6, 1<<63).Bytes(), "294247-01-10", "- link 1 60/60"},
	} {
		theirs, err := reference(c.file)
		if got := last(theirs) + ": " + fmt.Sprint(err); !strings.Contains(got, c.theirs) || c.theirs == "" && (err != nil || theirs != nil) {
			t.Errorf("%s (%s): pcapgo makes %q of it, it used to be %q", c.name, c.why, got, c.theirs)
		}
		mine, problems, err := ours(c.file)
		if got := fmt.Sprint(last(mine), problems, err); !strings.Contains(got, c.ours) {
			t.Errorf("%s (%s): got %q, want %q", c.name, c.why, got, c.ours)
		}
	}
}

func last(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[len(lines)-1]
}

// The options of headers are read here too: pcapgo repeats the value before an
// empty one, keeps one of several comments, loses what stands before damage,
// and confuses the two resolutions of a classic file.
func TestPcapgoOptionsDeviate(t *testing.T) {
	info := func(opts ...any) (theirs string, mine []string, err error) {
		f := &ngFile{o: binary.LittleEndian}
		f.section(opts...)
		_, sum := scan(t, f.Bytes(), NewInterest(nil, nil))
		r, err := pcapgo.NewNgReader(bytes.NewReader(f.Bytes()), pcapgo.NgReaderOptions{WantMixedLinkType: true})
		if err != nil {
			return "", sum.Notes, err
		}
		return fmt.Sprint(r.SectionInfo()), sum.Notes, nil
	}
	o := newNG(binary.LittleEndian).opt
	theirs, mine, err := info(o(1, "a comment"), o(2, ""), 0)
	if theirs != "{a comment   a comment}" || err != nil || !slices.Equal(mine, []string{"comment: a comment"}) {
		t.Errorf("empty: pcapgo %q %v, we %q", theirs, mine, err)
	}
	theirs, mine, err = info(o(1, "one"), o(1, "two"), 0)
	if theirs != "{   two}" || err != nil || !slices.Equal(mine, []string{"comment: one", "comment: two"}) {
		t.Errorf("two comments: pcapgo %q %v, we %q", theirs, mine, err)
	}
	theirs, mine, err = info(o(2, "a switch"), uint16(3), uint16(9999), "IOS!")
	if err == nil || !slices.Equal(mine, []string{"hardware: a switch"}) {
		t.Errorf("damage: pcapgo %q %v, we %q", theirs, mine, err)
	}
	r, err := pcapgo.NewReader(bytes.NewReader(classicOf()))
	if err != nil || r.Resolution() != gopacket.TimestampResolutionNanosecond {
		t.Errorf("resolution of a file in microseconds: pcapgo says %v %v", r.Resolution(), err)
	}
}

// pcapgo allocates what a packet block claims to hold (here 64 MiB of a file
// of 100 bytes; up to 4 GiB).
func TestPcapgoAllocates(t *testing.T) {
	f := newNG(binary.LittleEndian)
	f.iface(1, 0)
	f.block(6, 0, 0, 0, 64<<20, 64<<20, make([]byte, 20))
	allocated := func(read func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		read()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	if n := allocated(func() { reference(f.Bytes()) }); n < 64<<20 {
		t.Errorf("pcapgo allocates %d bytes", n)
	}
	if n := allocated(func() { ours(f.Bytes()) }); n > 3<<20 {
		t.Errorf("we allocate %d bytes", n)
	}
}

// The decoders of gopacket that decode.go stays away from, or guards.
func TestGopacketHoles(t *testing.T) {
	type layer interface {
		DecodeFromBytes([]byte, gopacket.DecodeFeedback) error
		LayerPayload() []byte
	}
	try := func(l layer, b []byte) (payload int, text string) {
		defer func() {
			if p := recover(); p != nil {
				text = "panic"
			}
		}()
		if err := l.DecodeFromBytes(slices.Clip(b), gopacket.NilDecodeFeedback); err != nil {
			return 0, err.Error()
		}
		return len(l.LayerPayload()), ""
	}
	in4, in6 := udp4("10.0.0.7:49152", "10.0.0.1:69", "read"), udp4("[2001:db8::7]:49152", "[2001:db8::1]:69", "read")
	tso := bytes.Clone(in6)
	tso[4], tso[5] = 0, 0
	big := append(bytes.Clone(in4), make([]byte, 70000)...)
	big[2], big[3] = 0, 0
	geneve := join([]byte{0x3f, 0}, unhex("0800 00002a00"), make([]byte, 252), in4)
	for i := 8; i < 8+252; i += 4 {
		geneve[i+2] = 1 // 63 options without data
	}
	for _, c := range []struct {
		name    string
		layer   layer
		b       []byte
		payload int
		text    string
	}{
		{"IPv6 with segmentation offload", &layers.IPv6{}, tso, 0, "IPv6 length 0"},
		{"IPv4 with segmentation offload above 64 KiB", &layers.IPv4{}, big, len(big) - 1<<16 - 20, ""},
		{"SLL of InfiniBand, cut", &layers.LinuxSLL{}, unhex("0000 0020 0014 0102030405060708 0800"), 0, "panic"},
		{"GRE, cut", &layers.GRE{}, unhex("2000 0800 00"), 0, "panic"},
		{"GRE, reserved bit", &layers.GRE{}, join(unhex("0080 0800"), in4), len(in4) - 4, ""},
		{"ERSPAN II, cut", &layers.ERSPANII{}, unhex("1064 0001"), 0, "panic"},
		{"Geneve, option cut", &layers.Geneve{}, unhex("0140 6558 00002a00 000000"), 0, "panic"},
		{"Geneve, many options", &layers.Geneve{}, geneve, len(geneve) - (8+252)%256, ""},
	} {
		if n, text := try(c.layer, c.b); n != c.payload || !strings.HasPrefix(text, c.text) || (text == "") != (c.text == "") {
			t.Errorf("%s: %d bytes of payload and %q, it used to be %d and %q", c.name, n, text, c.payload, c.text)
		}
	}
	g := &layers.Geneve{}
	for range 3 {
		try(g, join(unhex("0140 6558 00002a00 00000000"), in4))
	}
	if len(g.Options) != 3 {
		t.Errorf("Geneve, used again: %d options", len(g.Options))
	}
}
