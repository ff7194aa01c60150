package pcap

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/klauspost/compress/gzip"
)

// list reads all frames as lines of number, time, link, captured and wire length.
func list(t testing.TB, file io.Reader) (lines []string, problems []Problem) {
	t.Helper()
	r, err := NewReader(file)
	if err != nil {
		return []string{err.Error()}, nil
	}
	for {
		f, err := r.Next()
		if err == io.EOF {
			return lines, r.Problems()
		}
		tm := "-"
		if !f.Time.IsZero() {
			tm = f.Time.Format("2006-01-02T15:04:05.000000000")
		}
		lines = append(lines, fmt.Sprintf("%d %s link %d %d/%d", f.Number, tm, f.Link, len(f.Data), f.Length))
	}
}

func wantList(t testing.TB, file []byte, want ...string) []Problem {
	t.Helper()
	got, problems := list(t, bytes.NewReader(file))
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s\nproblems %q", g, w, problems)
	}
	return problems
}

func noProblems(t testing.TB, p []Problem) {
	t.Helper()
	if len(p) > 0 {
		t.Errorf("problems %q", p)
	}
}

func oneProblem(t testing.TB, p []Problem, where, what string) {
	t.Helper()
	if len(p) != 1 || p[0].Where != where || !strings.Contains(p[0].What, what) {
		t.Errorf("problems %q, want one at %q with %q", p, where, what)
	}
}

func TestClassicOrderAndResolution(t *testing.T) {
	for _, o := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, nano := range []bool{false, true} {
			f := &classicFile{order: o, nano: nano}
			f.head(map[bool]uint32{false: 0xa1b2c3d4, true: 0xa1b23c4d}[nano], 65535, 1)
			f.add(123456789*time.Nanosecond, make([]byte, 70), 0)
			f.add(time.Hour, make([]byte, 70), 60)
			frac := map[bool]string{false: "123456000", true: "123456789"}[nano]
			noProblems(t, wantList(t, f.Bytes(),
				"1 2024-03-01T09:00:00."+frac+" link 1 70/70",
				"2 2024-03-01T10:00:00.000000000 link 1 60/70"))
		}
	}
}

// The variants of the header are as in libpcap's sf-pcap.c and Wireshark's
// wiretap/libpcap.c; tshark 4.0 reads these files with the same result, but
// for FMESQUID and Navtel, which it does not know.
func TestClassicVariants(t *testing.T) {
	variant := func(magic uint32, extra, pad int, o binary.ByteOrder) []byte {
		f := &classicFile{order: o, nano: magic == 0x1c0001ac}
		f.head(magic, 65535, 1)
		f.Write(make([]byte, extra))
		for i := range 3 {
			g := classicFile{order: o, nano: f.nano}
			g.add(time.Duration(i)*time.Second, bytes.Repeat([]byte{0xee}, 60+i), 0)
			b := g.Bytes()
			f.Write(b[:16])
			h := make([]byte, pad)
			for k := range h {
				h[k] = byte(k) // interface index, protocol, packet type
			}
			f.Write(h)
			f.Write(b[16:])
		}
		return f.Bytes()
	}
	for _, c := range []struct {
		name       string
		magic      uint32
		extra, pad int
	}{
		{"Kuznetzov", 0xa1b2cd34, 0, 8},
		{"SuSE 6.3", 0xa1b2cd34, 0, 12},
		{"Red Hat 6.1", 0xa1b2c3d4, 0, 8},
		{"Nokia", 0xa1b2c3d4, 0, 4},
		{"FMESQUID", 0xa1b234cd, 0, 8},
		{"Navtel", 0xa12b3c4d, 0, 0},
		{"Ixia hardware", 0x1c0001ac, 4, 0},
		{"Ixia software", 0x1c0001ab, 4, 0},
	} {
		for _, o := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			t.Run(fmt.Sprint(c.name, " ", o), func(t *testing.T) {
				noProblems(t, wantList(t, variant(c.magic, c.extra, c.pad, o),
					"1 2024-03-01T09:00:00.000000000 link 1 60/60",
					"2 2024-03-01T09:00:01.000000000 link 1 61/61",
					"3 2024-03-01T09:00:02.000000000 link 1 62/62"))
			})
		}
	}
}

