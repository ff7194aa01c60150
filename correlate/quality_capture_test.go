package correlate_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"strings"
	"testing"

	"trustline/correlate"
	"trustline/correlate/gather"
)

// TestSpoiledCapture takes a good capture of a boot and cuts its packets, leaves
// one direction out, or keeps one port only, as an unfit tcpdump command does:
// the report must tell each apart. It also holds the words of gather's problems
// and what correlate reads from them together.
func TestSpoiledCapture(t *testing.T) {
	whole, err := os.ReadFile("../testdata/cases/both-regenerated/phone.pcap")
	if err != nil {
		t.Fatal(err)
	}
	phone := []byte{10, 9, 9, 9}
	for name, c := range map[string]struct {
		snap    int
		keep    func(ip []byte) bool
		quality string
		says    string
	}{
		"whole":         {0, func([]byte) bool { return true }, "good", ""},
		"snap length":   {96, func([]byte) bool { return true }, "limited", "cut after 96 bytes"},
		"from it alone": {0, func(ip []byte) bool { return bytes.Equal(ip[12:16], phone) }, "limited", "only packets from the phone"},
		"port 69 alone": {0, func(ip []byte) bool {
			return ip[9] == 17 && (binary.BigEndian.Uint16(ip[20:]) == 69 || binary.BigEndian.Uint16(ip[22:]) == 69)
		}, "limited", "port 69 only"},
	} {
		data := spoil(whole, c.snap, c.keep)
		b := gather.Decode(gather.Input{Name: "phone.pcap", Size: int64(len(data)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}, gather.Options{})
		found := false
		for _, row := range correlate.Judge(b, correlate.Options{}).Coverage {
			if row.Service != "capture" || row.Input == "" || row.Phone == nil {
				continue
			}
			found = true
			if row.Quality != c.quality || !strings.Contains(strings.Join(row.Hides, "; "), c.says) {
				t.Errorf("%s: %s, %q", name, row.Quality, row.Hides)
			}
			if c.snap > 0 && (row.Snap == nil || *row.Snap != c.snap) {
				t.Errorf("%s: snap length %v", name, row.Snap)
			}
		}
		if !found {
			t.Errorf("%s: no coverage of a capture", name)
		}
	}
}

// spoil rewrites a classic little-endian capture of Ethernet frames.
func spoil(data []byte, snap int, keep func(ip []byte) bool) []byte {
	out := bytes.Clone(data[:24])
	if snap > 0 {
		binary.LittleEndian.PutUint32(out[16:], uint32(snap))
	}
	for at := 24; at+16 <= len(data); {
		head, n := bytes.Clone(data[at:at+16]), int(binary.LittleEndian.Uint32(data[at+8:]))
		packet := data[at+16 : at+16+n]
		at += 16 + n
		if n < 14+28 || packet[12] != 8 || packet[13] != 0 || !keep(packet[14:]) {
			continue
		}
		if snap > 0 && n > snap {
			packet = packet[:snap]
			binary.LittleEndian.PutUint32(head[8:], uint32(snap))
		}
		out = append(append(out, head...), packet...)
	}
	return out
}
