package tvstrace

import (
	"fmt"
	"strings"
	"testing"

	"trustline/phonelog/catalogue"
)

// BenchmarkScan reads a trace of questions with the brackets that the service
// prints around every message, some 8 MB at once. On the two cores of a small
// machine it takes about as long as ripgrep needs to count the lines with the
// same messages.
func BenchmarkScan(b *testing.B) {
	var text strings.Builder
	for i := range 1600 {
		stamp := fmt.Sprintf("%02d:%02d:%02d.%03d", i/400, i/10%60, i%60, i%1000)
		for l := range strings.Lines(question) {
			l = strings.Replace(l, "192.168.11.100", fmt.Sprintf("10.0.%d.%d", i/250, i%250), 1)
			if len(l) > 13 && l[2] == ':' && l[13] == '|' && !strings.Contains(l, "--") {
				fmt.Fprintf(&text, "%s |-->debug\n%s%s%s |<--debug\n", stamp, stamp, l[12:], stamp)
				continue
			}
			text.WriteString(l)
		}
	}
	in := text.String()
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if sum, err := Scan(strings.NewReader(in), func(*catalogue.Event) {}); err != nil || sum.Unknown > 0 {
			b.Fatal(sum, err)
		}
	}
}

// A line that says nothing costs no memory.
func TestIgnoredLinesDoNotAllocate(t *testing.T) {
	text := []byte(strings.Repeat("18:01:05.333 |-->debug\n18:01:05.333 |   debug addded 8 to readset\n18:01:05.333 |<--debug\n18:01:05.333 |   debug nobody knows this 12\n", 200))
	c, memo := &chunk{data: text, line: 1}, catalogue.NewMemo(book())
	c.scan(memo)
	if n := testing.AllocsPerRun(10, func() { c.scan(memo) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	a := newAssembler()
	a.emit = func(*catalogue.Event) {}
	a.chunk(c)
	if n := testing.AllocsPerRun(10, func() { a.chunk(c) }); n != 0 {
		t.Errorf("%v allocations for unknown lines", n)
	}
}
