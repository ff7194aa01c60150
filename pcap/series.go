package pcap

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"
	"time"
)

// Part is one member of a rotated capture: dumpcap -b, tcpdump -C and -G and
// editcap -c write one capture as a row of files.
type Part struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// PartSummary is what ScanSeries learned about one part.
type PartSummary struct {
	Name     string
	Format   string    // as Summary.Format; "" when nothing of the part could be read
	Before   int       // frames of the series before its first
	Frames   int       // its own
	From, To time.Time // earliest and latest time of its frames
	Cut      bool      // it ends early or could not be read: frames may be missing after its last
	Problems []Problem // places and frame numbers are those of the part
}

// ErrOverlap says that a part begins before the one before it has ended, by
// more than overlapTime: the files are no rotated capture.
var ErrOverlap = errors.New("pcap: the parts overlap in time")

// overlapTime is how far the first frame of a part may lie before the last of
// the parts before it, in nanoseconds: frames of several interfaces or cores
// are written a little out of order.
const overlapTime = 1e9

// ScanSeries reads the parts of a rotated capture, in the order given, as one
// capture: connections and fragmented datagrams go on from part to part. The
// marks count frames over the whole series; Summary.Locate gives the part and
// the number that Wireshark shows in it. Stream numbers count over the series
// too, so only those of the first part are Wireshark's.
//
// A part that cannot be read, or not to its end, is told in its PartSummary,
// and the next goes on; Summary.Problems has what concerns the whole series.
// The error is not nil when no part could be read, or ErrOverlap; what the sink
// was given then is of no use.
func ScanSeries(parts []Part, in *Interest, s Sink) (*Summary, error) {
	sc := newScanner(in, s)
	x := series{sc: sc}
	for _, p := range parts {
		if err := x.part(p); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	if sc.src == nil {
		if x.failed == nil {
			x.failed = errors.New("pcap: a series without parts")
		}
		return nil, x.failed
	}
	sc.firstNS, sc.lastNS, sc.timed = x.firstNS, x.lastNS, x.timed
	sum := sc.finish()
	sum.Format, sum.Snaplen, sum.Notes, sum.Parts = strings.Join(x.formats, " and "), x.snaplen, x.notes, x.parts
	return sum, nil
}

// series is what outlives one part beside the scanner.
type series struct {
	sc     *scanner
	parts  []PartSummary
	failed error // of the first part that could not be read

	firstNS, lastNS int64
	timed           bool
	snaplen         int
	formats         []string
	notes           []string
}

func (x *series) part(p Part) error {
	sc := x.sc
	s := PartSummary{Name: p.Name}
	if sc.src != nil {
		s.Before = sc.src.frames
	}
	sc.probs = problems{}
	sc.timed = false
	err := x.read(p, &s)
	if errors.Is(err, ErrOverlap) {
		return err
	}
	s.Problems = sc.probs.result()
	sc.probs = problems{} // what comes at the end belongs to the series
	if err != nil {
		s.Cut = true
		s.Problems = append(s.Problems, unread(err))
		if x.failed == nil {
			x.failed = fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	x.parts = append(x.parts, s)
	return nil
}

// unread tells as a problem why nothing of a part could be read.
func unread(err error) Problem {
	if e := (*Error)(nil); errors.As(err, &e) {
		return Problem{Where: fmt.Sprintf("byte %d", e.Offset), What: e.Reason}
	}
	return Problem{Where: "file", What: err.Error()}
}

// read hands the frames of one part to the scanner.
func (x *series) read(p Part, s *PartSummary) error {
	sc := x.sc
	r, err := p.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	src, err := openSource(r, true, &sc.probs)
	if err != nil {
		return err
	}
	defer src.close()
	src.frames, src.before = s.Before, s.Before
	sc.src = src
	check := x.timed
	for src.next(&sc.rec) {
		if check && sc.rec.timed {
			if check = false; sc.rec.ns < x.lastNS-overlapTime {
				return ErrOverlap
			}
		}
		sc.frame()
	}
	s.Format, s.Frames, s.Cut = src.format, src.frames-s.Before, src.damaged
	if sc.timed {
		s.From, s.To = instant(sc.firstNS), instant(sc.lastNS)
		if !x.timed {
			x.firstNS, x.lastNS, x.timed = sc.firstNS, sc.lastNS, true
		}
		x.firstNS, x.lastNS = min(x.firstNS, sc.firstNS), max(x.lastNS, sc.lastNS)
	}
	x.snaplen = max(x.snaplen, src.snaplen)
	if !slices.Contains(x.formats, src.format) {
		x.formats = append(x.formats, src.format)
	}
	for _, n := range src.notes {
		if len(x.notes) < maxNotes && !slices.Contains(x.notes, n) {
			x.notes = append(x.notes, n)
		}
	}
	return nil
}

// Locate gives the part of a series and the number in it of a frame that is
// counted over the whole series. Without parts both counts are one.
func (s *Summary) Locate(frame int) (part, local int) {
	i := sort.Search(len(s.Parts), func(i int) bool { return s.Parts[i].Before >= frame }) - 1
	if i < 0 {
		return 0, frame
	}
	return i, frame - s.Parts[i].Before
}
