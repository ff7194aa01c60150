package dissect

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustline/pcap"
)

// cutCapture cuts a classic little-endian capture into n parts of about as
// many frames each.
func cutCapture(t testing.TB, file []byte, n int) []pcap.Part {
	t.Helper()
	var ends []int
	for at := 24; at < len(file); ends = append(ends, at) {
		at += 16 + int(binary.LittleEndian.Uint32(file[at+8:]))
	}
	var parts []pcap.Part
	from := 24
	for i := range n {
		to := ends[(i+1)*len(ends)/n-1]
		data := append(bytes.Clone(file[:24]), file[from:to]...)
		from = to
		parts = append(parts, pcap.Part{Name: fmt.Sprint(i), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }})
	}
	return parts
}

// told is everything that was found, in a form that can be compared.
func (f *found) told() []string {
	var out []string
	row := func(r any) string {
		j, err := json.Marshal(r)
		if err != nil {
			panic(err)
		}
		return string(j)
	}
	for _, t := range f.transfers {
		out = append(out, fmt.Sprintf("%s %q", row(t.Row("")), t.Content))
	}
	for _, c := range f.connections {
		out = append(out, row(c.Row("")))
	}
	for _, o := range f.observations {
		out = append(out, fmt.Sprintf("%+v", *o))
	}
	return out
}

// TestSeries: a whole boot of a phone (transfers of lists, handshakes with TVS
// and a registration), cut into two to forty files, gives what the whole file
// gives.
func TestSeries(t *testing.T) {
	for _, name := range []string{"directory-via-tvs", "callmanager-regenerated"} {
		file, err := os.ReadFile("../testdata/cases/" + name + "/phone.pcap")
		if err != nil {
			t.Fatal(err)
		}
		whole := &found{}
		want, err := Capture(bytes.NewReader(file), DefaultOptions(), whole)
		if err != nil || len(whole.transfers) == 0 || len(whole.connections) == 0 {
			t.Fatalf("%d transfers, %d connections, %v", len(whole.transfers), len(whole.connections), err)
		}
		for _, n := range []int{1, 2, 3, 5, 11, 40} {
			f := &found{}
			sum, err := CaptureSeries(cutCapture(t, file, n), DefaultOptions(), f)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(whole.told(), f.told()); d != "" {
				t.Errorf("%s in %d parts: %s", name, n, d)
			}
			if len(sum.Parts) != n || sum.Frames != want.Frames || sum.Streams != want.Streams || len(sum.Problems) != len(want.Problems) {
				t.Errorf("%s in %d parts: %+v", name, n, sum)
			}
		}
	}
}

// TestSeriesGap: without the middle part a transfer is seen to end and has no
// hash, and its first block is there.
func TestSeriesGap(t *testing.T) {
	w := newWire()
	w.udp(phone, srv69, request(opRRQ, "ITLFile.tlv", "octet"))
	w.send(srvTID, phone, 1, 512, payload(2000)) // frames 2 to 9
	w.udp(phone, srv69, request(opRRQ, "after", "octet"))
	parts := cutCapture(t, w.buf.Bytes(), 3)
	f := &found{}
	if _, err := CaptureSeries([]pcap.Part{parts[0], parts[2]}, DefaultOptions(), f); err != nil {
		t.Fatal(err)
	}
	if len(f.transfers) != 2 || f.transfers[0].File != "ITLFile.tlv" || f.transfers[0].Outcome != OutcomeComplete ||
		f.transfers[0].SHA256 != "" || f.transfers[0].Bytes != 976 || f.transfers[1].First.Frame != 7 || !bytes.Equal(f.transfers[0].Content, payload(2000)[:512]) {
		t.Errorf("%q", f.told())
	}
}
