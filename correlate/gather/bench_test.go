package gather_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"trustline/correlate/gather"
)

// BenchmarkDecode reads a capture to evidence: packets, transfers, lists,
// certificates.
func BenchmarkDecode(b *testing.B) {
	data, err := os.ReadFile(filepath.Join(cases, "d09-healthy-secure", "phone.pcap"))
	if err != nil {
		b.Fatal(err)
	}
	in := gather.Input{Name: "phone.pcap", Size: int64(len(data)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if len(gather.Decode(in, gather.Options{}).Events) == 0 {
			b.Fatal("no events")
		}
	}
}
