package trustlist

import (
	"strings"
	"testing"
)

func BenchmarkParse(b *testing.B) {
	list := genuine(b)
	b.SetBytes(int64(len(list)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(list); err != nil {
			b.Fatal(err)
		}
	}
}

// Listings cost what participle costs; text without them what searching costs.
func BenchmarkParseListings(b *testing.B) {
	listing := []byte(strings.Repeat(string(fixture(b, "116232-show-itl.txt")), 20))
	trace := []byte(strings.Repeat("10:00:00.000 |TFTPEngine::isReadRequest, CTL file, ITL file, BYTE, RECORD\n", 200_000))
	for _, c := range []struct {
		name string
		text []byte
	}{{"listings", listing}, {"trace", trace}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				ParseListings(c.text)
			}
		})
	}
}