func TestClassicOldVersions(t *testing.T) {
	for _, c := range []struct {
		major, minor uint16
		link         uint32
		swap         bool
		want         string
	}{
		{2, 4, 1, false, "1 2024-03-01T09:00:00.000005000 link 1 60/90"},
		{2, 3, 1, false, "1 2024-03-01T09:00:00.000005000 link 1 60/90"},
		{2, 3, 1, true, "1 2024-03-01T09:00:00.000005000 link 1 60/90"},
		{2, 2, 1, true, "1 2024-03-01T09:00:00.000005000 link 1 60/90"},
		{543, 0, 1, true, "1 2024-03-01T09:00:00.000005000 link 1 60/90"},
		{2, 2, 6, false, "1 2024-03-01T09:00:00.000000005 link 1 60/90"}, // AIX
	} {
		f := newClassic(c.link)
		b := f.Bytes()
		binary.LittleEndian.PutUint16(b[4:], c.major)
		binary.LittleEndian.PutUint16(b[6:], c.minor)
		if c.swap {
			f.record(uint32(t0.Unix()), 5, 90, 60, make([]byte, 60))
		} else {
			f.record(uint32(t0.Unix()), 5, 60, 90, make([]byte, 60))
		}
		noProblems(t, wantList(t, f.Bytes(), c.want))
	}
}

func TestClassicLinkTypeField(t *testing.T) {
	// 4 bytes of FCS, as tshark shows them: bit 26 and the length in words.
	f := newClassic(1 | 0x04000000 | 2<<28)
	f.add(0, make([]byte, 64), 0)
	noProblems(t, wantList(t, f.Bytes(), "1 2024-03-01T09:00:00.000000000 link 1 64/64"))
	f = newClassic(276)
	f.add(0, make([]byte, 64), 0)
	noProblems(t, wantList(t, f.Bytes(), "1 2024-03-01T09:00:00.000000000 link 276 64/64"))
	f = newClassic(1 | 0x10000)
	f.add(0, make([]byte, 64), 0)
	oneProblem(t, wantList(t, f.Bytes(), "1 2024-03-01T09:00:00.000000000 link 1 64/64"), "byte 20", "reserved bits")
}

func TestClassicSnaplen(t *testing.T) {
	for _, snap := range []uint32{0, 68, 65535, 1 << 31, 0xffffffff} {
		f := newClassic(1)
		binary.LittleEndian.PutUint32(f.Bytes()[16:], snap)
		f.add(0, make([]byte, 70000), 0) // above the snap length: segmentation offload
		noProblems(t, wantList(t, f.Bytes(), "1 2024-03-01T09:00:00.000000000 link 1 70000/70000"))
	}
}

func TestClassicDamage(t *testing.T) {
	whole := classicOf(make([]byte, 60), make([]byte, 60))
	first := "1 2024-03-01T09:00:00.000000000 link 1 60/60"
	second := "2 2024-03-01T09:00:00.001000000 link 1 60/60"
	oneProblem(t, wantList(t, whole[:len(whole)-1], first), "byte 100", "packet is cut: 75 of 76 bytes; the 1 frames before it count")
	oneProblem(t, wantList(t, whole[:105], first), "byte 100", "record header is cut: 5 of 16 bytes")
	noProblems(t, wantList(t, whole[:100], first))
	noProblems(t, wantList(t, whole[:24]))
	b := append(bytes.Clone(whole), unhex("00000000 00000000 ffffff7f ffffff7f")...)
	oneProblem(t, wantList(t, b, first, second), "byte 176", "damaged: captured length 2147483647")
	noProblems(t, wantList(t, whole[:23], "pcap: byte 0: pcap: file header is cut"))
}

func TestClassicJoined(t *testing.T) {
	big := &classicFile{order: binary.BigEndian, nano: true}
	big.head(0xa1b23c4d, 65535, 101)
	big.add(7, make([]byte, 20), 0)
	b := append(classicOf(make([]byte, 60)), big.Bytes()...)
	b = append(b, classicOf()...)
	oneProblem(t, wantList(t, b,
		"1 2024-03-01T09:00:00.000000000 link 1 60/60",
		"2 2024-03-01T09:00:00.000000007 link 101 20/20"), "bytes 100 to 160 (2 times)", "files were joined")
}

