package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustline/pcap"
)

// TestFramesInWords: remarks of the decoders name frames by their number in
// the series.
func TestFramesInWords(t *testing.T) {
	l := &located{&pcap.Summary{Parts: []pcap.PartSummary{{Before: 0, Frames: 10}, {Before: 10, Frames: 10}}}, []string{"a", "b"}}
	got := []string{"block 0 in frame 7", "cut in frame 12, from frame 3 on", "frames 1 to 2", "timeframe 3"}
	l.words(0, got)
	if d := cmp.Diff([]string{"block 0 in frame 7", "cut in frame 2 of b, from frame 3 on", "frames 1 to 2", "timeframe 3"}, got); d != "" {
		t.Error(d)
	}
	l.words(1, got[:1])
	if got[0] != "block 0 in frame 7 of a" {
		t.Error(got[0])
	}
}