func TestNotACapture(t *testing.T) {
	for in, want := range map[string]string{
		"":                                  "pcap: byte 0: empty",
		"abc":                               `pcap: byte 0: not a capture: begins with "abc"`,
		"GET / HTTP/1.1\r\n":                `pcap: byte 0: not a capture: begins with "GET / HTTP/1.1\r\n"`,
		"snoop\x00\x00\x00\x00\x00\x00\x02": "pcap: byte 0: not a pcap or pcapng capture but snoop: save it as pcapng first",
		"\x28\xb5\x2f\xfd....":              "pcap: byte 0: not a pcap or pcapng capture but zstd: unpack it first",
		"\x1f\x8bxx":                        "pcap: byte 0: gzip: ",
	} {
		_, err := Scan(strings.NewReader(in), NewInterest(nil, nil), newJournal())
		var e *Error
		if !errors.As(err, &e) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
	_, err := Scan(iotest.ErrReader(errors.New("no such disk")), NewInterest(nil, nil), newJournal())
	if err == nil || err.Error() != "pcap: byte 0: no such disk" {
		t.Error(err)
	}
}

func TestDetect(t *testing.T) {
	for in, want := range map[string]bool{"": false, "\xd4\xc3\xb2": false, "\xd4\xc3\xb2\xa1": true, "\xa1\xb2\x3c\x4d": true,
		"\x0a\x0d\x0d\x0a": true, "\n\r\n\r": false, "\x1f\x8b\x08\x00": false} {
		if Detect([]byte(in)) != want {
			t.Errorf("%q: %v", in, !want)
		}
	}
}

func zip(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func TestGzip(t *testing.T) {
	var plain [][]byte
	for i := range 2000 {
		plain = append(plain, frame(udp4("10.0.0.7:1", "10.0.0.1:69", fmt.Sprint("read ", i*i))))
	}
	file := classicOf(plain...)
	z := zip(file)
	j, sum := scan(t, z, NewInterest([]uint16{69}, nil))
	if len(j.lines) != 2000 || sum.Frames != 2000 || sum.Format != "pcap, gzip" || len(sum.Problems) != 0 {
		t.Errorf("%d datagrams, %d frames, %s, %q", len(j.lines), sum.Frames, sum.Format, sum.Problems)
	}
	// Two members, as gzip allows.
	_, sum = scan(t, append(zip(file[:5000]), zip(file[5000:])...), NewInterest(nil, nil))
	if sum.Frames != 2000 || len(sum.Problems) != 0 {
		t.Errorf("%d frames, %q", sum.Frames, sum.Problems)
	}
	_, sum = scan(t, z[:len(z)/2], NewInterest(nil, nil))
	if sum.Frames < 500 || sum.Frames > 1500 {
		t.Errorf("cut: %d frames", sum.Frames)
	}
	wantProblems(t, sum, "the compressed stream ends early")
	bad := bytes.Clone(z)
	bad[len(bad)-5] ^= 1
	_, sum = scan(t, bad, NewInterest(nil, nil))
	if sum.Frames != 2000 {
		t.Errorf("checksum: %d frames", sum.Frames)
	}
	wantProblems(t, sum, "checksum differs")
	_, sum = scan(t, append(bytes.Clone(z), "rubbish that follows"...), NewInterest(nil, nil))
	if sum.Frames != 2000 {
		t.Errorf("rubbish: %d frames", sum.Frames)
	}
	wantProblems(t, sum, "no gzip follow")
}

// Readers that give a byte at a time, or the error with the last bytes, are
// read like any other; a failing one is named.
func TestReaders(t *testing.T) {
	file := classicOf(make([]byte, 60), make([]byte, 90000), make([]byte, 200000))
	want, _ := list(t, bytes.NewReader(file))
	for name, r := range map[string]io.Reader{
		"one byte": iotest.OneByteReader(bytes.NewReader(file)),
		"half":     iotest.HalfReader(bytes.NewReader(file)),
		"data err": iotest.DataErrReader(bytes.NewReader(file)),
	} {
		got, p := list(t, r)
		if strings.Join(got, "\n") != strings.Join(want, "\n") || len(p) != 0 || len(got) != 3 {
			t.Errorf("%s: %q %q", name, got, p)
		}
	}
	_, p := list(t, io.MultiReader(bytes.NewReader(file[:150]), iotest.ErrReader(errors.New("disk on fire"))))
	oneProblem(t, p, "byte 100", "disk on fire")
	_, p = list(t, io.MultiReader(bytes.NewReader(file[:100]), iotest.ErrReader(errors.New("disk on fire"))))
	oneProblem(t, p, "byte 100", "disk on fire; the 1 frames before it count")
	if _, err := Scan(stuck{}, NewInterest(nil, nil), newJournal()); err == nil || !strings.Contains(err.Error(), io.ErrNoProgress.Error()) {
		t.Error(err)
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }
